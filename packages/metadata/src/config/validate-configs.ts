// What may be set on each kind of resource. The first mistake is the answer, in words that hold the facts and key words
// of Kafka's, since clients show them and some look for them.
import { Errors } from '@milena/protocol/messages'
import type { BrokerConfig } from './broker-config.ts'
import { brokerConfigDef, brokerConfigs } from './broker-configs.ts'
import { clientMetricsConfigs } from './client-metrics-configs.ts'
import { type ConfigDefs, checkConfigValue } from './config-def.ts'
import { type ConfigValue, formatConfigValue } from './config-value.ts'
import type { ConfigOverrides } from './effective-topic-config.ts'
import { groupConfigSynonym } from './group-config-synonyms.ts'
import { groupConfigs } from './group-configs.ts'
import { type TopicConfigName, topicConfigDefault } from './topic-config-synonyms.ts'
import { topicConfigs } from './topic-configs.ts'

export interface ConfigRefusal {
  readonly errorCode: number
  readonly message: string
}

function invalidConfig(message: string): ConfigRefusal {
  return { errorCode: Errors.INVALID_CONFIG.code, message }
}

function invalidRequest(message: string): ConfigRefusal {
  return { errorCode: Errors.INVALID_REQUEST.code, message }
}

/** All configs of a topic as they would be. */
export function validateTopicConfigs(configs: ConfigOverrides, broker: BrokerConfig): ConfigRefusal | null {
  const unknown = [...configs.keys()].find((name) => !Object.hasOwn(topicConfigs, name))
  if (unknown !== undefined) return invalidConfig(`Unknown topic config name: ${unknown}`)
  const values = new Map<string, ConfigValue>()
  for (const [name, def] of Object.entries(topicConfigs as ConfigDefs)) {
    const text = configs.get(name)
    if (text === undefined) continue
    const checked = checkConfigValue(name, def, text)
    if (!checked.ok) return invalidConfig(checked.message)
    values.set(name, checked.value)
  }
  const lag = (name: TopicConfigName) => Number(values.get(name) ?? topicConfigDefault(name, broker))
  const [minLag, maxLag] = [lag('min.compaction.lag.ms'), lag('max.compaction.lag.ms')]
  if (minLag > maxLag) {
    return invalidConfig(
      `conflict topic config setting min.compaction.lag.ms (${formatConfigValue('long', minLag)}) > max.compaction.lag.ms (${formatConfigValue('long', maxLag)})`,
    )
  }
  if (values.get('remote.storage.enable') === true && !broker.get('remote.log.storage.system.enable')) {
    return invalidConfig(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    )
  }
  return null
}

const perListener = /^listener\.name\./
const securityConfig = /^ssl\.|^principal\.builder\.class$/

/** All dynamic configs of one broker, or of all brokers, as they would be. */
export function validateBrokerConfigs(configs: ConfigOverrides, ofOneBroker: boolean): ConfigRefusal | null {
  const names = [...configs.keys()]
  const known = names.filter((name) => Object.hasOwn(brokerConfigs, name))
  const modeOf = (name: string) => (brokerConfigs as ConfigDefs)[name]!.updateMode
  const fixed = known.filter((name) => modeOf(name) === 'read-only')
  if (fixed.length > 0) return invalidRequest(`Cannot update these configs dynamically: [${fixed.join(', ')}]`)
  const unprefixed = known.filter((name) => securityConfig.test(name))
  if (unprefixed.length > 0) {
    return invalidRequest(
      `These security configs can be dynamically updated only per-listener using the listener prefix: [${unprefixed.join(', ')}]`,
    )
  }
  const single = names.filter(
    (name) => perListener.test(name) || (known.includes(name) && modeOf(name) === 'per-broker'),
  )
  if (!ofOneBroker && single.length > 0) {
    return invalidRequest(
      `Cannot update these configs at default cluster level, broker id must be specified: [${single.join(', ')}]`,
    )
  }
  for (const [name, text] of configs) {
    const def = brokerConfigDef(name)
    const checked = def === undefined ? undefined : checkConfigValue(name, def, text)
    if (checked?.ok === false) return invalidRequest(checked.message)
  }
  return null
}

