import type { ShareGroupSettings } from '../share-group/share-group-config.ts'
import { defaultShareGroupSettings } from '../share-group/share-group-config.ts'

/** The settings of Kafka that the group machine reads, under their names in camel case. */
export interface GroupConfig {
  readonly groupMinSessionTimeoutMs: number
  readonly groupMaxSessionTimeoutMs: number
  readonly groupInitialRebalanceDelayMs: number
  readonly groupMaxSize: number
  /** `offset.metadata.max.bytes`; Kafka counts characters. */
  readonly offsetMetadataMaxBytes: number
  /** `offsets.retention.minutes`, in milliseconds. */
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  /** `offsets.commit.timeout.ms`: how long an answer may wait for its records to be committed. */
  readonly offsetsCommitTimeoutMs: number
  readonly consumerGroup: ConsumerGroupConfig
  readonly shareGroup: ShareGroupSettings
}

/** `group.consumer.*`: of groups of KIP-848. */
export interface ConsumerGroupConfig {
  readonly sessionTimeoutMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly minHeartbeatIntervalMs: number
  readonly maxHeartbeatIntervalMs: number
  /** The shortest time between two assignments of a group. */
  readonly assignmentIntervalMs: number
  readonly minAssignmentIntervalMs: number
  readonly maxAssignmentIntervalMs: number
  readonly maxSize: number
  /** Names, the default first. */
  readonly assignors: readonly string[]
  readonly migrationPolicy: ConsumerGroupMigrationPolicy
  readonly regexRefreshIntervalMs: number
}

/** Which way a group with members may change between the classic and the consumer kind. */
export type ConsumerGroupMigrationPolicy = 'disabled' | 'downgrade' | 'upgrade' | 'bidirectional'

const defaultConsumerGroupConfig: ConsumerGroupConfig = Object.freeze<ConsumerGroupConfig>({
  sessionTimeoutMs: 45_000,
  minSessionTimeoutMs: 45_000,
  maxSessionTimeoutMs: 60_000,
  heartbeatIntervalMs: 5_000,
  minHeartbeatIntervalMs: 5_000,
  maxHeartbeatIntervalMs: 15_000,
  assignmentIntervalMs: 1_000,
  minAssignmentIntervalMs: 0,
  maxAssignmentIntervalMs: 15_000,
  maxSize: 2_147_483_647,
  assignors: ['uniform', 'range'],
  migrationPolicy: 'bidirectional',
  regexRefreshIntervalMs: 600_000,
})

export const defaultGroupConfig: GroupConfig = Object.freeze({
  groupMinSessionTimeoutMs: 6_000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupInitialRebalanceDelayMs: 3_000,
  groupMaxSize: 2_147_483_647,
  offsetMetadataMaxBytes: 4_096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsCommitTimeoutMs: 5_000,
  consumerGroup: defaultConsumerGroupConfig,
  shareGroup: defaultShareGroupSettings,
})

/**
 * How long a member that just joined may wait for its first answer. It has no session yet, because it does not know
 * its id; without this bound clients that give up and retry would pile up in a long rebalance (Kafka: 5 minutes).
 */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000
