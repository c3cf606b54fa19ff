import type { RecordBatch, RecordWalker } from '@milena/records'
import { deleteHorizonOf } from '@milena/records'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import type { CleaningJob, LastOfProducer } from './cleaning-job.ts'
import type { OffsetMap } from './offset-map.ts'

/** What becomes of a batch. */
export interface BatchVerdict {
  /** None of its records stays. */
  readonly discardsRecords: boolean
  /** It stays as a header when none of its records does. */
  readonly keepsEmpty: boolean
  /** It is the marker of a transaction of which nothing is left: from now on its time runs. */
  readonly isLastOfTransaction: boolean
}

/** Which batches and records of a log stay when it is cleaned (the RecordFilter of Kafka's Cleaner). */
export class RetentionRules {
  readonly #map: OffsetMap
  readonly #transactions: CleanedTransactions
  readonly #lastOfProducers: ReadonlyMap<number, LastOfProducer>
  readonly #endOffset: number
  readonly #nowMs: number

  constructor(job: CleaningJob, map: OffsetMap, transactions: CleanedTransactions) {
    this.#map = map
    this.#transactions = transactions
    this.#lastOfProducers = new Map(job.lastOfProducers.map((last) => [last.producerId, last]))
    this.#endOffset = job.firstUncleanableOffset
    this.#nowMs = job.nowMs
  }

  /** To be asked of every batch in order. */
  judge(batch: RecordBatch): BatchVerdict {
    const { isControl } = batch
    const canDiscard = isControl ? this.#transactions.noteControl(batch) : this.#transactions.noteData(batch)
    return {
      discardsRecords: canDiscard && (!isControl || this.#hasPassed(deleteHorizonOf(batch))),
      keepsEmpty: this.#isLastOfProducer(batch) || batch.nextOffset === this.#endOffset,
      isLastOfTransaction: canDiscard && isControl,
    }
  }

  #hasPassed(deleteHorizonMs: number | undefined): boolean {
    return deleteHorizonMs !== undefined && deleteHorizonMs <= this.#nowMs
  }

  /**
   * A producer that is remembered may write again: the batch with its last sequence number stays, or, when it has
   * written no data since, the marker with its epoch, which fences those of older ones.
   */
  #isLastOfProducer(batch: RecordBatch): boolean {
    if (batch.producerId < 0) return false
    const last = this.#lastOfProducers.get(batch.producerId)
    if (last === undefined) return false
    if (last.lastOffset >= 0) return batch.lastOffset === last.lastOffset
    return batch.isControl && batch.producerEpoch === last.producerEpoch
  }

  /**
   * Whether a record of data stays: it is behind what is cleaned, or it is the last of its key and has a value, or is
   * a tombstone whose time has not come. What has no key cannot be kept.
   */
  keepsRecord(batch: RecordBatch, walker: RecordWalker): boolean {
    const offset = batch.baseOffset + walker.offsetDelta
    if (offset > this.#map.latestOffset) return true
    if (walker.keyLength < 0) return false
    if (walker.valueLength < 0 && this.#hasPassed(deleteHorizonOf(batch))) return false
    return offset >= this.#map.get(walker.bytes, walker.keyStart, walker.keyLength)
  }
}
