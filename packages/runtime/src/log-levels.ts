/** From what goes out only when everything does, to nothing at all. Lines have one of the four in the middle. */
export const logThresholds = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'off'] as const
export type LogThreshold = (typeof logThresholds)[number]
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const rankOf = (threshold: LogThreshold): number => logThresholds.indexOf(threshold)

/** From which level on the lines of each component of one log go out. It can be changed while the log is written. */
export class LogLevels {
  #root: LogThreshold
  readonly #components = new Set<string>()
  readonly #own = new Map<string, LogThreshold>()

  constructor(root: LogThreshold) {
    this.#root = root
  }

  /** The level of every component that has none of its own. */
  get root(): LogThreshold {
    return this.#root
  }

  set root(threshold: LogThreshold) {
    this.#root = threshold
  }

  /** All that have written to this log, or could. */
  get components(): ReadonlySet<string> {
    return this.#components
  }

  register(component: string): void {
    this.#components.add(component)
  }

  of(component: string): LogThreshold {
    return this.#own.get(component) ?? this.#root
  }

  set(component: string, threshold: LogThreshold): void {
    this.#own.set(component, threshold)
  }

  /** The component follows the root again. */
  unset(component: string): void {
    this.#own.delete(component)
  }

  isEnabled(level: LogLevel, component: string): boolean {
    return rankOf(level) >= rankOf(this.of(component))
  }
}
