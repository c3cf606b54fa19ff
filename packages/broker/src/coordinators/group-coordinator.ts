/**
 * Groups on this broker: the coordinator of `@milena/coordinator` with the logs, the metadata and the configuration
 * that it needs, and its part in what happens around it (leadership, deleted topics, the end).
 */
import {
  type ConsumerGroupConfig,
  type ConsumerGroupMigrationPolicy,
  type GroupConfig,
  GroupCoordinatorService,
  type ShareGroupSettings,
  type ShareStatePersister,
} from '@milena/coordinator'
import { configsOf, resourceTypes } from '@milena/metadata'
import type { BrokerConfig, MetadataDelta } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import { type CompressionType, compressionById } from '@milena/records'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import { GROUP_METADATA_TOPIC } from './internal-topics.ts'
import { type FollowedMetadata, internalTopicLog, TopicLeadership } from './topic-leadership.ts'
import { topicsViewOf } from './topics-view.ts'

export interface GroupCoordinatorOptions {
  readonly config: BrokerConfig
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  readonly sharePersister: ShareStatePersister
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export class GroupCoordinator {
  readonly service: GroupCoordinatorService
  readonly #leadership: TopicLeadership
  /** The version of the metadata at which a topic was last created, as far as it was seen. */
  #newTopicsVersion: number

  constructor(options: GroupCoordinatorOptions) {
    const { config, metadata, replicas, clock, random } = options
    const logger = options.logger.child('GroupCoordinator')
    this.#newTopicsVersion = metadata.image.offset
    this.service = new GroupCoordinatorService({
      config: groupConfigOf(config, () => replicas.config),
      configOf: (groupId) => configsOf(metadata.image, { resourceType: resourceTypes.GROUP, resourceName: groupId }),
      topics: topicsViewOf(metadata, () => this.#newTopicsVersion),
      shares: {
        persister: options.sharePersister,
        endOffset: (topic, partition) => endOffsetOf(replicas, topic, partition),
      },
      ...internalTopicLog({
        topic: GROUP_METADATA_TOPIC,
        replicas,
        clock,
        compression: compressionOf(config),
        bufferBytes: config.get('offsets.load.buffer.size'),
      }),
      clock,
      random,
      logger,
    })
    this.#leadership = new TopicLeadership({
      topic: GROUP_METADATA_TOPIC,
      partitionCount: config.get('offsets.topic.num.partitions'),
      service: this.service,
      metadata,
      replicas,
      onMetadata: (delta) => {
        this.#onTopicsChanged(delta)
        this.#onTopicsDeleted(delta)
      },
    })
  }

  start(): void {
    this.#leadership.start()
  }

  close(): void {
    this.#leadership.close()
  }

  #onTopicsChanged({ previous, image, changedTopics, deletedTopics }: MetadataDelta): void {
    const isNew = changedTopics.some(({ name, topicId }) => previous.topics.get(name)?.topicId !== topicId)
    if (isNew) this.#newTopicsVersion = image.offset
    const names = [...changedTopics, ...deletedTopics].map(({ name }) => name)
    if (names.length > 0) this.service.onTopicsChanged(names)
  }

  #onTopicsDeleted({ deletedTopics, image }: MetadataDelta): void {
    // A topic that was made anew in the same breath has no offsets of its own yet either.
    const names = deletedTopics.map(({ name }) => name).filter((name) => name !== GROUP_METADATA_TOPIC)
    if (names.length === 0 || !image.topics.has(GROUP_METADATA_TOPIC)) return
    void this.service.onTopicsDeleted(names)
    void this.service.shares.onTopicsDeleted(new Set(deletedTopics.map(({ topicId }) => topicId)))
  }
}

