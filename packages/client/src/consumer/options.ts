import type { IsolationLevel } from '../admin/offsets.ts'
import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import type { AssignorName, PartitionAssignor } from './assignors.ts'

/** Where to begin without a committed offset, or when it is out of range: an end, a time ago (KIP-1106), or an error. */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none' | { readonly durationMs: number }

export interface ConsumerOptions {
  /** Needed to subscribe and to commit. */
  readonly groupId?: string
  /** Makes the member static: it may be away for a session's time without a rebalance (KIP-345). */
  readonly groupInstanceId?: string
  readonly rackId?: string
  /** 45,000. */
  readonly sessionTimeoutMs?: number
  /** 3,000. */
  readonly heartbeatIntervalMs?: number
  /** 300,000. */
  readonly maxPollIntervalMs?: number
  /** In order of preference; `range` and then `cooperative-sticky`. */
  readonly assignors?: readonly (AssignorName | PartitionAssignor)[]
  readonly autoCommit?: boolean
  /** 5,000. */
  readonly autoCommitIntervalMs?: number
  readonly autoOffsetReset?: AutoOffsetReset
  readonly isolationLevel?: IsolationLevel
  /** 1. */
  readonly fetchMinBytes?: number
  /** 500. */
  readonly fetchMaxWaitMs?: number
  /** 50 MiB. */
  readonly fetchMaxBytes?: number
  /** 1 MiB. */
  readonly maxPartitionFetchBytes?: number
  /** 500. */
  readonly maxPollRecords?: number
  readonly checkCrcs?: boolean
  readonly allowAutoTopicCreation?: boolean
  /** Whether a pattern also finds the topics that Kafka keeps for itself. */
  readonly includeInternalTopics?: boolean
}

/** Told, inside `poll`, what the group gives and takes. */
export interface RebalanceListener {
  onPartitionsAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Before others get them: the last moment to commit. */
  onPartitionsRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Others have them already; without it `onPartitionsRevoked` is called. */
  onPartitionsLost?(partitions: readonly TopicPartition[]): void | Promise<void>
}

export interface PollOptions {
  /** How long to wait for records; 1,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}
