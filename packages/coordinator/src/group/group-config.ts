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
}

export const defaultGroupConfig: GroupConfig = Object.freeze({
  groupMinSessionTimeoutMs: 6_000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupInitialRebalanceDelayMs: 3_000,
  groupMaxSize: 2_147_483_647,
  offsetMetadataMaxBytes: 4_096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsCommitTimeoutMs: 5_000,
})

/**
 * How long a member that just joined may wait for its first answer. It has no session yet, because it does not know
 * its id; without this bound clients that give up and retry would pile up in a long rebalance (Kafka: 5 minutes).
 */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000
