/**
 * How many syncs are under way at a time: so many that the disk, which takes side by side what comes side by side, is
 * never idle; and half of the threads that the command gives Node, so that reads have the others (with Node's own four
 * threads a read waits for two syncs at most, however many logs there are).
 */
const CONCURRENCY = 8

/**
 * Group commit over all logs of a broker. A log that has something to sync stands in line once; what is written to it
 * until its turn comes is covered by the same sync, and when more is waiting afterwards it stands in line again, behind
 * all others. So each time round one sync a log serves all who wait, however many they are.
 */
export class GroupCommit {
  readonly #concurrency: number
  #running = 0
  /** Who comes next, first in, first out. */
  #line: (() => void)[] = []

  constructor(concurrency = CONCURRENCY) {
    this.#concurrency = concurrency
  }

  /** Runs `sync` when its turn comes. */
  async run(sync: () => Promise<void>): Promise<void> {
    if (this.#running < this.#concurrency) this.#running += 1
    else await new Promise<void>((resolve) => this.#line.push(resolve))
    try {
      await sync()
    } finally {
      // The place is passed on, so that nobody who comes now gets in before those who wait.
      const next = this.#line.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}
