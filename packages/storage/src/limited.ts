import { setImmediate } from 'node:timers/promises'

/** Runs `task` for every item, at most `limit` at a time. The first failure is thrown when all that began have ended. */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { error: unknown } | undefined
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && failure === undefined; next = iterator.next()) {
      try {
        await task(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failure !== undefined) throw failure.error
}

/** So many logs with nothing to do are looked at without a pause. */
const SLICE = 64

/**
 * Runs `task` for every item, one after the other, and lets requests have their turn in between: thousands of tasks
 * that find nothing to do give no pause of their own.
 */
export async function forEachInSlices<T>(items: Iterable<T>, task: (item: T) => Promise<void> | void): Promise<void> {
  let seen = 0
  for (const item of items) {
    await task(item)
    if (++seen % SLICE === 0) await setImmediate()
  }
}
