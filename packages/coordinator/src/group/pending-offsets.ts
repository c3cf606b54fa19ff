import type { OffsetPlace } from './group-records.ts'
import type { OffsetAndMetadata } from './group-types.ts'

interface PendingOffset {
  readonly place: OffsetPlace
  readonly offset: OffsetAndMetadata
}

interface PendingPlace {
  readonly place: OffsetPlace
  /** How many transactions have an offset pending for it. */
  readonly count: number
}

/** Of the places of one group. */
const keyOf = ({ topic, partition }: OffsetPlace): string => `${partition} ${topic}`

/**
 * Offsets that groups committed in transactions which have not ended, by producer. They are no offsets of the group yet,
 * but who asks for stable ones is told to wait for them (KIP-447). Only what is newest is ever asked for, so that
 * nothing of their past is kept.
 */
export class PendingOffsets {
  /** By producer, group and place. */
  readonly #byProducer = new Map<number, Map<string, Map<string, PendingOffset>>>()
  readonly #byGroup = new Map<string, Map<string, PendingPlace>>()

  put(producerId: number, place: OffsetPlace, offset: OffsetAndMetadata): void {
    let groups = this.#byProducer.get(producerId)
    if (groups === undefined) this.#byProducer.set(producerId, (groups = new Map()))
    let pending = groups.get(place.groupId)
    if (pending === undefined) groups.set(place.groupId, (pending = new Map()))
    const key = keyOf(place)
    if (!pending.has(key)) this.#count(place, key, 1)
    pending.set(key, { place, offset })
  }

  has(place: OffsetPlace): boolean {
    return this.#byGroup.get(place.groupId)?.has(keyOf(place)) === true
  }

  hasGroup(groupId: string): boolean {
    return this.#byGroup.has(groupId)
  }

  /** Each place that a transaction will change, once. */
  places(): readonly OffsetPlace[] {
    return Array.from(this.#byGroup.keys(), (groupId) => this.placesOf(groupId)).flat()
  }

  placesOf(groupId: string): readonly OffsetPlace[] {
    return Array.from(this.#byGroup.get(groupId)?.values() ?? [], ({ place }) => place)
  }

  /** The place's offset was deleted: no transaction brings one back. */
  remove(place: OffsetPlace): void {
    const key = keyOf(place)
    const known = this.#byGroup.get(place.groupId)?.get(key)
    if (known === undefined) return
    this.#count(place, key, -known.count)
    for (const groups of this.#byProducer.values()) groups.get(place.groupId)?.delete(key)
  }

  /** The producer's transaction has ended: what it would have committed. */
  take(producerId: number): readonly PendingOffset[] {
    const groups = this.#byProducer.get(producerId)
    if (groups === undefined) return []
    this.#byProducer.delete(producerId)
    const taken: PendingOffset[] = []
    for (const pending of groups.values()) {
      for (const [key, offset] of pending) {
        this.#count(offset.place, key, -1)
        taken.push(offset)
      }
    }
    return taken
  }

  #count(place: OffsetPlace, key: string, more: number): void {
    let places = this.#byGroup.get(place.groupId)
    if (places === undefined) this.#byGroup.set(place.groupId, (places = new Map()))
    const count = (places.get(key)?.count ?? 0) + more
    if (count > 0) places.set(key, { place, count })
    else places.delete(key)
    if (places.size === 0) this.#byGroup.delete(place.groupId)
  }
}
