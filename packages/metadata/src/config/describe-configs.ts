// What DescribeConfigs says of each kind of resource, as Kafka's ConfigHelper does: effective value, where it comes
// from, and everything of the same meaning that it beats.
import type { DescribeConfigsResponse } from '@milena/protocol/messages'
import type { BrokerConfig } from './broker-config.ts'
import { brokerConfigDef, brokerConfigs, brokerConfigSynonyms, dynamicOnlyBrokerConfigs } from './broker-configs.ts'
import { clientMetricsConfigs } from './client-metrics-configs.ts'
import { type ConfigDef, type ConfigDefs, checkConfigValue, isSensitive } from './config-def.ts'
import { configSources, configTypeIds } from './config-source.ts'
import { formatConfigValue } from './config-value.ts'
import type { ConfigOverrides } from './effective-topic-config.ts'
import { groupConfigs } from './group-configs.ts'
import { groupConfigSynonym } from './group-config-synonyms.ts'
import { type TopicConfigName, topicConfigDefault, topicConfigSynonyms } from './topic-config-synonyms.ts'
import { topicConfigs } from './topic-configs.ts'

export type DescribedConfig = DescribeConfigsResponse['results'][number]['configs'][number]
type Synonym = DescribedConfig['synonyms'][number]

/** All that can give a broker config its value. */
export interface BrokerConfigLayers {
  /** The properties that the broker was started with. */
  readonly broker: BrokerConfig
  /** Dynamic configs of this one broker. */
  readonly dynamic: ConfigOverrides
  /** Dynamic configs of all brokers. */
  readonly dynamicDefault: ConfigOverrides
}

export interface DescribeOptions {
  /** Which configs; null or none at all means every one. */
  readonly keys: readonly string[] | null
  readonly includeSynonyms: boolean
  readonly includeDocumentation: boolean
}

export function describeTopicConfigs(
  overrides: ConfigOverrides,
  layers: BrokerConfigLayers,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = effectiveBroker(layers)
  return describedDefs(topicConfigs, overrides, options).map(([name, def]) => {
    const override = overrides.get(name)
    const text = override === undefined ? topicDefaultText(name, def, broker) : canonical(name, def, override)
    const inherited = topicConfigSynonyms[name as TopicConfigName]?.[0]
    const synonyms: Synonym[] = [
      ...(override === undefined ? [] : [{ name, value: text, source: configSources.TOPIC }]),
      ...(inherited === undefined ? [] : brokerSynonyms(inherited.name, layers)),
    ]
    return described({ name, def, text, synonyms, readOnly: false }, options)
  })
}

/** Every config of one broker. */
export function describeBrokerConfigs(layers: BrokerConfigLayers, options: DescribeOptions): DescribedConfig[] {
  const effective = effectiveBroker(layers)
  const set = new Set([...layers.dynamic.keys(), ...layers.dynamicDefault.keys()])
  const given = new Set([...set, ...Object.keys(layers.broker.properties)])
  const known = describedDefs(brokerConfigs, given, options).filter(
    ([name]) => !dynamicOnlyBrokerConfigs.has(name) || set.has(name),
  )
  const rest = wanted([...set].filter((name) => !Object.hasOwn(brokerConfigs, name)).sort(), options)
  return [
    ...known.map(([name, def]) => {
      const value = effective.get(name as keyof typeof brokerConfigs)
      const text = name === 'broker.id' ? String(effective.nodeId) : formatConfigValue(def.type, value)
      const exact = exactText(name, def, layers) ?? text
      const synonyms = brokerSynonyms(name, layers)
      return described({ name, def, text: exact, synonyms, readOnly: def.updateMode === 'read-only' }, options)
    }),
    ...rest.map((name) => {
      const text = layers.dynamic.get(name) ?? layers.dynamicDefault.get(name) ?? null
      const synonyms = brokerSynonyms(name, layers)
      return described({ name, def: brokerConfigDef(name), text, synonyms, readOnly: true }, options)
    }),
  ]
}

/** The dynamic configs that hold for all brokers; what is not set is not there. */
export function describeBrokerDefaultConfigs(overrides: ConfigOverrides, options: DescribeOptions): DescribedConfig[] {
  return wanted([...overrides.keys()].sort(), options).map((name) => {
    const [text, def] = [overrides.get(name)!, brokerConfigDef(name)]
    const synonyms = [{ name, value: sensitive(def) ? null : text, source: configSources.DYNAMIC_DEFAULT_BROKER }]
    return described({ name, def, text, synonyms, readOnly: (def?.updateMode ?? 'read-only') === 'read-only' }, options)
  })
}

export function describeGroupConfigs(
  overrides: ConfigOverrides,
  layers: BrokerConfigLayers,
  options: DescribeOptions,
): DescribedConfig[] {
  const broker = effectiveBroker(layers)
  return describedDefs(groupConfigs, overrides, options).map(([name, def]) => {
    const override = overrides.get(name)
    const inherited = groupConfigSynonym(name)
    const fallback = inherited === undefined ? def.defaultText : formatConfigValue(def.type, broker.get(inherited))
    const text = override === undefined ? fallback : canonical(name, def, override)
    const synonyms: Synonym[] = [
      ...(override === undefined ? [] : [{ name, value: text, source: configSources.GROUP }]),
      ...(inherited === undefined
        ? [{ name, value: def.defaultText, source: configSources.DEFAULT }]
        : brokerSynonyms(inherited, layers)),
    ]
    return described({ name, def, text, synonyms, readOnly: false }, options)
  })
}

