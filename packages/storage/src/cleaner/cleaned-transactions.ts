import type { RecordBatch } from '@milena/records'
import { controlRecordType } from '@milena/records'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'

interface OngoingAborted {
  readonly transaction: AbortedTransaction
  /** A batch of it is still in the log. */
  hasBatches: boolean
}

/**
 * Which transactions are under way as a cleaning goes through a log in order (Kafka's CleanedTransactionMetadata):
 * what was aborted can go at once, and a marker can go when nothing of its transaction is left.
 */
export class CleanedTransactions {
  readonly #committed = new Set<number>()
  readonly #aborted = new Map<number, OngoingAborted>()
  /** In the order of their first offsets; those before `#next` have begun. */
  readonly #queue: readonly AbortedTransaction[]
  #next = 0
  readonly #onAbortMarker: (transaction: AbortedTransaction) => void

  /**
   * `onAbortMarker` is told of each aborted transaction of which something was there when its marker came: readers
   * must still know of it.
   */
  constructor(
    aborted: readonly AbortedTransaction[],
    onAbortMarker: (transaction: AbortedTransaction) => void = () => undefined,
  ) {
    this.#queue = aborted.toSorted((left, right) => left.firstOffset - right.firstOffset)
    this.#onAbortMarker = onAbortMarker
  }

  /** Notes a batch of data; true when it belongs to a transaction that was aborted. */
  noteData(batch: RecordBatch): boolean {
    this.#beginUpTo(batch.lastOffset)
    if (!batch.isTransactional) return false
    const aborted = this.#aborted.get(batch.producerId)
    if (aborted === undefined) {
      this.#committed.add(batch.producerId)
      return false
    }
    aborted.hasBatches = true
    return true
  }

  /** Notes a control batch; true when nothing is left of what it ends. */
  noteControl(batch: RecordBatch): boolean {
    this.#beginUpTo(batch.lastOffset)
    const record = batch.records().next().value
    // It was emptied before: whatever it ended is gone.
    if (record === undefined) return true
    const type = controlRecordType(record)
    if (type === 'COMMIT') return !this.#committed.delete(batch.producerId)
    if (type !== 'ABORT') return false
    const aborted = this.#aborted.get(batch.producerId)
    this.#aborted.delete(batch.producerId)
    if (aborted?.hasBatches !== true) return true
    this.#onAbortMarker(aborted.transaction)
    return false
  }

  #beginUpTo(offset: number): void {
    for (; this.#next < this.#queue.length && this.#queue[this.#next]!.firstOffset <= offset; this.#next++) {
      const transaction = this.#queue[this.#next]!
      if (!this.#aborted.has(transaction.producerId)) {
        this.#aborted.set(transaction.producerId, { transaction, hasBatches: false })
      }
    }
  }
}
