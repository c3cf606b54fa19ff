import type { TopicPartition } from '../cluster/cluster-metadata.ts'
import {
  plusSequence,
  ProducerBatch,
  type PendingRecord,
  type ProducerIdAndEpoch,
  type Settle,
} from './producer-batch.ts'

const maxEpoch = 32_767

/**
 * What one partition has been given and not yet seen acknowledged, in order.
 *
 * An idempotent producer numbers the records of each partition; the broker takes only the number that is next. Several
 * batches may be under way. When one fails and is sent again, those behind it fail too, as out of order, and follow it
 * in their old order. A broker that knows nothing of the producer takes any number, though: were the first batch to
 * fail and the second to be written, the first could never follow. So until one is acknowledged they go one by one.
 *
 * When a batch is given up, the numbers have a gap, and since the broker may or may not have
 * written it, numbering starts again at 0 in a new epoch once nothing is under way.
 */
export class PartitionQueue implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly waiting: ProducerBatch[] = []
  readonly inFlight = new Set<ProducerBatch>()
  #producer: ProducerIdAndEpoch | undefined
  #nextSequence = 0
  #broken = false
  /** A batch of this producer and epoch was acknowledged, so the broker knows which number is next. */
  #established = false
  /** The producer id that may no longer be used here. */
  retiredProducerId: number | undefined

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  get idle(): boolean {
    return this.waiting.length === 0 && this.inFlight.size === 0
  }

  /** Adds to the last batch when the record fits in, otherwise to a new one. */
  append(
    record: PendingRecord,
    options: { sizeInBytes: number; batchSize: number; nowMs: number; nextOrdinal: () => number; settle: Settle },
  ): ProducerBatch {
    const { sizeInBytes, batchSize, nowMs, nextOrdinal, settle } = options
    let batch = this.waiting.at(-1)
    const closed = batch === undefined || batch.full || batch.sequence !== undefined || batch.attempts > 0
    if (batch === undefined || closed || batch.sizeInBytes + sizeInBytes > batchSize) {
      if (batch !== undefined) batch.full = true
      batch = new ProducerBatch(nextOrdinal(), nowMs)
      this.waiting.push(batch)
    }
    batch.append(record, sizeInBytes, settle)
    if (batch.sizeInBytes >= batchSize) batch.full = true
    return batch
  }

  /** The batch that may be sent now, if there is one; it then is in flight. */
  take({
    nowMs,
    lingerMs,
    hurry,
    producer,
  }: {
    readonly nowMs: number
    readonly lingerMs: number
    /** Someone waits for a flush, or for room. */
    readonly hurry: boolean
    /** Undefined for a producer that is not idempotent. */
    readonly producer: ProducerIdAndEpoch | undefined
  }): ProducerBatch | undefined {
    const head = this.waiting[0]
    if (head === undefined || this.readyInMs(nowMs, { lingerMs, hurry }) > 0) return undefined
    if (this.#broken && !this.#restart()) return undefined
    if (producer !== undefined && !this.#established && this.inFlight.size > 0) return undefined
    if (producer !== undefined) this.#number(head, producer)
    this.waiting.shift()
    this.inFlight.add(head)
    return head
  }

  /** How long until the first batch may be sent; Infinity when there is none or another must come back first. */
  readyInMs(nowMs: number, { lingerMs, hurry }: { readonly lingerMs: number; readonly hurry: boolean }): number {
    const head = this.waiting[0]
    if (head === undefined) return Infinity
    if (head.attempts > 0) {
      // An older one that is still under way decides first whether this one was in order.
      for (const other of this.inFlight) if (other.ordinal < head.ordinal) return Infinity
      return Math.max(0, head.notBeforeMs - nowMs)
    }
    if (head.full || hurry || this.waiting.length > 1) return 0
    return Math.max(0, head.createdAtMs + lingerMs - nowMs)
  }

  /** A batch is written. */
  acknowledge(batch: ProducerBatch): void {
    this.inFlight.delete(batch)
    if (batch.sequence !== undefined) this.#established = !this.#broken
  }

  /** A batch goes back to its place among those that wait. */
  putBack(batch: ProducerBatch): void {
    this.inFlight.delete(batch)
    const at = this.waiting.findIndex((other) => other.ordinal > batch.ordinal)
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, batch)
  }

  /** Whether an older batch is still unacknowledged: then "out of order" says nothing yet about this one. */
  hasOlder(batch: ProducerBatch): boolean {
    const older = (other: ProducerBatch): boolean => other.ordinal < batch.ordinal
    return this.waiting.some(older) || Array.from(this.inFlight).some(older)
  }

  /** A batch with a sequence was given up: what follows needs a new epoch. */
  breakSequence(): void {
    if (this.#producer !== undefined) this.#broken = true
  }

  /** The broker no longer takes this producer's epoch: go on with another producer id. */
  retireProducer(): void {
    this.retiredProducerId = this.#producer?.producerId
    this.#producer = undefined
    this.#broken = true
  }

  #restart(): boolean {
    if (this.inFlight.size > 0) return false
    if (this.#producer !== undefined) {
      const { producerId, producerEpoch } = this.#producer
      if (producerEpoch >= maxEpoch) this.retireProducer()
      else this.#producer = { producerId, producerEpoch: producerEpoch + 1 }
    }
    this.#nextSequence = 0
    this.#broken = false
    this.#established = false
    for (const batch of this.waiting) batch.setSequence(undefined)
    return true
  }

  #number(batch: ProducerBatch, producer: ProducerIdAndEpoch): void {
    if (batch.sequence !== undefined) return
    this.#producer ??= producer
    batch.setSequence({ ...this.#producer, baseSequence: this.#nextSequence })
    this.#nextSequence = plusSequence(this.#nextSequence, batch.records.length)
  }
}
