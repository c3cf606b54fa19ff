/** What a share coordinator keeps of one share partition, offset by offset: simple enough to be believed. */
import type { PersistedState, SharePartitionEffect, StateBatch } from '../partition/share-partition-types.ts'

type Persist = Extract<SharePartitionEffect, { type: 'persist' }>

export class PersistedModel {
  #startOffset: number
  readonly #records = new Map<number, { readonly deliveryState: number; readonly deliveryCount: number }>()

  constructor(startOffset: number) {
    this.#startOffset = startOffset
  }

  /** The younger delivery counts, of the same one the state that is more final: the order of the writes does not. */
  write({ startOffset, stateBatches }: Pick<Persist, 'startOffset' | 'stateBatches'>): void {
    this.#startOffset = Math.max(this.#startOffset, startOffset)
    for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of stateBatches) {
      for (let offset = firstOffset; offset <= lastOffset; offset++) {
        const known = this.#records.get(offset)
        const isOlder =
          known !== undefined &&
          (known.deliveryCount > deliveryCount ||
            (known.deliveryCount === deliveryCount && known.deliveryState > deliveryState))
        if (!isOlder) this.#records.set(offset, { deliveryState, deliveryCount })
      }
    }
    for (const offset of this.#records.keys()) if (offset < this.#startOffset) this.#records.delete(offset)
  }

  read(): PersistedState {
    const stateBatches: StateBatch[] = []
    for (const [offset, record] of [...this.#records].toSorted(([left], [right]) => left - right)) {
      const before = stateBatches.at(-1)
      const joins =
        before?.lastOffset === offset - 1 &&
        before.deliveryState === record.deliveryState &&
        before.deliveryCount === record.deliveryCount
      if (joins) stateBatches.splice(-1, 1, { ...before, lastOffset: offset })
      else stateBatches.push({ firstOffset: offset, lastOffset: offset, ...record } as StateBatch)
    }
    return { stateEpoch: 0, startOffset: this.#startOffset, stateBatches }
  }
}
