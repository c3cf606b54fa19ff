import type { LeaderEpochCache } from '../log/leader-epoch-cache.ts'
import type { LogGate } from '../log-context.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import type { ProducerSnapshots } from '../producers/producer-snapshots.ts'
import type { ProducerStateManager } from '../producers/producer-state-manager.ts'
import type { TopicPartition } from '../topic-partition.ts'

/** A log as its loader found or made it. */
export interface LoadedLog {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly directory: string
  readonly gate?: LogGate
  /** As in LocalLogOptions. */
  readonly unsyncedParent?: string
  /** As in LocalLogOptions. */
  readonly isTopicIdDoubtful: boolean
  /** Shared with the segments that the loader made, so that a change reaches them. */
  readonly configRef: { current: LogConfig }
  readonly segments: LogSegments
  readonly epochs: LeaderEpochCache
  /** The revision of `epochs` that its file holds. */
  readonly checkpointedRevision: number
  /** The file is known to survive a loss of power. */
  readonly isCheckpointDurable: boolean
  readonly producers: ProducerStateManager
  readonly snapshots: ProducerSnapshots
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly recoveryPoint: number
  readonly highWatermark: number
}
