import type { Clock, Logger, Timer } from '@milena/runtime'

/** Work that comes round again: each task runs, rests for its interval, and runs again; never twice at a time. */
export class BackgroundTasks {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #timers = new Set<Timer>()
  readonly #running = new Set<Promise<void>>()
  #stopped = false

  constructor(o: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = o.clock
    this.#logger = o.logger
  }

  every(o: { name: string; intervalMs: number; initialDelayMs?: number; run: () => Promise<void> }): void {
    this.once(o.initialDelayMs ?? o.intervalMs, o.name, async () => {
      await o.run().finally(() => {
        this.every({ ...o, initialDelayMs: o.intervalMs })
      })
    })
  }

  /** Runs a task after `delayMs`, unless {@link stop} comes first. A failure is logged; nobody waits for it. */
  once(delayMs: number, name: string, run: () => Promise<void>): void {
    if (this.#stopped) return
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(timer)
      const running = run()
        .catch((error: unknown) => this.#logger.error('A background task failed', { task: name, error }))
        .finally(() => this.#running.delete(running))
      this.#running.add(running)
    })
    this.#timers.add(timer)
  }

  /** Calls off what has not begun and waits for what has. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    await Promise.all(this.#running)
  }
}
