/**
 * Where the state of share groups is kept on this broker: the share coordinator of `@milena/coordinator` with the
 * logs, the metadata and the configuration that it needs, and its part in what happens around it (leadership, deleted
 * topics, the end).
 */
import { ShareCoordinatorService } from '@milena/coordinator'
import type { BrokerConfig, MetadataDelta } from '@milena/metadata'
import { compressionById } from '@milena/records'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import type { LeadershipListener, ReplicaManager } from '../replica/replica-manager.ts'
import type { FollowedMetadata } from './group-coordinator-service.ts'
import { SHARE_GROUP_STATE_TOPIC } from './internal-topics.ts'
import { LogCoordinatorLoader } from './log-coordinator-loader.ts'
import { LogPartitionWriter } from './log-partition-writer.ts'
import { topicsViewOf } from './topics-view.ts'

export interface ShareCoordinatorOptions {
  readonly config: BrokerConfig
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export class ShareCoordinator implements LeadershipListener {
  readonly service: ShareCoordinatorService
  readonly #options: ShareCoordinatorOptions
  readonly #stopFollowing: (() => void)[] = []

  constructor(options: ShareCoordinatorOptions) {
    const { config, metadata, replicas, clock, random } = options
    const logger = options.logger.child('ShareCoordinator')
    const place = { topic: SHARE_GROUP_STATE_TOPIC, partitions: replicas }
    this.#options = { ...options, logger }
    this.service = new ShareCoordinatorService({
      config: {
        snapshotUpdateRecordsPerSnapshot: config.get('share.coordinator.snapshot.update.records.per.snapshot'),
        coldPartitionSnapshotIntervalMs: config.get('share.coordinator.cold.partition.snapshot.interval.ms'),
        stateTopicPruneIntervalMs: config.get('share.coordinator.state.topic.prune.interval.ms'),
        writeTimeoutMs: config.get('share.coordinator.write.timeout.ms'),
      },
      topics: topicsViewOf(metadata),
      writer: new LogPartitionWriter({
        ...place,
        clock,
        compression: compressionById(config.get('share.coordinator.state.topic.compression.codec')) ?? 'none',
        whenCommitted: (partition, appended) => replicas.whenCommitted(partition, appended),
      }),
      loader: new LogCoordinatorLoader({ ...place, bufferBytes: config.get('share.coordinator.load.buffer.size') }),
      clock,
      random,
      logger,
      onPrunable: (partition, beforeOffset) => this.#prune(partition, beforeOffset),
    })
  }

  /** Takes up the partitions that this broker leads now, and follows what comes. */
  start(): void {
    const { config, metadata, replicas } = this.#options
    const existing = metadata.image.topics.get(SHARE_GROUP_STATE_TOPIC)?.partitions.length
    this.service.startup(existing ?? config.get('share.coordinator.state.topic.num.partitions'))
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
    if (topic === SHARE_GROUP_STATE_TOPIC) void this.service.onElection(partition, leaderEpoch)
  }

  onResigned({ topic, partition }: TopicPartition, leaderEpoch: number | undefined): void {
    if (topic === SHARE_GROUP_STATE_TOPIC) this.service.onResignation(partition, leaderEpoch)
  }

  close(): void {
    for (const stop of this.#stopFollowing.splice(0)) stop()
    this.service.shutdown()
  }

  #onTopicsDeleted({ deletedTopics, image }: MetadataDelta): void {
    const ids = deletedTopics.map(({ topicId }) => topicId)
    if (ids.length > 0 && image.topics.has(SHARE_GROUP_STATE_TOPIC)) void this.service.onTopicsDeleted(ids)
  }

  /** What stands before the oldest snapshot goes; when it fails now, it goes with what comes later. */
  #prune(index: number, beforeOffset: number): void {
    const { replicas, logger } = this.#options
    try {
      replicas.partition(SHARE_GROUP_STATE_TOPIC, index)?.log?.deleteRecordsTo(beforeOffset)
    } catch (cause) {
      logger.warn('Could not delete what the share state topic needs no more', { partition: index, cause })
    }
  }
}
