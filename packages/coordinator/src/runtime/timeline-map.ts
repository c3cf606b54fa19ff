import type { TimelineClock } from './coordinator-shard.ts'

const ABSENT = Symbol('absent')

interface Version<V> {
  /** The offset of the change that ended this version. */
  readonly endOffset: number
  readonly value: V | typeof ABSENT
}

/**
 * A map with two faces: what is written (`get`, `entries`) and what is committed (`getCommitted`,
 * `committedEntries`). A key costs more than in a plain map only while a change of it is not committed.
 */
export class TimelineMap<K, V> {
  readonly #clock: TimelineClock
  readonly #current = new Map<K, V>()
  #past: Map<K, Version<V>[]> | undefined

  constructor(clock: TimelineClock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#current.size
  }

  get(key: K): V | undefined {
    return this.#current.get(key)
  }

  has(key: K): boolean {
    return this.#current.has(key)
  }

  getCommitted(key: K): V | undefined {
    const versions = this.#past?.get(key)
    const first = versions?.[0]
    if (first === undefined) return this.#current.get(key)
    return first.value === ABSENT ? undefined : first.value
  }

  set(key: K, value: V): void {
    this.#keepPast(key)
    this.#current.set(key, value)
  }

  delete(key: K): boolean {
    if (!this.#current.has(key)) return false
    this.#keepPast(key)
    return this.#current.delete(key)
  }

  keys(): IterableIterator<K> {
    return this.#current.keys()
  }

  values(): IterableIterator<V> {
    return this.#current.values()
  }

  entries(): IterableIterator<[K, V]> {
    return this.#current.entries()
  }

  *committedEntries(): IterableIterator<[K, V]> {
    for (const entry of this.#current) {
      const versions = this.#past?.get(entry[0])
      if (versions?.[0] === undefined) yield entry
      else if (versions[0].value !== ABSENT) yield [entry[0], versions[0].value]
    }
    if (this.#past === undefined) return
    for (const [key, versions] of this.#past) {
      const value = versions[0]?.value
      if (!this.#current.has(key) && value !== undefined && value !== ABSENT) yield [key, value]
    }
  }

  /** Called by the timeline when a change of `key` got committed. */
  forget(key: unknown, committedOffset: number): void {
    const versions = this.#past?.get(key as K)
    if (versions === undefined) return
    while (versions[0] !== undefined && versions[0].endOffset <= committedOffset) versions.shift()
    if (versions.length > 0) return
    this.#past?.delete(key as K)
    if (this.#past?.size === 0) this.#past = undefined
  }

  #keepPast(key: K): void {
    const offset = this.#clock.writtenOffset
    if (offset <= this.#clock.committedOffset) return
    const value = this.#current.has(key) ? (this.#current.get(key) as V) : ABSENT
    this.#past ??= new Map()
    const versions = this.#past.get(key)
    if (versions === undefined) this.#past.set(key, [{ endOffset: offset, value }])
    else if (versions.at(-1)?.endOffset === offset) return
    else versions.push({ endOffset: offset, value })
    this.#clock.remember(offset, this, key)
  }
}
