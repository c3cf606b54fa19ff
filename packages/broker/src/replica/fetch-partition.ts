/** One partition of a fetch: what is asked, and what was found. */
import type { KafkaError } from '@milena/protocol/messages'

/** What a client asks of one partition. */
export interface FetchPartition {
  /** Null when no topic has the id that was asked for. */
  readonly topic: string | null
  /** Kafka's zero uuid before version 13. */
  readonly topicId: string
  readonly partition: number
  readonly fetchOffset: number
  /** Soft: the first batch of a response is always returned whole (KIP-74). */
  readonly maxBytes: number
  /** -1: not checked (KIP-320). */
  readonly currentLeaderEpoch: number
  /** -1: not checked for divergence (KIP-595). */
  readonly lastFetchedEpoch: number
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** What one partition answers. Offsets that are not known are -1. */
export interface FetchResult {
  readonly request: FetchPartition
  /** Undefined: no error. */
  readonly error: KafkaError | undefined
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | undefined
  /** Null unless read_committed was asked for. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** Whole batches that follow one another. */
  readonly records: readonly Uint8Array[]
  readonly sizeInBytes: number
}
