/**
 * Where the state of share groups is kept on this broker: the share coordinator of `@milena/coordinator` with the
 * logs, the metadata and the configuration that it needs, and its part in what happens around it (leadership, deleted
 * topics, the end).
 */
import { ShareCoordinatorService } from '@milena/coordinator'
import type { BrokerConfig, MetadataDelta } from '@milena/metadata'
import { compressionById } from '@milena/records'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import { SHARE_GROUP_STATE_TOPIC } from './internal-topics.ts'
import { type FollowedMetadata, internalTopicLog, TopicLeadership } from './topic-leadership.ts'
import { topicsViewOf } from './topics-view.ts'

export interface ShareCoordinatorOptions {
  readonly config: BrokerConfig
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export class ShareCoordinator {
  readonly service: ShareCoordinatorService
  readonly #options: ShareCoordinatorOptions
  readonly #leadership: TopicLeadership

  constructor(options: ShareCoordinatorOptions) {
    const { config, metadata, replicas, clock, random } = options
    const logger = options.logger.child('ShareCoordinator')
    this.#options = { ...options, logger }
    this.service = new ShareCoordinatorService({
      config: {
        snapshotUpdateRecordsPerSnapshot: config.get('share.coordinator.snapshot.update.records.per.snapshot'),
        coldPartitionSnapshotIntervalMs: config.get('share.coordinator.cold.partition.snapshot.interval.ms'),
        stateTopicPruneIntervalMs: config.get('share.coordinator.state.topic.prune.interval.ms'),
        writeTimeoutMs: config.get('share.coordinator.write.timeout.ms'),
      },
      topics: topicsViewOf(metadata),
      ...internalTopicLog({
        topic: SHARE_GROUP_STATE_TOPIC,
        replicas,
        clock,
        compression: compressionById(config.get('share.coordinator.state.topic.compression.codec')) ?? 'none',
        bufferBytes: config.get('share.coordinator.load.buffer.size'),
      }),
      clock,
      random,
      logger,
      onPrunable: (partition, beforeOffset) => this.#prune(partition, beforeOffset),
    })
    this.#leadership = new TopicLeadership({
      topic: SHARE_GROUP_STATE_TOPIC,
      partitionCount: config.get('share.coordinator.state.topic.num.partitions'),
      service: this.service,
      metadata,
      replicas,
      onMetadata: (delta) => this.#onTopicsDeleted(delta),
    })
  }

  start(): void {
    this.#leadership.start()
  }

  close(): void {
    this.#leadership.close()
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
