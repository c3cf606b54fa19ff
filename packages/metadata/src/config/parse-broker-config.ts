import { BrokerConfig, type Properties } from './broker-config.ts'
import { crossChecks } from './broker-config-checks.ts'
import { brokerConfigDef, brokerConfigs, dynamicOnlyBrokerConfigs, isPassedThrough } from './broker-configs.ts'
import { allowedWords, checkConfigValue, type ConfigDef, type ConfigDefs, isSensitive } from './config-def.ts'
import type { ConfigError } from './config-error.ts'
import type { ConfigValue } from './config-value.ts'
import { type Listener, parseListeners, parseSecurityProtocolMap } from './listeners.ts'
import { suggestName } from './suggestion.ts'

export interface ParsedBrokerConfig {
  /** Usable only when there are no errors; what is wrong has its default here. */
  readonly config: BrokerConfig
  readonly errors: readonly ConfigError[]
}

/** Reads a broker's properties as Kafka does, but refuses what nobody knows instead of ignoring it. */
export function parseBrokerConfig(properties: Properties): ParsedBrokerConfig {
  const errors: ConfigError[] = []
  const values = new Map<string, ConfigValue>()
  for (const [name, text] of Object.entries(properties)) {
    const def = dynamicOnlyBrokerConfigs.has(name) ? undefined : brokerConfigDef(name)
    if (def === undefined) {
      if (!isPassedThrough(name)) errors.push(unknown(name, text))
      continue
    }
    const checked = checkConfigValue(name, def, text)
    if (checked.ok) values.set(name, checked.value)
    else errors.push(refused(name, def, text))
  }
  const config = withListeners(properties, values, errors)
  errors.push(...crossChecks(config))
  return { config, errors }
}

function withListeners(
  properties: Properties,
  values: ReadonlyMap<string, ConfigValue>,
  errors: ConfigError[],
): BrokerConfig {
  const unlistened = { properties, values, listeners: [], controllerListeners: [], advertisedListeners: null }
  const draft = new BrokerConfig(unlistened)
  const controllerNames = new Set(draft.get('controller.listener.names').map((name) => name.toUpperCase()))
  const protocols = new Map(parseSecurityProtocolMap(draft.get('listener.security.protocol.map'), errors))
  // As in Kafka: a controller listener without an entry of its own speaks PLAINTEXT while nobody has set the map.
  if (!draft.isSet('listener.security.protocol.map')) {
    for (const name of controllerNames) if (!protocols.has(name)) protocols.set(name, 'PLAINTEXT')
  }
  const all = parseListeners({ key: 'listeners', entries: draft.get('listeners'), protocols }, errors)
  const isController = (listener: Listener) => controllerNames.has(listener.name)
  const advertisedEntries = draft.get('advertised.listeners')
  const advertised =
    advertisedEntries === null
      ? null
      : parseListeners({ key: 'advertised.listeners', entries: advertisedEntries, protocols }, errors)
  return new BrokerConfig({
    properties,
    values,
    listeners: all.filter((listener) => !isController(listener)),
    controllerListeners: all.filter(isController),
    advertisedListeners: advertised?.filter((listener) => !isController(listener)) ?? null,
  })
}

function unknown(name: string, text: string): ConfigError {
  const near = suggestName(name, publicNames())
  const value = /passw|passphrase|secret|jaas|keystore\.key/i.test(name) ? '[hidden]' : text
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  const message = `${name}: there is no such property (its value was "${value}"); the names of Kafka 4.3's broker properties are allowed.${hint}`
  return { key: name, value, message }
}

function* publicNames(): Iterable<string> {
  for (const [name, def] of Object.entries(brokerConfigs as ConfigDefs)) if (!def.internal) yield name
}

function refused(name: string, def: ConfigDef, text: string): ConfigError {
  const value = isSensitive(def) ? '[hidden]' : text
  return { key: name, value, message: `${name}: the value "${value}" is not allowed; it must be ${allowedWords(def)}.` }
}
