import type { KafkaError } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { AppendOrigin, RecordError } from '@milena/records'
import type { BatchMetadata } from '../producers/producer-state-entry.ts'

export interface AppendOptions {
  readonly leaderEpoch: number
  readonly origin: AppendOrigin
  /** Stands in for the log's clock: the time against which timestamps are judged, and the log append time. */
  readonly nowMs?: number
  /** The version of the Produce request, where that decides what is allowed (zstd). */
  readonly requestVersion?: number
  /** Of a marker: the generation of the transaction protocol, which decides what epochs it may have; 0 unless given. */
  readonly transactionVersion?: number
  /**
   * Given where the first batch of a transaction needs the consent of its coordinator: the guard that was given out when
   * the coordinator was asked, if it was (`transaction.partition.verification.enable`).
   */
  readonly verification?: { readonly guard: object | undefined } | undefined
}

export interface Appended {
  readonly ok: true
  readonly firstOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  /** What the response carries: the time of a LogAppendTime topic or of a repeated batch, else -1. */
  readonly logAppendTime: number
  readonly logStartOffset: number
  /** A repetition of a batch that is in the log; its offsets are the original ones, and nothing was appended. */
  readonly duplicate: boolean
  /** The bytes that the log has grown by. */
  readonly sizeInBytes: number
  /** Resolves when the bytes are in the file and readers can see them; rejects with a StorageError. */
  readonly written: Promise<void>
}

export interface AppendRefused {
  readonly ok: false
  readonly error: KafkaError
  readonly message: string
  readonly recordErrors: readonly RecordError[]
}

export type AppendResult = Appended | AppendRefused

/** The answer to a repeated batch: where it was appended, and when (as Kafka's, for CreateTime topics too). */
export function repeated(original: BatchMetadata, logStartOffset: number, written: Promise<void>): Appended {
  return {
    ok: true,
    firstOffset: original.firstOffset,
    lastOffset: original.lastOffset,
    maxTimestamp: original.timestamp,
    logAppendTime: original.timestamp,
    logStartOffset,
    duplicate: true,
    sizeInBytes: 0,
    written,
  }
}

export function refused(error: keyof typeof Errors, message: string): AppendRefused {
  return { ok: false, error: Errors[error], message, recordErrors: [] }
}
