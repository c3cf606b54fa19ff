import { buildBatch, type CompressionType } from '@milena/records'
import type { KafkaError } from '../kafka-error.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record ready to be put into a batch. */
export interface PendingRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface BatchResult {
  /** -1 when the broker did not say (acks=0, or a duplicate whose place it has forgotten). */
  readonly baseOffset: number
  /** -1 unless the topic stamps records itself. */
  readonly logAppendTimeMs: number
}

/** More than a record's own lengths and deltas can take, so that a batch is never larger than announced. */
const recordOverhead = 36
export const batchOverhead = 61

export function sizeOf(record: Omit<PendingRecord, 'timestamp'>): number {
  let size = recordOverhead + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const { key, value } of record.headers) size += 10 + 3 * key.length + (value?.length ?? 0)
  return size
}

/** How a batch ended: where it lies, or why it does not. */
export type BatchOutcome = BatchResult | KafkaError

/** Told once, for each record: how its batch ended and the record's place in it. */
export type Settle = (outcome: BatchOutcome, index: number) => void

export type Sequence = ProducerIdAndEpoch & { readonly baseSequence: number }

/** Records of one partition that travel, succeed and fail together. */
export class ProducerBatch {
  /** Order of creation; a batch that is sent again takes its old place. */
  readonly ordinal: number
  /** On the monotonic clock. */
  readonly createdAtMs: number
  readonly records: PendingRecord[] = []
  readonly #settlers: Settle[] = []
  sizeInBytes = batchOverhead
  /** No more records fit. */
  full = false
  attempts = 0
  notBeforeMs = 0
  #sequence: Sequence | undefined
  #bytes: Uint8Array | undefined

  constructor(ordinal: number, createdAtMs: number) {
    this.ordinal = ordinal
    this.createdAtMs = createdAtMs
  }

  get sequence(): Sequence | undefined {
    return this.#sequence
  }

  append(record: PendingRecord, sizeInBytes: number, settle: Settle): void {
    this.records.push(record)
    this.#settlers.push(settle)
    this.sizeInBytes += sizeInBytes
  }

  /** From now on the batch has this place in the producer's sequence; undefined takes it away again. */
  setSequence(sequence: Sequence | undefined): void {
    this.#sequence = sequence
    this.#bytes = undefined
  }

  /** The batch as it goes over the wire; the same bytes each time it is sent with the same sequence. */
  bytes(compression: CompressionType): Uint8Array {
    this.#bytes ??= buildBatch({ compression, records: this.records, ...this.#sequence })
    return this.#bytes
  }

  /** Tells everyone who waits for one of the records. */
  settle(outcome: BatchOutcome): void {
    this.#settlers.splice(0).forEach((settle, index) => settle(outcome, index))
  }

  /** Two halves in place of one batch that the broker finds too large; sequences go with the records. */
  split(): readonly [ProducerBatch, ProducerBatch] {
    const middle = this.records.length >> 1
    const first = new ProducerBatch(this.ordinal, this.createdAtMs)
    // Ordinals are whole numbers to begin with, so there is room between this batch and the next.
    const second = new ProducerBatch((this.ordinal + Math.floor(this.ordinal) + 1) / 2, this.createdAtMs)
    this.records.forEach((record, index) => {
      const half = index < middle ? first : second
      half.append(record, sizeOf(record), this.#settlers[index]!)
    })
    for (const half of [first, second]) {
      half.full = true
      half.attempts = this.attempts
    }
    if (this.#sequence !== undefined) {
      first.setSequence(this.#sequence)
      second.setSequence({ ...this.#sequence, baseSequence: plusSequence(this.#sequence.baseSequence, middle) })
    }
    return [first, second]
  }
}

/** Sequences run from 0 to 2^31 - 1 and start again. */
export const plusSequence = (sequence: number, count: number): number => (sequence + count) % 2 ** 31