/** `dynamic` is the configuration as it is when it is asked for. */
export function groupConfigOf(config: BrokerConfig, dynamic: () => BrokerConfig): GroupConfig {
  return {
    groupMinSessionTimeoutMs: config.get('group.min.session.timeout.ms'),
    groupMaxSessionTimeoutMs: config.get('group.max.session.timeout.ms'),
    groupInitialRebalanceDelayMs: config.get('group.initial.rebalance.delay.ms'),
    groupMaxSize: config.get('group.max.size'),
    offsetMetadataMaxBytes: config.get('offset.metadata.max.bytes'),
    offsetsRetentionMs: config.get('offsets.retention.minutes') * 60_000,
    offsetsRetentionCheckIntervalMs: config.get('offsets.retention.check.interval.ms'),
    offsetsCommitTimeoutMs: config.get('offsets.commit.timeout.ms'),
    consumerGroup: consumerGroupConfigOf(config, dynamic),
    shareGroup: shareGroupSettingsOf(config, dynamic),
  }
}

function consumerGroupConfigOf(config: BrokerConfig, dynamic: () => BrokerConfig): ConsumerGroupConfig {
  return {
    sessionTimeoutMs: config.get('group.consumer.session.timeout.ms'),
    minSessionTimeoutMs: config.get('group.consumer.min.session.timeout.ms'),
    maxSessionTimeoutMs: config.get('group.consumer.max.session.timeout.ms'),
    heartbeatIntervalMs: config.get('group.consumer.heartbeat.interval.ms'),
    minHeartbeatIntervalMs: config.get('group.consumer.min.heartbeat.interval.ms'),
    maxHeartbeatIntervalMs: config.get('group.consumer.max.heartbeat.interval.ms'),
    get assignmentIntervalMs() {
      return dynamic().get('group.consumer.assignment.interval.ms')
    },
    minAssignmentIntervalMs: config.get('group.consumer.min.assignment.interval.ms'),
    maxAssignmentIntervalMs: config.get('group.consumer.max.assignment.interval.ms'),
    maxSize: config.get('group.consumer.max.size'),
    assignors: config.get('group.consumer.assignors'),
    migrationPolicy: config.get('group.consumer.migration.policy').toLowerCase() as ConsumerGroupMigrationPolicy,
    regexRefreshIntervalMs: config.get('group.consumer.regex.refresh.interval.ms'),
  }
}

function shareGroupSettingsOf(config: BrokerConfig, dynamic: () => BrokerConfig): ShareGroupSettings {
  return {
    sessionTimeoutMs: config.get('group.share.session.timeout.ms'),
    minSessionTimeoutMs: config.get('group.share.min.session.timeout.ms'),
    maxSessionTimeoutMs: config.get('group.share.max.session.timeout.ms'),
    heartbeatIntervalMs: config.get('group.share.heartbeat.interval.ms'),
    minHeartbeatIntervalMs: config.get('group.share.min.heartbeat.interval.ms'),
    maxHeartbeatIntervalMs: config.get('group.share.max.heartbeat.interval.ms'),
    get assignmentIntervalMs() {
      return dynamic().get('group.share.assignment.interval.ms')
    },
    minAssignmentIntervalMs: config.get('group.share.min.assignment.interval.ms'),
    maxAssignmentIntervalMs: config.get('group.share.max.assignment.interval.ms'),
    maxSize: config.get('group.share.max.size'),
    initializeRetryIntervalMs: config.get('group.share.initialize.retry.interval.ms'),
  }
}

/** Where a partition ends for those who consume it. */
function endOffsetOf(replicas: ReplicaManager, topic: string, index: number): { offset: number; errorCode: number } {
  const partition = replicas.partition(topic, index)
  const error = partition === undefined ? Errors.UNKNOWN_TOPIC_OR_PARTITION : partition.leadershipError()
  if (error !== undefined) return { offset: -1, errorCode: error.code }
  return { offset: partition?.log?.highWatermark ?? 0, errorCode: Errors.NONE.code }
}

function compressionOf(config: BrokerConfig): CompressionType {
  return compressionById(config.get('offsets.topic.compression.codec')) ?? 'none'
}