/** All configs of a group as they would be, held against the bounds that the broker sets. */
export function validateGroupConfigs(configs: ConfigOverrides, broker: BrokerConfig): ConfigRefusal | null {
  const unknown = [...configs.keys()].find((name) => !Object.hasOwn(groupConfigs, name))
  if (unknown !== undefined) return invalidConfig(`Unknown group config name: ${unknown}`)
  const values = new Map<string, number>()
  for (const [name, def] of Object.entries(groupConfigs as ConfigDefs)) {
    const text = configs.get(name)
    if (text === undefined) continue
    const checked = checkConfigValue(name, def, text)
    if (!checked.ok) return invalidConfig(checked.message)
    if (typeof checked.value === 'number') values.set(name, checked.value)
  }
  for (const [name, value] of values) {
    const refusal = outOfBounds(name, value, broker)
    if (refusal !== null) return refusal
  }
  return heartbeatRefusal(values, broker)
}

function outOfBounds(name: string, value: number, broker: BrokerConfig): ConfigRefusal | null {
  const [kind = '', ...rest] = name.split('.')
  const bound = (side: string, base = rest.join('.')) => {
    const key = `group.${kind}.${side}.${base}`
    return Object.hasOwn(brokerConfigs, key) ? { key, limit: broker.get(key as 'group.consumer.max.size') } : undefined
  }
  const lower = bound('min')
  if (lower !== undefined && value < lower.limit) {
    return invalidConfig(`${name} must be greater than or equal to ${lower.key}`)
  }
  const upper = bound('max') ?? (name === 'streams.num.standby.replicas' ? bound('max', 'standby.replicas') : undefined)
  if (upper !== undefined && value > upper.limit) {
    return invalidConfig(`${name} must be less than or equal to ${upper.key}`)
  }
  return null
}

function heartbeatRefusal(values: ReadonlyMap<string, number>, broker: BrokerConfig): ConfigRefusal | null {
  for (const kind of ['consumer', 'share', 'streams']) {
    const [session, heartbeat] = [`${kind}.session.timeout.ms`, `${kind}.heartbeat.interval.ms`]
    const effective = (name: string) => values.get(name) ?? Number(broker.get(groupConfigSynonym(name)!))
    if (effective(session) <= effective(heartbeat)) return invalidConfig(`${session} must be greater than ${heartbeat}`)
  }
  return null
}

const clientMatches = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

/** All configs of a client metrics subscription as they would be. */
export function validateClientMetricsConfigs(configs: ConfigOverrides): ConfigRefusal | null {
  for (const name of configs.keys()) {
    if (!Object.hasOwn(clientMetricsConfigs, name))
      return invalidRequest(`Unknown client metrics configuration: ${name}`)
  }
  const checked = new Map<string, ConfigValue>()
  for (const [name, text] of configs) {
    const result = checkConfigValue(name, (clientMetricsConfigs as ConfigDefs)[name]!, text)
    if (!result.ok) return invalidConfig(result.message)
    checked.set(name, result.value)
  }
  const interval = checked.get('interval.ms')
  if (typeof interval === 'number' && (interval < 100 || interval > 3_600_000)) {
    return invalidRequest(
      `Invalid value ${interval} for interval.ms, interval must be between 100 and 3600000 (1 hour)`,
    )
  }
  for (const pattern of (checked.get('match') ?? []) as readonly string[]) {
    const [attribute = '', expression = '', ...more] = pattern.split('=').map((part) => part.trim())
    if (more.length > 0 || !clientMatches.has(attribute) || !isPattern(expression)) {
      return invalidConfig(`Illegal client matching pattern: ${pattern}`)
    }
  }
  return null
}

function isPattern(expression: string): boolean {
  if (expression === '') return false
  try {
    return new RegExp(expression) instanceof RegExp
  } catch {
    // Not a pattern is the answer, not a failure.
    return false
  }
}
