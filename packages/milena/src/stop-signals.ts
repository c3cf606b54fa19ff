import os from 'node:os'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

export interface StopSignals {
  /** Resolves with the name of the first signal. */
  readonly first: Promise<NodeJS.Signals>
  /** Gives the signals back to Node. */
  dispose(): void
}

/** The first signal asks to stop; a second one ends the process at once, with the exit code of that signal. */
export function watchStopSignals(onSecond: (signal: NodeJS.Signals) => void): StopSignals {
  const { promise: first, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let asked = false
  const listener = (signal: NodeJS.Signals): void => {
    if (asked) onSecond(signal)
    asked = true
    resolve(signal)
  }
  for (const signal of STOP_SIGNALS) process.on(signal, listener)
  return {
    first,
    dispose: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, listener)
    },
  }
}

export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + os.constants.signals[signal]
}
