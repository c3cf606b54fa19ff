/**
 * Groups on this broker: the coordinator of `@milena/coordinator` with the logs, the metadata and the configuration
 * that it needs, and its part in what happens around it (leadership, deleted topics, the end).
 */
import { type GroupConfig, GroupCoordinatorService } from '@milena/coordinator'
import type { BrokerConfig, MetadataDelta, MetadataImage } from '@milena/metadata'
import { type CompressionType, compressionById } from '@milena/records'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import type { LeadershipListener, ReplicaManager } from '../replica/replica-manager.ts'
import { LogCoordinatorLoader } from './log-coordinator-loader.ts'
import { LogPartitionWriter } from './log-partition-writer.ts'
import { GROUP_METADATA_TOPIC } from './internal-topics.ts'
import { topicsViewOf } from './topics-view.ts'

export { GroupCoordinatorService }

/** As much of the metadata as the coordinator follows. */
export interface FollowedMetadata {
  readonly image: MetadataImage
  onChange(listener: (delta: MetadataDelta) => void): () => void
}

export interface GroupCoordinatorOptions {
  readonly config: BrokerConfig
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export class GroupCoordinator implements LeadershipListener {
  readonly service: GroupCoordinatorService
  readonly #options: GroupCoordinatorOptions
  readonly #stopFollowing: (() => void)[] = []

  constructor(options: GroupCoordinatorOptions) {
    const { config, metadata, replicas, clock, random } = options
    const logger = options.logger.child('GroupCoordinator')
    const place = { topic: GROUP_METADATA_TOPIC, partitions: replicas }
    this.#options = { ...options, logger }
    this.service = new GroupCoordinatorService({
      config: groupConfigOf(config),
      topics: topicsViewOf(metadata),
      writer: new LogPartitionWriter({
        ...place,
        clock,
        compression: compressionOf(config),
        whenCommitted: (partition, appended) => replicas.whenCommitted(partition, appended),
      }),
      loader: new LogCoordinatorLoader({ ...place, bufferBytes: config.get('offsets.load.buffer.size') }),
      clock,
      random,
      logger,
    })
  }

  /** Takes up the partitions that this broker leads now, and follows what comes. */
  start(): void {
    const { config, metadata, replicas } = this.#options
    const existing = metadata.image.topics.get(GROUP_METADATA_TOPIC)?.partitions.length
    this.service.startup(existing ?? config.get('offsets.topic.num.partitions'))
    this.#stopFollowing.push(
      replicas.listen(this),
      metadata.onChange((delta) => this.#onTopicsDeleted(delta)),
    )
    for (const { topicPartition, isLeader, leaderEpoch } of replicas.partitions()) {
      if (isLeader) this.onElected(topicPartition, leaderEpoch)
    }
  }

  onElected({ topic, partition }: TopicPartition, leaderEpoch: number): void {
    // What goes wrong while loading is in the log, and the partition answers NOT_COORDINATOR.
    if (topic === GROUP_METADATA_TOPIC) void this.service.onElection(partition, leaderEpoch)
  }

  onResigned({ topic, partition }: TopicPartition, leaderEpoch: number | undefined): void {
    if (topic === GROUP_METADATA_TOPIC) this.service.onResignation(partition, leaderEpoch)
  }

  /** Whoever waits is told to look for another coordinator. */
  close(): void {
    for (const stop of this.#stopFollowing.splice(0)) stop()
    this.service.shutdown()
  }

  #onTopicsDeleted({ deletedTopics, image }: MetadataDelta): void {
    // A topic that was made anew in the same breath has no offsets of its own yet either.
    const names = deletedTopics.map(({ name }) => name).filter((name) => name !== GROUP_METADATA_TOPIC)
    if (names.length > 0 && image.topics.has(GROUP_METADATA_TOPIC)) void this.service.onTopicsDeleted(names)
  }
}

function groupConfigOf(config: BrokerConfig): GroupConfig {
  return {
    groupMinSessionTimeoutMs: config.get('group.min.session.timeout.ms'),
    groupMaxSessionTimeoutMs: config.get('group.max.session.timeout.ms'),
    groupInitialRebalanceDelayMs: config.get('group.initial.rebalance.delay.ms'),
    groupMaxSize: config.get('group.max.size'),
    offsetMetadataMaxBytes: config.get('offset.metadata.max.bytes'),
    offsetsRetentionMs: config.get('offsets.retention.minutes') * 60_000,
    offsetsRetentionCheckIntervalMs: config.get('offsets.retention.check.interval.ms'),
    offsetsCommitTimeoutMs: config.get('offsets.commit.timeout.ms'),
  }
}

function compressionOf(config: BrokerConfig): CompressionType {
  return compressionById(config.get('offsets.topic.compression.codec')) ?? 'none'
}
