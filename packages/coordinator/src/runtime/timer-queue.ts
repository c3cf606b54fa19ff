/** One timer: `key` names it within its owner. */
interface Entry<Owner, Event> {
  readonly owner: Owner
  readonly key: string
  event: Event
  /** When it shall fire. May be later than `queuedMs`: moving a timer later costs no heap work. */
  deadlineMs: number
  queuedMs: number
  index: number
}

/**
 * Keyed timers on a binary heap. The common move, a session that is prolonged by a heartbeat, only writes a field:
 * the heap entry is put right when its old deadline comes up.
 */
export class TimerQueue<Owner extends object, Event> {
  readonly #heap: Entry<Owner, Event>[] = []
  readonly #byOwner = new Map<Owner, Map<string, Entry<Owner, Event>>>()

  get size(): number {
    return this.#heap.length
  }

  /** A time at or before the next deadline, or undefined without timers. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.queuedMs
  }

  set(owner: Owner, key: string, deadlineMs: number, event: Event): void {
    let entries = this.#byOwner.get(owner)
    if (entries === undefined) this.#byOwner.set(owner, (entries = new Map()))
    const entry = entries.get(key)
    if (entry === undefined) {
      const added = { owner, key, event, deadlineMs, queuedMs: deadlineMs, index: this.#heap.length }
      entries.set(key, added)
      this.#heap.push(added)
      this.#siftUp(added)
      return
    }
    entry.event = event
    entry.deadlineMs = deadlineMs
    if (deadlineMs >= entry.queuedMs) return
    entry.queuedMs = deadlineMs
    this.#siftUp(entry)
  }

  cancel(owner: Owner, key: string): void {
    const entries = this.#byOwner.get(owner)
    const entry = entries?.get(key)
    if (entries === undefined || entry === undefined) return
    entries.delete(key)
    this.#remove(entry)
  }

  cancelAll(owner: Owner): void {
    const entries = this.#byOwner.get(owner)
    if (entries === undefined) return
    this.#byOwner.delete(owner)
    for (const entry of entries.values()) this.#remove(entry)
  }

  /** The timers of an owner with their deadlines, in no special order. */
  *timersOf(owner: Owner): IterableIterator<{ key: string; deadlineMs: number; event: Event }> {
    for (const { key, deadlineMs, event } of this.#byOwner.get(owner)?.values() ?? []) yield { key, deadlineMs, event }
  }

  /** Takes one timer that is due, the earliest first. */
  takeDue(nowMs: number): { owner: Owner; key: string; event: Event } | undefined {
    for (let entry = this.#heap[0]; entry !== undefined && entry.queuedMs <= nowMs; entry = this.#heap[0]) {
      if (entry.deadlineMs > entry.queuedMs) {
        entry.queuedMs = entry.deadlineMs
        this.#siftDown(entry)
        continue
      }
      this.cancel(entry.owner, entry.key)
      return { owner: entry.owner, key: entry.key, event: entry.event }
    }
    return undefined
  }

  #remove(entry: Entry<Owner, Event>): void {
    const last = this.#heap.pop()
    if (last === undefined || last === entry) return
    this.#heap[entry.index] = last
    last.index = entry.index
    this.#siftUp(last)
    this.#siftDown(last)
  }

  #siftUp(entry: Entry<Owner, Event>): void {
    const heap = this.#heap
    while (entry.index > 0) {
      const parent = heap[(entry.index - 1) >> 1]
      if (parent === undefined || parent.queuedMs <= entry.queuedMs) return
      this.#swap(parent, entry)
    }
  }

  #siftDown(entry: Entry<Owner, Event>): void {
    const heap = this.#heap
    for (;;) {
      const left = heap[2 * entry.index + 1]
      const right = heap[2 * entry.index + 2]
      const child = right !== undefined && left !== undefined && right.queuedMs < left.queuedMs ? right : left
      if (child === undefined || child.queuedMs >= entry.queuedMs) return
      this.#swap(entry, child)
    }
  }

  /** `upper` is the parent of `lower`. */
  #swap(upper: Entry<Owner, Event>, lower: Entry<Owner, Event>): void {
    const index = upper.index
    upper.index = lower.index
    lower.index = index
    this.#heap[upper.index] = upper
    this.#heap[lower.index] = lower
  }
}
