import type { TimelineClock } from './coordinator-shard.ts'

/**
 * Where the log of one partition stands. Operations are decided on everything that is written; readers must only see
 * what is committed. Timeline structures keep the past of exactly those keys that differ between the two.
 */
export class Timeline implements TimelineClock {
  #writtenOffset = -1
  #committedOffset = -1
  #pending: { offset: number; owner: Forgetful; key: unknown }[] = []
  #head = 0

  get writtenOffset(): number {
    return this.#writtenOffset
  }

  get committedOffset(): number {
    return this.#committedOffset
  }

  get hasUncommitted(): boolean {
    return this.#writtenOffset > this.#committedOffset
  }

  /** What is changed from now on belongs to the record at this offset. */
  advance(offset: number): void {
    this.#writtenOffset = offset
  }

  /** While a log is read from the start all of it is committed, and no past is kept. */
  advanceCommitted(offset: number): void {
    this.#writtenOffset = offset
    this.#committedOffset = offset
  }

  commit(offset: number): void {
    if (offset <= this.#committedOffset) return
    this.#committedOffset = offset
    for (let entry = this.#pending[this.#head]; entry !== undefined; entry = this.#pending[this.#head]) {
      if (entry.offset > offset) break
      this.#head++
      entry.owner.forget(entry.key, offset)
    }
    if (this.#head === this.#pending.length) {
      this.#pending = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#pending.length) {
      this.#pending.splice(0, this.#head)
      this.#head = 0
    }
  }

  remember(offset: number, owner: Forgetful, key: unknown): void {
    this.#pending.push({ offset, owner, key })
  }
}

interface Forgetful {
  forget(key: unknown, committedOffset: number): void
}
