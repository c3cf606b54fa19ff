/**
 * The partitions of this broker: follows the metadata (who leads, what was created and deleted), and is where handlers
 * and coordinators find them.
 */
import { configsOf, logConfigFor, resourceTypes } from '@milena/metadata'
import type { BrokerConfig, MetadataDelta, MetadataImage, PartitionImage, TopicImage } from '@milena/metadata'
import type { Logger } from '@milena/runtime'
import { ZERO_UUID } from '@milena/protocol/messages'
import { topicPartitionName } from '@milena/storage'
import type { Appended, LogConfig, LogManager, TopicPartition, UnifiedLog } from '@milena/storage'
import { cleanerConfig } from '../log-manager-options.ts'
import { Partition } from './partition.ts'

/** Told of every partition whose leadership this broker takes up or gives up. */
export interface LeadershipListener {
  /** This broker leads it from now on, in this epoch. */
  onElected(topicPartition: TopicPartition, leaderEpoch: number): void
  /** It does not any more; undefined: the topic is deleted. */
  onResigned(topicPartition: TopicPartition, leaderEpoch: number | undefined): void
}

export interface ReplicaManagerOptions {
  readonly nodeId: number
  readonly logs: LogManager
  readonly logger: Logger
  /** As it was started with; dynamic values come from the metadata. */
  readonly config: BrokerConfig
}

export class ReplicaManager {
  readonly #nodeId: number
  readonly #logs: LogManager
  readonly #logger: Logger
  readonly #startConfig: BrokerConfig
  /** With the dynamic values of the present metadata. */
  #config: BrokerConfig
  /** By topic name, then by partition number. Only those that this broker has a replica of. */
  readonly #topics = new Map<string, Map<number, Partition>>()
  readonly #listeners = new Set<LeadershipListener>()
  /** By topic name: all partitions of a topic share one. */
  readonly #logConfigs = new Map<string, LogConfig>()
  #image: MetadataImage | undefined
  #lacksLogs = false

  constructor(options: ReplicaManagerOptions) {
    this.#nodeId = options.nodeId
    this.#logs = options.logs
    this.#logger = options.logger
    this.#startConfig = options.config
    this.#config = options.config
  }

  /** Takes the metadata up as it is at the start, and deletes logs of topics that are gone. */
  async start(image: MetadataImage): Promise<void> {
    this.#image = image
    this.#takeUpBrokerConfigs(image)
    // Of a folder that is not there nobody knows what lies in it: what has no log elsewhere may have one there.
    this.#lacksLogs = this.#logs.lacksFolders
    for (const topic of image.topics.values()) this.#addTopic(topic)
    this.#lacksLogs = false
    this.#logs.onMoved((log) => this.#partitionOf(log)?.replaceLog(log))
    this.#logs.onResumed((log) => this.#onResumed(log))
    this.#logs.onOffline((log) => this.#onOffline(log))
    this.#logs.onOpened((topicPartition) => this.#onOpened(topicPartition))
    await this.#deleteStrays(image)
  }

  /** As it is configured now, with the dynamic values. */
  get config(): BrokerConfig {
    return this.#config
  }

  /** Undefined when this broker has no replica of it, or it does not exist. */
  partition(topic: string, partition: number): Partition | undefined {
    return this.#topics.get(topic)?.get(partition)
  }

