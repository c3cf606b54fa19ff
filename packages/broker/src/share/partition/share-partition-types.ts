/** What goes into the share partition machine and what comes out of it, as plain data. */
import type { KafkaError } from '@milena/protocol/messages'
import type { RecordStateId } from './record-state.ts'

/** What the machine may know of the world at the moment of a call. */
export interface SharePartitionContext {
  /** Monotonic. */
  readonly nowMs: number
  /** How often a record is handed out at most (`share.delivery.count.limit`). */
  readonly maxDeliveryCount: number
  /** The widest window of records in flight (`share.partition.max.record.locks`); whole batches may go beyond it. */
  readonly maxInFlightRecords: number
  readonly recordLockDurationMs: number
  readonly isRenewAcknowledgeEnabled: boolean
}

export interface OffsetRange {
  readonly firstOffset: number
  readonly lastOffset: number
}

/** A run of records in one state, as the share coordinator stores it. */
export interface StateBatch extends OffsetRange {
  readonly deliveryState: RecordStateId
  readonly deliveryCount: number
}

/** What the share coordinator knows. */
export interface PersistedState {
  readonly stateEpoch: number
  readonly startOffset: number
  readonly stateBatches: readonly (OffsetRange & { readonly deliveryState: number; readonly deliveryCount: number })[]
}

export interface AcquireRequest {
  readonly memberId: string
  /** Exactly at most `maxRecords` (KIP-1206), instead of about so many in whole batches. */
  readonly isRecordLimit: boolean
  readonly maxRecords: number
  /** About how many records an acquired batch should have. */
  readonly batchSize: number
  /** Where the read began. */
  readonly fetchOffset: number
  /** The record batches that were read, in order. */
  readonly batches: readonly OffsetRange[]
  /** Those of them that belong to aborted transactions, for a group that reads what is committed. */
  readonly aborted: readonly OffsetRange[]
}

export interface AcquiredRecords extends OffsetRange {
  readonly deliveryCount: number
}

export const acknowledgeTypes = { GAP: 0, ACCEPT: 1, RELEASE: 2, REJECT: 3, RENEW: 4 } as const

export interface AcknowledgementBatch extends OffsetRange {
  /** One for the whole batch, or one for each offset. */
  readonly acknowledgeTypes: readonly number[]
}

/** Why an acknowledgement is refused. */
export interface Refusal {
  readonly error: KafkaError
  readonly message: string
  /** Nothing is told of other partitions. */
  readonly endsRequest?: true
}

/** What the one who runs the machine has to do. */
export type SharePartitionEffect =
  /** Write this down and say how it went with `complete`. */
  | {
      readonly type: 'persist'
      readonly writeId: number
      readonly stateEpoch: number
      readonly startOffset: number
      readonly deliveryCompleteCount: number
      readonly stateBatches: readonly StateBatch[]
    }
  /** Call `expireLocks` at this time (monotonic); it replaces what was asked for before. */
  | { readonly type: 'timer'; readonly atMs: number }
  /** There may be something to hand out to those who wait. */
  | { readonly type: 'wake' }
