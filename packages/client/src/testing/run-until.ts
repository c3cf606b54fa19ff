import { setImmediate } from 'node:timers/promises'
import type { ManualClock } from '@milena/runtime'

/** Lets time pass, from one timer to the next, until the promise is settled; so that a test never really waits. */
export async function runUntil<T>(clock: ManualClock, promise: Promise<T>, limitMs = 10 * 60_000): Promise<T> {
  let settled = false
  const watched = promise.finally(() => (settled = true))
  watched.catch(() => undefined) // Reported below.
  const endMs = clock.nowMs() + limitMs
  for (let idle = 0; !settled;) {
    for (let turn = 0; turn < 5 && !settled; turn++) await setImmediate()
    if (settled) break
    const nextMs = clock.nextDeadlineMs
    if (nextMs === undefined) {
      // Work that is no timer, such as reading a file, may still be under way.
      if (++idle > 1000) throw new Error('Nothing is left that could settle the promise.')
      continue
    }
    if (nextMs > endMs) throw new Error(`The promise is not settled after ${limitMs} ms.`)
    clock.advance(Math.max(0, nextMs - clock.nowMs()) + 1)
  }
  return watched
}
