import type { OffsetPlace } from './group-records.ts'
import type { OffsetAndMetadata } from './group-types.ts'

interface PendingOffset {
  readonly place: OffsetPlace
  readonly offset: OffsetAndMetadata
}

const keyOf = ({ groupId, topic, partition }: OffsetPlace): string => `${partition} ${topic}\u0000${groupId}`

/**
 * Offsets that groups committed in transactions which have not ended, by producer. They are no offsets of the group yet,
 * but who asks for stable ones is told to wait for them (KIP-447). Only what is newest is ever asked for, so that
 * nothing of their past is kept.
 */
export class PendingOffsets {
  readonly #byProducer = new Map<number, Map<string, PendingOffset>>()
  /** How many transactions have an offset pending for a place. */
  readonly #counts = new Map<string, number>()

  put(producerId: number, place: OffsetPlace, offset: OffsetAndMetadata): void {
    let pending = this.#byProducer.get(producerId)
    if (pending === undefined) this.#byProducer.set(producerId, (pending = new Map()))
    const key = keyOf(place)
    if (!pending.has(key)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    pending.set(key, { place, offset })
  }

  has(place: OffsetPlace): boolean {
    return this.#counts.has(keyOf(place))
  }

  hasGroup(groupId: string): boolean {
    return this.places().some((place) => place.groupId === groupId)
  }

  /** Each place that a transaction will change, once. */
  places(): readonly OffsetPlace[] {
    const places = new Map<string, OffsetPlace>()
    for (const pending of this.#byProducer.values()) {
      for (const [key, { place }] of pending) places.set(key, place)
    }
    return [...places.values()]
  }

  /** The place's offset was deleted: no transaction brings one back. */
  remove(place: OffsetPlace): void {
    const key = keyOf(place)
    if (!this.#counts.delete(key)) return
    for (const pending of this.#byProducer.values()) pending.delete(key)
  }

  /** The producer's transaction has ended: what it would have committed. */
  take(producerId: number): readonly PendingOffset[] {
    const pending = this.#byProducer.get(producerId)
    if (pending === undefined) return []
    this.#byProducer.delete(producerId)
    for (const key of pending.keys()) {
      const count = this.#counts.get(key) ?? 0
      if (count > 1) this.#counts.set(key, count - 1)
      else this.#counts.delete(key)
    }
    return [...pending.values()]
  }
}
