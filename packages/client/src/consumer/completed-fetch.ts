import { batches, controlRecordType, type Record, type RecordBatch } from '@milena/records'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import { KafkaError } from '../kafka-error.ts'

export interface ConsumerRecord extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Of the leader that wrote it. */
  readonly leaderEpoch: number
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * What one fetch brought for one partition, read record by record. Control batches are passed over; for a reader of
 * committed records so is everything that an aborted transaction wrote, from its first offset to its abort marker.
 */
export class CompletedFetch {
  readonly topic: string
  readonly partition: number
  readonly #records: Iterator<ConsumerRecord>
  /** Where to fetch next, once all of this is read. */
  #nextOffset: number
  #leaderEpoch = -1
  #done = false
  #failure: KafkaError | undefined

  constructor(options: {
    readonly at: TopicPartition
    readonly bytes: Uint8Array
    readonly fetchOffset: number
    /** Undefined for a reader of everything. */
    readonly abortedTransactions: readonly AbortedTransaction[] | undefined
    readonly checkCrcs: boolean
  }) {
    this.topic = options.at.topic
    this.partition = options.at.partition
    this.#nextOffset = options.fetchOffset
    this.#records = this.#read(options.bytes, options.abortedTransactions, options.checkCrcs)
  }

  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Of the leader that wrote what was read last; -1 when nothing was. */
  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  get done(): boolean {
    return this.#done
  }

  /**
   * Hands over records until there are `maxRecords`; `nextOffset` then stands behind the last of them. Throws what is
   * wrong with the bytes, now and each time it is asked again, after what precedes it has been handed over.
   */
  take(into: ConsumerRecord[], maxRecords: number): void {
    if (this.#failure !== undefined && into.length < maxRecords) throw this.#failure
    try {
      while (into.length < maxRecords) {
        const next = this.#records.next()
        if (next.done === true) {
          this.#done = true
          break
        }
        into.push(next.value)
        this.#nextOffset = next.value.offset + 1
        this.#leaderEpoch = next.value.leaderEpoch
      }
    } catch (error) {
      this.#failure =
        error instanceof KafkaError
          ? error
          : KafkaError.of('CORRUPT_MESSAGE', `A batch of ${partitionKey(this)} cannot be read.`, { cause: error })
      throw this.#failure
    }
  }

  *#read(
    bytes: Uint8Array,
    abortedTransactions: readonly AbortedTransaction[] | undefined,
    checkCrcs: boolean,
  ): Iterator<ConsumerRecord> {
    const filter = abortedTransactions && new AbortedFilter(abortedTransactions)
    const fetchOffset = this.#nextOffset
    for (const batch of batches(bytes)) {
      if (batch.lastOffset < fetchOffset) continue
      if (checkCrcs && !batch.isValidCrc()) {
        throw KafkaError.of(
          'CORRUPT_MESSAGE',
          `The batch at offset ${batch.baseOffset} of ${partitionKey(this)} does not match its checksum.`,
        )
      }
      if (filter?.isAborted(batch) !== true && !batch.isControl) yield* this.#readBatch(batch, fetchOffset)
      this.#nextOffset = batch.nextOffset
      this.#leaderEpoch = batch.partitionLeaderEpoch
    }
  }

  *#readBatch(batch: RecordBatch, fetchOffset: number): Iterable<ConsumerRecord> {
    const { timestampType, partitionLeaderEpoch } = batch
    for (const record of batch.records()) {
      if (record.offset < fetchOffset) continue
      yield this.#toConsumerRecord(record, timestampType, partitionLeaderEpoch)
    }
  }

  #toConsumerRecord(
    { offset, timestamp, key, value, headers }: Record,
    timestampType: ConsumerRecord['timestampType'],
    leaderEpoch: number,
  ): ConsumerRecord {
    return {
      topic: this.topic,
      partition: this.partition,
      offset,
      timestamp,
      timestampType,
      key,
      value,
      headers,
      leaderEpoch,
    }
  }
}

/** Knows, walking along the batches, which producers are inside a transaction that was aborted. */
class AbortedFilter {
  readonly #upcoming: AbortedTransaction[]
  readonly #aborting = new Set<number>()

  constructor(abortedTransactions: readonly AbortedTransaction[]) {
    this.#upcoming = Array.from(abortedTransactions).sort((a, b) => a.firstOffset - b.firstOffset)
  }

  isAborted(batch: RecordBatch): boolean {
    if (batch.producerId < 0) return false
    while (this.#upcoming.length > 0 && this.#upcoming[0]!.firstOffset <= batch.lastOffset) {
      this.#aborting.add(this.#upcoming.shift()!.producerId)
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) this.#aborting.delete(batch.producerId)
      return false
    }
    return batch.isTransactional && this.#aborting.has(batch.producerId)
  }
}

function isAbortMarker(batch: RecordBatch): boolean {
  for (const record of batch.records()) return controlRecordType(record) === 'ABORT'
  return false
}
