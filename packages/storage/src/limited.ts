import { setImmediate } from 'node:timers/promises'

/** So many logs are looked at without a pause: what finds nothing to do, or is done on the spot, gives none of its own. */
const SLICE = 64

/**
 * Runs `task` for every item, at most `limit` at a time, with pauses for what else there is to do. The first failure is
 * thrown when all that began have ended.
 */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { error: unknown } | undefined
  let seen = 0
  let pause: Promise<void> | undefined
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && failure === undefined; next = iterator.next()) {
      try {
        await task(next.value)
      } catch (error) {
        failure ??= { error }
      }
      if (++seen % SLICE === 0) pause = setImmediate()
      await pause
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failure !== undefined) throw failure.error
}

/** Runs `task` for every item, one after the other, and lets requests have their turn in between. */
export async function forEachInSlices<T>(items: Iterable<T>, task: (item: T) => Promise<void> | void): Promise<void> {
  let seen = 0
  for (const item of items) {
    await task(item)
    if (++seen % SLICE === 0) await setImmediate()
  }
}
