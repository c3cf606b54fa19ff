/** The wait of a produce request for its appends: until each is as safe as was asked, or the time is out. */
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { Clock, Timer } from '@milena/runtime'
import { toApiError } from '../request/api-error.ts'

/** An append that waits, and what became of it. */
export interface PendingAppend {
  readonly committed: Promise<void>
  /** Set when it failed, or was not done in time. */
  error: KafkaError | undefined
}

export interface DelayedProduceOptions {
  readonly appends: readonly PendingAppend[]
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined
  readonly clock: Clock
}

export class DelayedProduce {
  readonly #waiting: Set<PendingAppend>
  #timer: Timer | undefined
  #resolve: () => void = () => {}
  /** Resolves when nothing is waited for any more. */
  readonly done: Promise<void>

  constructor({ appends, timeoutMs, clock }: DelayedProduceOptions) {
    this.#waiting = new Set(appends)
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
    for (const append of appends) {
      append.committed.then(
        () => this.#settle(append, undefined),
        (error: unknown) => this.#settle(append, toApiError(error).error),
      )
    }
    if (this.#waiting.size === 0) this.#resolve()
    else if (timeoutMs !== undefined) this.#timer = clock.setTimer(timeoutMs, () => this.#expire())
  }

  #settle(append: PendingAppend, error: KafkaError | undefined): void {
    if (!this.#waiting.delete(append)) return
    append.error = error
    if (this.#waiting.size > 0) return
    this.#timer?.cancel()
    this.#resolve()
  }

  #expire(): void {
    for (const append of this.#waiting) append.error = Errors.REQUEST_TIMED_OUT
    this.#waiting.clear()
    this.#resolve()
  }
}
