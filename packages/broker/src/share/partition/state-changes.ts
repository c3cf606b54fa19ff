/**
 * Changes of acquired records that belong together: they are written down in one piece, and all of them become final or
 * none does.
 */
import type { RecordState, RecordStateId } from './record-state.ts'
import type { StateRange } from './in-flight-batch.ts'
import type { StateBatch } from './share-partition-types.ts'

export class StateChanges {
  readonly #maxDeliveryCount: number
  readonly #records: RecordState[] = []
  readonly #stateBatches: StateBatch[] = []

  constructor(maxDeliveryCount: number) {
    this.#maxDeliveryCount = maxDeliveryCount
  }

  get isEmpty(): boolean {
    return this.#stateBatches.length === 0
  }

  /** What is to be written, runs of the same state joined. */
  get stateBatches(): readonly StateBatch[] {
    return this.#stateBatches
  }

  /** Begins to change acquired records. */
  begin(range: StateRange, state: RecordStateId): void {
    range.record.begin(state, this.#maxDeliveryCount)
    this.#records.push(range.record)
    this.#write(range)
  }

  /** Changes acquired records at once; that it is written down is not waited for. */
  expire(range: StateRange, isBeforeStart: boolean): void {
    range.record.expire(this.#maxDeliveryCount, isBeforeStart)
    this.#write(range)
  }

  /** Makes what was begun final, or takes it back. */
  finish(isWritten: boolean, nowMs: number): void {
    for (const record of this.#records) record.finish(isWritten, nowMs)
  }

  #write({ firstOffset, lastOffset, record }: StateRange): void {
    const { state: deliveryState, deliveryCount } = record
    const before = this.#stateBatches.at(-1)
    if (
      before?.lastOffset === firstOffset - 1 &&
      before.deliveryState === deliveryState &&
      before.deliveryCount === deliveryCount
    ) {
      this.#stateBatches.splice(-1, 1, { ...before, lastOffset })
    } else {
      this.#stateBatches.push({ firstOffset, lastOffset, deliveryState, deliveryCount })
    }
  }
}
