import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { LogLevels } from './log-levels.ts'
import type { LogLevel } from './log-levels.ts'

/** Values that belong to a line. An `Error` is written with its stack and its causes. */
export type LogFields = Readonly<Record<string, unknown>>

export interface LogEntry {
  readonly timeMs: number
  readonly level: LogLevel
  readonly component: string
  readonly message: string
  readonly fields: LogFields
}

/**
 * What the system says about itself. Text that comes from outside (names, client ids) belongs in the fields:
 * they are escaped, so that nobody can write lines of his own into the log.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Whether lines of this level go anywhere, for a line that is dear to make. */
  isEnabled(level: LogLevel): boolean
  /** What of this log goes anywhere, component by component; it can be changed at any time. */
  readonly levels: LogLevels
  /** The same log under another component's name. */
  child(component: string): Logger
  /**
   * The same log, but of all lines with this key only one in `intervalMs` (a minute, unless given) goes
   * through; the next says in the field `suppressed` how many did not.
   */
  limited(key: string, intervalMs?: number): Logger
}

/** Keys of limited lines that are remembered; the oldest is forgotten first, which costs a line too many. */
const MOST_LIMITED_KEYS = 1000

interface Limit {
  nextMs: number
  suppressed: number
}

/** What all loggers of one log share. */
interface Log {
  readonly clock: Clock
  readonly levels: LogLevels
  readonly sink: (entry: LogEntry) => void
  readonly limits: Map<string, Limit>
}

class SinkLogger implements Logger {
  readonly #log: Log
  readonly #component: string
  readonly #limit: { readonly key: string; readonly intervalMs: number } | undefined

  constructor(log: Log, component: string, limit?: { readonly key: string; readonly intervalMs: number }) {
    this.#log = log
    this.#component = component
    this.#limit = limit
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#write('debug', message, fields)
  }

  info(message: string, fields: LogFields = {}): void {
    this.#write('info', message, fields)
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#write('warn', message, fields)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#write('error', message, fields)
  }

  isEnabled(level: LogLevel): boolean {
    return this.#log.levels.isEnabled(level, this.#component)
  }

  get levels(): LogLevels {
    return this.#log.levels
  }

  child(component: string): Logger {
    this.#log.levels.register(component)
    return new SinkLogger(this.#log, component, this.#limit)
  }

  limited(key: string, intervalMs = 60_000): Logger {
    return new SinkLogger(this.#log, this.#component, { key, intervalMs })
  }

  #write(level: LogLevel, message: string, fields: LogFields): void {
    if (!this.isEnabled(level)) return
    const suppressed = this.#passLimit()
    if (suppressed === undefined) return
    this.#log.sink({
      timeMs: this.#log.clock.nowMs(),
      level,
      component: this.#component,
      message,
      fields: suppressed === 0 ? fields : { ...fields, suppressed },
    })
  }

  /** How many lines were suppressed before this one; `undefined` when this one is too. */
  #passLimit(): number | undefined {
    if (this.#limit === undefined) return 0
    const { limits, clock } = this.#log
    const key = `${this.#component}\n${this.#limit.key}`
    const now = clock.monotonicMs()
    const known = limits.get(key)
    if (known !== undefined && now < known.nextMs) {
      known.suppressed++
      return undefined
    }
    limits.delete(key)
    limits.set(key, { nextMs: now + this.#limit.intervalMs, suppressed: 0 })
    if (limits.size > MOST_LIMITED_KEYS) limits.delete(limits.keys().next().value!)
    return known?.suppressed ?? 0
  }
}

/** A log whose entries go to `sink`, from `level` upwards. */
export function createLogger(options: {
  readonly sink: (entry: LogEntry) => void
  readonly level?: LogLevel
  readonly component?: string
  readonly clock?: Clock
}): Logger {
  const log: Log = {
    clock: options.clock ?? systemClock,
    levels: new LogLevels(options.level ?? 'info'),
    sink: options.sink,
    limits: new Map(),
  }
  return new SinkLogger(log, options.component ?? 'Milena')
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  isEnabled: () => false,
  levels: new LogLevels('off'),
  child: () => silentLogger,
  limited: () => silentLogger,
}

/** A log that keeps its entries, all levels, for tests to look at. */
export function captureLogger(options: { readonly clock?: Clock; readonly component?: string } = {}): {
  readonly logger: Logger
  readonly entries: readonly LogEntry[]
} {
  const entries: LogEntry[] = []
  return { logger: createLogger({ ...options, level: 'debug', sink: (entry) => entries.push(entry) }), entries }
}