export function describeClientMetricsConfigs(overrides: ConfigOverrides, options: DescribeOptions): DescribedConfig[] {
  return describedDefs(clientMetricsConfigs, overrides, options).map(([name, def]) => {
    const override = overrides.get(name)
    const text = override === undefined ? def.defaultText : canonical(name, def, override)
    const synonyms = override === undefined ? [] : [{ name, value: text, source: configSources.CLIENT_METRICS }]
    return described({ name, def, text, synonyms, readOnly: false }, options)
  })
}

export function effectiveBroker({ broker, dynamic, dynamicDefault }: BrokerConfigLayers): BrokerConfig {
  return dynamic.size + dynamicDefault.size === 0 ? broker : broker.withDynamic(dynamicDefault, dynamic)
}

interface Entry {
  readonly name: string
  /** Undefined for a name that is unknown, whose value may be a secret and is never shown. */
  readonly def: ConfigDef | undefined
  readonly text: string | null
  readonly synonyms: readonly Synonym[]
  readonly readOnly: boolean
}

function described({ name, def, text, synonyms, readOnly }: Entry, options: DescribeOptions): DescribedConfig {
  const configSource = synonyms[0]?.source ?? configSources.DEFAULT
  return {
    name,
    value: sensitive(def) ? null : text,
    readOnly,
    configSource,
    isSensitive: sensitive(def),
    synonyms: options.includeSynonyms ? synonyms : [],
    configType: configTypeIds[def?.type ?? 'unknown'],
    documentation: options.includeDocumentation ? (def?.documentation ?? null) : null,
  }
}

function sensitive(def: ConfigDef | undefined): boolean {
  return def === undefined || isSensitive(def)
}

/**
 * Where a broker config is set, the strongest first: all dynamic values of it and its synonyms, then static ones, then
 * defaults. What beats the very name asked for is left out, so that its source is its own.
 */
function brokerSynonyms(name: string, { broker, dynamic, dynamicDefault }: BrokerConfigLayers): Synonym[] {
  const synonyms: Synonym[] = []
  const names = brokerConfigSynonyms(name)
  const hidden = sensitive(brokerConfigDef(name))
  const add = (source: number, valueOf: (synonym: string) => string | null | undefined) => {
    for (const synonym of names) {
      const value = valueOf(synonym)
      if (value !== undefined && value !== null) synonyms.push({ name: synonym, value: hidden ? null : value, source })
    }
  }
  add(configSources.DYNAMIC_BROKER, (synonym) => dynamic.get(synonym))
  add(configSources.DYNAMIC_DEFAULT_BROKER, (synonym) => dynamicDefault.get(synonym))
  add(configSources.STATIC_BROKER, (synonym) => staticText(broker, synonym))
  add(configSources.DEFAULT, (synonym) => (brokerConfigs as ConfigDefs)[synonym]?.defaultText)
  const own = synonyms.findIndex((synonym) => synonym.name === name)
  return own < 0 ? [] : synonyms.slice(own)
}

/** Kafka keeps both names of the node's id in step, whichever was set. */
function staticText(broker: BrokerConfig, name: string): string | undefined {
  const isId = name === 'node.id' || name === 'broker.id'
  const set = isId && (broker.isSet('node.id') || broker.isSet('broker.id'))
  return set ? String(broker.nodeId) : broker.properties[name]
}

/** The text of a value that doubles cannot hold exactly, from where it was set. */
function exactText(name: string, def: ConfigDef, layers: BrokerConfigLayers): string | null {
  const set = layers.dynamic.get(name) ?? layers.dynamicDefault.get(name) ?? layers.broker.properties[name]
  return set === undefined ? null : canonical(name, def, set)
}

function canonical(name: string, def: ConfigDef, text: string): string {
  const checked = checkConfigValue(name, def, text)
  return checked.ok ? checked.text : text
}

function topicDefaultText(name: string, def: ConfigDef, broker: BrokerConfig): string | null {
  return formatConfigValue(def.type, topicConfigDefault(name as TopicConfigName, broker))
}

/** What Kafka keeps for its own tests is described only where it is set. */
function describedDefs(
  defs: ConfigDefs,
  given: { has(name: string): boolean },
  options: DescribeOptions,
): [string, ConfigDef][] {
  const names = Object.keys(defs)
    .filter((name) => !defs[name]!.internal || given.has(name))
    .sort()
  return wanted(names, options).map((name) => [name, defs[name]!])
}

function wanted(names: readonly string[], { keys }: DescribeOptions): readonly string[] {
  return keys === null || keys.length === 0 ? names : names.filter((name) => keys.includes(name))
}
