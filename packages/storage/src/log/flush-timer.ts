import type { Clock, Timer } from '@milena/runtime'
import type { LocalLog } from './local-log.ts'
import { LONG_MAX } from '../log-config.ts'

/** `flush.ms`: what is written is on disk at the latest so long after. Idle logs have no timer. */
export class FlushTimer {
  readonly #clock: Clock
  readonly #log: LocalLog
  #timer: Timer | undefined
  #cancelled = false

  constructor(o: { readonly clock: Clock; readonly log: LocalLog }) {
    this.#clock = o.clock
    this.#log = o.log
  }

  /** To be called when something was written, and when the config changed. */
  schedule(flushMs: number): void {
    const isClean = this.#log.flushedOffset >= this.#log.writtenOffset
    if (flushMs >= LONG_MAX || this.#timer !== undefined || this.#cancelled || isClean) return
    this.#timer = this.#clock.setTimer(flushMs, () => {
      this.#timer = undefined
      // A failure reaches everyone through the state of the log.
      this.#log.flushed(this.#log.writtenOffset).then(
        () => this.schedule(flushMs),
        () => undefined,
      )
    })
  }

  cancel(): void {
    this.#cancelled = true
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
