/**
 * All fetch sessions of a broker, a bounded number (`max.incremental.fetch.session.cache.slots`). When there is no slot
 * left, a session gives way that has been unused for long, or one of fewer partitions; else the newcomer goes without.
 */
import type { Clock, Random } from '@milena/runtime'
import { FetchSession } from './fetch-session.ts'

/** A session may be displaced once it was unused this long (Kafka's `min.incremental.fetch.session.eviction.ms`). */
const EVICTION_MS = 120_000

export class FetchSessionCache {
  readonly #slots: number
  readonly #clock: Clock
  readonly #random: Random
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>()

  constructor({ slots, clock, random }: { slots: number; clock: Clock; random: Random }) {
    this.#slots = slots
    this.#clock = clock
    this.#random = random
  }

  get size(): number {
    return this.#sessions.size
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id)
  }

  remove(id: number): void {
    this.#sessions.delete(id)
  }

  touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.monotonicMs()
    if (this.#sessions.delete(session.id)) this.#sessions.set(session.id, session)
  }

  /** Undefined when there is no room for a session of `size` partitions. */
  create({ size, usesTopicIds }: { size: number; usesTopicIds: boolean }): FetchSession | undefined {
    const nowMs = this.#clock.monotonicMs()
    if (this.#sessions.size >= this.#slots && !this.#evictFor(size, nowMs)) return undefined
    const session = new FetchSession({ id: this.#newId(), usesTopicIds, nowMs })
    this.#sessions.set(session.id, session)
    return session
  }

  #evictFor(size: number, nowMs: number): boolean {
    let smallest: FetchSession | undefined
    for (const session of this.#sessions.values()) {
      // The first one is the least recently used: if that is not old enough, none is.
      if (smallest === undefined && nowMs - session.lastUsedMs > EVICTION_MS) return this.#sessions.delete(session.id)
      const isDisplaceable = nowMs - session.createdMs > EVICTION_MS && session.size < size
      if (isDisplaceable && (smallest === undefined || session.size < smallest.size)) smallest = session
    }
    return smallest !== undefined && this.#sessions.delete(smallest.id)
  }

  #newId(): number {
    for (;;) {
      const id = 1 + this.#random.int(0x7fff_fffe)
      if (!this.#sessions.has(id)) return id
    }
  }
}
