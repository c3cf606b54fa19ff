import type { Clock } from './ports.ts'

/** How long something is done at a stretch. */
const TURN_MS = 5
/** How many are under way together: enough that those who wait for a disk share its writes. */
const BATCH_SIZE = 64

/** Does it step by step, a few milliseconds at a time, so that whoever else wants something does not wait for all of it. */
export const inTurns = async <Result>(clock: Clock, steps: Iterator<unknown, Result>): Promise<Result> => {
  const turns = new Turns(clock)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (turns.isOver) await turns.next()
  }
}

/**
 * What `Promise.all(items.map(visit))` gives, for as many items as a client may name in one request: some at a time, in
 * their order, and in turns of a few milliseconds.
 */
export const mapInTurns = async <Item, Result>(
  clock: Clock,
  items: readonly Item[],
  visit: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> => {
  const turns = new Turns(clock)
  const results: Result[] = []
  for (let start = 0; start < items.length; start += BATCH_SIZE) {
    if (turns.isOver) await turns.next()
    const batch = items.slice(start, start + BATCH_SIZE)
    results.push(...(await Promise.all(batch.map((item, index) => visit(item, start + index)))))
  }
  return results
}

class Turns {
  readonly #clock: Clock
  #endMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#endMs = clock.monotonicMs() + TURN_MS
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.#endMs
  }

  /** Everybody else's turn. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.setTimer(0, resolve))
    this.#endMs = this.#clock.monotonicMs() + TURN_MS
  }
}
