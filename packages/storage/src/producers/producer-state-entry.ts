import type { EndTransactionMarker } from '@milena/records'
import { NO_SEQUENCE, incrementSequence } from '@milena/records'

/** One batch that a producer wrote, remembered so that its repetition is known. */
export interface BatchMetadata {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly firstOffset: number
  readonly lastOffset: number
  readonly timestamp: number
}

/** What of a batch the producer state needs to know. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** Of a control batch: what it says. */
  readonly marker?: EndTransactionMarker
}

const SEQUENCE_MAX = 0x7fff_ffff

/** As many batches as a client may have in flight on one connection. */
const BATCHES_KEPT = 5

/** The sequence number `decrement` before `sequence`; before 0 comes 2^31-1. */
export function decrementSequence(sequence: number, decrement: number): number {
  const difference = sequence - decrement
  return difference < 0 ? difference + SEQUENCE_MAX + 1 : difference
}

/** Whether `next` is the sequence number that follows `last`. */
export function inSequence(last: number, next: number): boolean {
  return next === incrementSequence(last, 1)
}

/** What a log remembers of one producer (Kafka's ProducerStateEntry): its epoch and its last five batches. */
export class ProducerStateEntry {
  readonly producerId: number
  producerEpoch: number
  /** The epoch of the coordinator that last wrote an end-transaction marker; -1 if none did. */
  coordinatorEpoch: number
  lastTimestamp: number
  /** Where the open transaction begins; undefined when none is open. */
  currentTxnFirstOffset: number | undefined
  #batches: BatchMetadata[] = []

  constructor(o: {
    producerId: number
    producerEpoch: number
    coordinatorEpoch?: number
    lastTimestamp?: number
    currentTxnFirstOffset?: number
  }) {
    this.producerId = o.producerId
    this.producerEpoch = o.producerEpoch
    this.coordinatorEpoch = o.coordinatorEpoch ?? -1
    this.lastTimestamp = o.lastTimestamp ?? -1
    this.currentTxnFirstOffset = o.currentTxnFirstOffset
  }

  get lastBatch(): BatchMetadata | undefined {
    return this.#batches.at(-1)
  }

  get lastSequence(): number {
    return this.lastBatch?.lastSequence ?? NO_SEQUENCE
  }

  get lastOffset(): number {
    return this.lastBatch?.lastOffset ?? -1
  }

  /** Notes a batch; a new epoch forgets the old one's batches. */
  add(producerEpoch: number, batch: BatchMetadata): void {
    this.updateEpoch(producerEpoch)
    if (this.#batches.length === BATCHES_KEPT) this.#batches.shift()
    this.#batches.push(batch)
    this.lastTimestamp = batch.timestamp
  }

  updateEpoch(producerEpoch: number): void {
    if (producerEpoch === this.producerEpoch) return
    this.#batches = []
    this.producerEpoch = producerEpoch
  }

  /** The remembered batch of which this one is a repetition: same epoch, same first and last sequence. */
  findDuplicate(batch: ProducerBatch): BatchMetadata | undefined {
    if (batch.producerEpoch !== this.producerEpoch) return undefined
    return this.#batches.find(
      (known) => known.firstSequence === batch.baseSequence && known.lastSequence === batch.lastSequence,
    )
  }
}
