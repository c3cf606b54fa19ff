import type { Clock } from './ports.ts'

/** How long something is done at a stretch. */
const TURN_MS = 5

/** Does it step by step, a few milliseconds at a time, so that whoever else wants something does not wait for all of it. */
export const inTurns = <Result>(clock: Clock, steps: Iterator<unknown, Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const turn = (): void => {
      try {
        const endMs = clock.monotonicMs() + TURN_MS
        do {
          const step = steps.next()
          if (step.done === true) return resolve(step.value)
        } while (clock.monotonicMs() < endMs)
        clock.setTimer(0, turn)
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    turn()
  })
