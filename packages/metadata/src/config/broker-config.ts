import { type BrokerConfigName, type BrokerConfigValue, brokerConfigs } from './broker-configs.ts'
import { type ConfigDefs, checkConfigValue } from './config-def.ts'
import type { ConfigValue } from './config-value.ts'
import type { Listener } from './listeners.ts'

/** In `cordoned.log.dirs`: every folder. */
export const ALL_LOG_DIRS = '*'

export type Properties = Readonly<Record<string, string>>

export interface BrokerConfigParts {
  /** The properties as they were given, those that Kafka hands to plug-ins included. */
  readonly properties: Properties
  readonly values: ReadonlyMap<string, ConfigValue>
  readonly listeners: readonly Listener[]
  readonly controllerListeners: readonly Listener[]
  readonly advertisedListeners: readonly Listener[] | null
}

/** The properties of a running broker, parsed and checked. `get` knows every property by its Kafka name and type. */
export class BrokerConfig {
  readonly #parts: BrokerConfigParts

  constructor(parts: BrokerConfigParts) {
    this.#parts = parts
  }

  /** What was set, by name, as text; defaults are not in it. */
  get properties(): Properties {
    return this.#parts.properties
  }

  get<N extends BrokerConfigName>(name: N): BrokerConfigValue<N> {
    const value = this.#parts.values.get(name)
    return (value === undefined ? brokerConfigs[name].defaultValue : value) as BrokerConfigValue<N>
  }

  /** Whether a properties file, a flag or a dynamic config said it. */
  isSet(name: BrokerConfigName): boolean {
    return this.#parts.values.has(name)
  }

  get nodeId(): number {
    return this.isSet('node.id') || !this.isSet('broker.id') ? this.get('node.id') : this.get('broker.id')
  }

  /** Where clients connect; the controller's listeners are not among them. */
  get listeners(): readonly Listener[] {
    return this.#parts.listeners
  }

  get controllerListeners(): readonly Listener[] {
    return this.#parts.controllerListeners
  }

  /** What clients are told, or null when each is to be told the address that it dialled. */
  get advertisedListeners(): readonly Listener[] | null {
    return this.#parts.advertisedListeners
  }

  get interBrokerListenerName(): string {
    const named = this.get('inter.broker.listener.name')
    if (named !== null) return named.toUpperCase()
    const protocol = this.get('security.inter.broker.protocol')
    return this.listeners.find((listener) => listener.securityProtocol === protocol)?.name ?? protocol
  }

  get logDirs(): readonly string[] {
    return this.get('log.dirs') ?? this.get('log.dir')
  }

  /** Those of `logDirs` that take no new replicas (KIP-1066). */
  get cordonedLogDirs(): readonly string[] {
    const dirs = this.get('cordoned.log.dirs')
    return dirs.includes(ALL_LOG_DIRS) ? this.logDirs : dirs
  }

  get metadataLogDir(): string {
    return this.get('metadata.log.dir') ?? this.logDirs[0]!
  }

  get numPartitions(): number {
    return this.get('num.partitions')
  }

  get defaultReplicationFactor(): number {
    return this.get('default.replication.factor')
  }

  get autoCreateTopicsEnable(): boolean {
    return this.get('auto.create.topics.enable')
  }

  get durability(): 'auto' | 'os' {
    return this.get('milena.durability') === 'os' ? 'os' : 'auto'
  }

  get logCorruption(): 'offline' | 'truncate' {
    return this.get('milena.log.corruption') === 'truncate' ? 'truncate' : 'offline'
  }

  get logRetentionMs(): number {
    const minutes = this.get('log.retention.minutes')
    const retentionMs =
      this.get('log.retention.ms') ??
      (minutes === null ? this.get('log.retention.hours') * 3_600_000 : minutes * 60_000)
    return retentionMs < 0 ? -1 : retentionMs
  }

  get logRollMs(): number {
    return this.get('log.roll.ms') ?? this.get('log.roll.hours') * 3_600_000
  }

  get logRollJitterMs(): number {
    return this.get('log.roll.jitter.ms') ?? this.get('log.roll.jitter.hours') * 3_600_000
  }

  get logFlushIntervalMs(): number {
    return this.get('log.flush.interval.ms') ?? this.get('log.flush.scheduler.interval.ms')
  }

  /**
   * This config with dynamic ones on top, the strongest last. What cannot be parsed is left out: it was checked when
   * it was set, so only a name that Kafka does not know either can be meant.
   */
  withDynamic(...layers: readonly ReadonlyMap<string, string>[]): BrokerConfig {
    const values = new Map(this.#parts.values)
    for (const layer of layers) {
      for (const [name, text] of layer) {
        const def = (brokerConfigs as ConfigDefs)[name]
        const checked = def === undefined ? undefined : checkConfigValue(name, def, text)
        if (checked?.ok === true) values.set(name, checked.value)
      }
    }
    return new BrokerConfig({ ...this.#parts, values })
  }
}
