import { groupsConfigs } from './broker/groups-configs.ts'
import { brokerIdentityConfigs } from './broker/identity-configs.ts'
import { logConfigs } from './broker/log-configs.ts'
import { metricsAndQuotasConfigs } from './broker/metrics-and-quotas-configs.ts'
import { quorumConfigs } from './broker/quorum-configs.ts'
import { remoteLogConfigs } from './broker/remote-log-configs.ts'
import { replicationConfigs } from './broker/replication-configs.ts'
import { saslConfigs } from './broker/sasl-configs.ts'
import { saslOauthbearerConfigs } from './broker/sasl-oauthbearer-configs.ts'
import { securityConfigs } from './broker/security-configs.ts'
import { shareConfigs } from './broker/share-configs.ts'
import { socketsConfigs } from './broker/sockets-configs.ts'
import { sslConfigs } from './broker/ssl-configs.ts'
import { streamsConfigs } from './broker/streams-configs.ts'
import { transactionsConfigs } from './broker/transactions-configs.ts'
import type { ConfigDef, ConfigDefs, ValueOf } from './config-def.ts'

/** Every property of a broker: all that Kafka 4.3 knows, and Milena's own. */
export const brokerConfigs = {
  ...brokerIdentityConfigs,
  ...socketsConfigs,
  ...logConfigs,
  ...replicationConfigs,
  ...quorumConfigs,
  ...groupsConfigs,
  ...shareConfigs,
  ...streamsConfigs,
  ...transactionsConfigs,
  ...metricsAndQuotasConfigs,
  ...remoteLogConfigs,
  ...securityConfigs,
  ...sslConfigs,
  ...saslConfigs,
  ...saslOauthbearerConfigs,
}

export type BrokerConfigName = keyof typeof brokerConfigs
export type BrokerConfigValue<N extends BrokerConfigName> = ValueOf<(typeof brokerConfigs)[N]>

/** Configs that exist only as dynamic ones, never in a properties file, and are described only when they are set. */
export const dynamicOnlyBrokerConfigs: ReadonlySet<string> = new Set([
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
  'replica.alter.log.dirs.io.max.bytes.per.second',
])

/** Properties that belong to plug-ins of Kafka rather than to the broker, and are handed on without a look at them. */
const passedThrough = new Set([
  'super.users',
  'allow.everyone.if.no.acl.found',
  'metrics.jmx.include',
  'metrics.jmx.exclude',
])
const passedThroughPrefixes = ['config.providers.', 'rsm.config.', 'rlmm.config.', 'remote.log.metadata.']

const LISTENER_PREFIX = /^listener\.name\.[^.]+\.(?:[^.]+\.(?=sasl\.))?(.+)$/

export function isPassedThrough(name: string): boolean {
  if (passedThrough.has(name) || passedThroughPrefixes.some((prefix) => name.startsWith(prefix))) return true
  return LISTENER_PREFIX.test(name)
}

/** The definition of a property by its name, its `listener.name.…` prefix taken off. */
export function brokerConfigDef(name: string): ConfigDef | undefined {
  const bare = LISTENER_PREFIX.exec(name)?.[1] ?? name
  return Object.hasOwn(brokerConfigs, bare) ? (brokerConfigs as ConfigDefs)[bare] : undefined
}

const chains: readonly (readonly string[])[] = [
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
]

/** The names that say the same thing as this one, the strongest first (Kafka's DynamicBrokerConfig.brokerConfigSynonyms). */
export function brokerConfigSynonyms(name: string): readonly string[] {
  if (name === 'log.flush.interval.ms') return [name, 'log.flush.scheduler.interval.ms']
  return chains.find((chain) => chain.includes(name)) ?? withListenerSynonym(name)
}

function withListenerSynonym(name: string): readonly string[] {
  const bare = LISTENER_PREFIX.exec(name)?.[1]
  return bare === undefined ? [name] : [name, bare]
}
