import type { Clock, Logger, Timer } from '@milena/runtime'

const INTERVAL_MS = 1000
const MEGABYTE = 1_048_576

/** Tells whoever waits for a start that takes long how far it has come: nothing in the first second, then a line each. */
export class RecoveryProgress {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #logDir: string
  readonly #partitions: number
  readonly #startMs: number
  #timer: Timer | undefined
  #done = 0
  #bytes = 0

  constructor(o: {
    readonly clock: Clock
    readonly logger: Logger
    readonly logDir: string
    readonly partitions: number
  }) {
    this.#clock = o.clock
    this.#logger = o.logger
    this.#logDir = o.logDir
    this.#partitions = o.partitions
    this.#startMs = o.clock.monotonicMs()
    this.#schedule()
  }

  /** A batch of so many bytes was looked at. */
  readonly addBytes = (bytes: number): void => {
    this.#bytes += bytes
  }

  /** One more log is open, or given up. */
  addPartition(): void {
    this.#done += 1
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(INTERVAL_MS, () => {
      const elapsedMs = this.#clock.monotonicMs() - this.#startMs
      const secondsEach = elapsedMs / 1000 / this.#done
      this.#logger.info('Recovering logs', {
        logDir: this.#logDir,
        partitions: `${this.#done} of ${this.#partitions}`,
        checkedMiB: Math.round(this.#bytes / MEGABYTE),
        ...(this.#done === 0 ? {} : { secondsLeft: Math.ceil(secondsEach * (this.#partitions - this.#done)) }),
      })
      this.#schedule()
    })
  }
}