  *partitions(): Iterable<Partition> {
    for (const partitions of this.#topics.values()) yield* partitions.values()
  }

  /** Calls back for changes from now on; returns how to stop. */
  listen(listener: LeadershipListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Resolves when what was appended is as safe as `acks=all` promises: on every in-sync replica, which is where a single
   * replica has it from the start, and then on the disk (`milena.durability`).
   */
  whenCommitted(
    partition: Partition,
    { lastOffset, written }: Pick<Appended, 'lastOffset' | 'written'>,
  ): Promise<void> {
    const isAlone = partition.image.replicas.length === 1
    if (this.#startConfig.durability === 'os' || !isAlone || partition.log === undefined) return written
    return partition.log.flushed(lastOffset + 1)
  }

  /** Follows a change of the metadata. */
  apply(delta: MetadataDelta): void {
    this.#image = delta.image
    if (delta.changedConfigs.length > 0) this.#logConfigs.clear()
    for (const topic of delta.deletedTopics) this.#removeTopic(topic)
    for (const topic of delta.changedTopics) this.#addTopic(topic)
    for (const { resourceType, resourceName } of delta.changedConfigs) {
      if (resourceType === resourceTypes.TOPIC) this.#updateConfig(resourceName)
    }
    if (delta.changedConfigs.some(({ resourceType }) => resourceType === resourceTypes.BROKER)) {
      this.#takeUpBrokerConfigs(delta.image)
      for (const topic of this.#topics.keys()) this.#updateConfig(topic)
    }
  }

  #addTopic(topic: TopicImage): void {
    let partitions = this.#topics.get(topic.name)
    for (const image of topic.partitions) {
      if (!image.replicas.includes(this.#nodeId)) continue
      partitions ??= this.#newTopic(topic.name)
      const known = partitions.get(image.partition)
      if (known === undefined) {
        const added = this.#newPartition(topic, image)
        partitions.set(image.partition, added)
        if (added.isLeader) this.#notifyElected(added)
      } else {
        const before = known.image
        known.update(image)
        if (known.isLeader && before.leaderEpoch !== image.leaderEpoch) this.#notifyElected(known)
        else if (before.leader === this.#nodeId && !known.isLeader) this.#notifyResigned(known, image.leaderEpoch)
      }
    }
  }

  #partitionOf({ topicPartition: { topic, partition: index }, topicId }: UnifiedLog): Partition | undefined {
    const partition = this.partition(topic, index)
    return partition?.topicId === topicId ? partition : undefined
  }

  /** Some of what was refused may be in the log: who knows it by heart must read it again. */
  #onResumed(log: UnifiedLog): void {
    const partition = this.#partitionOf(log)
    if (partition === undefined) return
    partition.replaceLog(log)
    if (!partition.isLeader) return
    this.#notifyResigned(partition, partition.leaderEpoch)
    this.#notifyElected(partition)
  }

  /** What the disk had kept closed since the start is open, or gone: the partition is led from now on. */
  #onOpened(topicPartition: TopicPartition): void {
    const partition = this.partition(topicPartition.topic, topicPartition.partition)
    const log = this.#logs.log(topicPartition)
    if (log !== undefined && this.#image !== undefined && this.#isStray(log, this.#image)) this.#deleteLog(log)
    // It may be in use, from another folder than the one that was kept closed.
    if (partition === undefined || (log !== undefined && partition.log === log)) return
    if (log?.topicId === partition.topicId) {
      log.updateConfig(this.#logConfig(topicPartition.topic))
      partition.replaceLog(log)
    }
    if (partition.isLeader) this.#notifyElected(partition)
  }

  #onOffline(log: UnifiedLog): void {
    const partition = this.#partitionOf(log)
    if (partition !== undefined) this.#notifyResigned(partition, partition.leaderEpoch)
  }

  #newTopic(name: string): Map<number, Partition> {
    const partitions = new Map<number, Partition>()
    this.#topics.set(name, partitions)
    return partitions
  }

  #newPartition(topic: TopicImage, image: PartitionImage): Partition {
    const topicPartition = { topic: topic.name, partition: image.partition }
    const found = this.#logs.log(topicPartition)
    const log = found?.topicId === topic.topicId ? found : undefined
    const mayLieElsewhere = log === undefined && this.#lacksLogs
    log?.updateConfig(this.#logConfig(topic.name))
    return new Partition({
      topicPartition,
      topicId: topic.topicId,
      image,
      nodeId: this.#nodeId,
      log,
      isOffline: () => mayLieElsewhere || this.#logs.isOffline(topicPartition),
      createLog: () => this.#logs.getOrCreateLog(topicPartition, topic.topicId, this.#logConfig(topic.name)),
      whenMoved: () => this.#logs.moveOf(topicPartition)?.done ?? Promise.resolve(),
    })
  }

  #removeTopic(topic: TopicImage): void {
    const partitions = this.#topics.get(topic.name)
    this.#logConfigs.delete(topic.name)
    if (partitions === undefined) return
    this.#topics.delete(topic.name)
    for (const partition of partitions.values()) {
      const wasLeader = partition.isLeader
      partition.remove()
      if (wasLeader) this.#notifyResigned(partition, undefined)
      this.#deleteLog(partition)
    }
  }

  /** A topic made anew under the same name may come meanwhile: its log is made after this one is out of the way. */
  #deleteLog({ topicPartition }: { readonly topicPartition: TopicPartition }): void {
    this.#logs.deleteLog(topicPartition).catch((error: unknown) => {
      const partition = topicPartitionName(topicPartition)
      this.#logger.error('The log of a deleted topic cannot be removed', { partition, error })
    })
  }

  /** Logs of topics that were deleted while this broker was down, or of another topic of the same name. */
  async #deleteStrays(image: MetadataImage): Promise<void> {
    // Those that are deleted leave the manager's own list while it is walked.
    const logs = [...this.#logs.logs()]
    for (const log of logs) {
      if (this.#isStray(log, image)) await this.#logs.deleteLog(log.topicPartition)
    }
  }

  #isStray({ topicPartition, topicId }: UnifiedLog, image: MetadataImage): boolean {
    const topic = image.topics.get(topicPartition.topic)
    const isReplica = topic?.partitions[topicPartition.partition]?.replicas.includes(this.#nodeId) === true
    // A log from before topic ids has none yet; it takes its topic's when it is opened.
    if (isReplica && (topicId === topic.topicId || topicId === ZERO_UUID)) return false
    const partition = topicPartitionName(topicPartition)
    this.#logger.warn('Deleting a log whose topic does not exist any more', { partition, topicId })
    return true
  }

  #updateConfig(topic: string): void {
    const partitions = this.#topics.get(topic)
    if (partitions === undefined) return
    const config = this.#logConfig(topic)
    for (const { log } of partitions.values()) log?.updateConfig(config)
  }

  #logConfig(topic: string): LogConfig {
    const image = this.#image
    if (image === undefined) throw new Error('the replica manager has not started')
    let config = this.#logConfigs.get(topic)
    if (config === undefined) {
      const overrides = configsOf(image, { resourceType: resourceTypes.TOPIC, resourceName: topic })
      config = logConfigFor(overrides, this.#config)
      this.#logConfigs.set(topic, config)
    }
    return config
  }

  #takeUpBrokerConfigs(image: MetadataImage): void {
    const dynamicOf = (resourceName: string): ReadonlyMap<string, string> =>
      configsOf(image, { resourceType: resourceTypes.BROKER, resourceName })
    this.#config = this.#startConfig.withDynamic(dynamicOf(''), dynamicOf(String(this.#nodeId)))
    this.#logConfigs.clear()
    this.#logs.updateProducerIdExpiration(this.#config.get('producer.id.expiration.ms'))
    void this.#logs.cleaner.updateConfig(cleanerConfig(this.#config))
  }

  #notifyElected({ topicPartition, leaderEpoch }: Partition): void {
    for (const listener of this.#listeners) listener.onElected(topicPartition, leaderEpoch)
  }

  #notifyResigned({ topicPartition }: Partition, leaderEpoch: number | undefined): void {
    for (const listener of this.#listeners) listener.onResigned(topicPartition, leaderEpoch)
  }
}
