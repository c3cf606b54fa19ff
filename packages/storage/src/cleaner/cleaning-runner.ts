import { setImmediate } from 'node:timers/promises'
import type { Clock, FileSystem } from '@milena/runtime'
import { cleanLog } from './cleaner.ts'
import type { CleaningHost, CleaningJob, CleaningResult } from './cleaning-job.ts'

/** Where cleanings are done; one at a time. */
export interface CleaningRunner {
  /** Rejects with {@link CleaningAborted} when the host calls it off, else with what went wrong. */
  run(job: CleaningJob, host: CleaningHost): Promise<CleaningResult>
  /** Gives back what it holds. None may be under way. */
  close(): Promise<void>
}

/** Cleans on the caller's thread, in turns with everything else: for logs in memory, tests and simulations. */
export class InlineCleaningRunner implements CleaningRunner {
  readonly #fs: FileSystem
  readonly #clock: Clock

  constructor(o: { readonly fs: FileSystem; readonly clock: Clock }) {
    this.#fs = o.fs
    this.#clock = o.clock
  }

  run(job: CleaningJob, host: CleaningHost): Promise<CleaningResult> {
    return cleanLog(job, host, { fs: this.#fs, clock: this.#clock, pause: () => setImmediate() })
  }

  async close(): Promise<void> {}
}
