import os from 'node:os'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
const PARENT_CHECK_INTERVAL_MS = 500

export interface StopSignals {
  /** Resolves with what the first signal was, in a word for the log. */
  readonly first: Promise<string>
  /** Gives the signals back to Node. */
  dispose(): void
}

/** The first signal asks to stop; a second one ends the process at once, with the exit code of that signal. */
export function watchStopSignals(onSecond: (signal: NodeJS.Signals) => void): StopSignals {
  const { promise: first, resolve } = Promise.withResolvers<string>()
  let asked = false
  const listener = (signal: NodeJS.Signals): void => {
    if (asked) onSecond(signal)
    asked = true
    resolve(signal)
  }
  for (const signal of STOP_SIGNALS) process.on(signal, listener)
  const stopWatching = watchNpm(() => resolve('the end of npm'))
  return {
    first,
    dispose: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, listener)
      stopWatching()
    },
  }
}

/**
 * npm hands SIGTERM to the shell that it runs a script in, and the shell dies without handing it on: the broker of an
 * `npm start` that was told to end would live on, and hold its port. It is no longer its parent's child then.
 */
function watchNpm(onEnd: () => void): () => void {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid !== parent) onEnd()
  }, PARENT_CHECK_INTERVAL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + os.constants.signals[signal]
}
