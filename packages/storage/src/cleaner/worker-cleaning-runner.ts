import { Worker } from 'node:worker_threads'
import type { CleanerReply, CleanerRequest } from './cleaner-messages.ts'
import { errorFrom, errorMessage } from './cleaner-messages.ts'
import type { CleaningHost, CleaningJob, CleaningResult } from './cleaning-job.ts'
import type { CleaningRunner } from './cleaning-runner.ts'

/** Beside this module, from sources and in the bundle alike. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './cleaner-worker.ts' : './cleaner-worker.js',
  import.meta.url,
)

/**
 * Cleans in a thread of its own, so that hashing, decompressing and copying hold up nobody; only the exchanges of
 * segments come back here. The thread is made when there is something to clean, keeps no process alive while it has
 * nothing to do, and ends with {@link close}. For files of the operating system only: the thread opens them itself.
 */
export class WorkerCleaningRunner implements CleaningRunner {
  #worker: Worker | undefined

  async run(job: CleaningJob, host: CleaningHost): Promise<CleaningResult> {
    const worker = (this.#worker ??= this.#open())
    worker.ref()
    try {
      return await new Conversation(worker, host).run(job)
    } finally {
      worker.unref()
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
    })
    worker.ref()
    worker.postMessage({ type: 'close' } satisfies CleanerRequest)
    await ended
  }

  #open(): Worker {
    // What the process was started with, such as a debugger or a test runner, is not meant for this thread.
    const worker = new Worker(WORKER_URL, { name: 'log-cleaner', execArgv: [] })
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined
    }
    worker.on('error', forget)
    worker.on('exit', forget)
    return worker
  }
}

/** One job, and what is said of it. */
class Conversation {
  readonly #worker: Worker
  readonly #host: CleaningHost
  readonly #outcome = Promise.withResolvers<CleaningResult>()

  constructor(worker: Worker, host: CleaningHost) {
    this.#worker = worker
    this.#host = host
  }

  async run(job: CleaningJob): Promise<CleaningResult> {
    const { signal } = this.#host
    const onMessage = (reply: CleanerReply): void => this.#onReply(reply)
    const onAbort = (): void => this.#send({ type: 'abort' })
    const onError = (error: Error): void => this.#outcome.reject(error)
    const onExit = (): void =>
      this.#outcome.reject(new Error('the thread of the cleaner ended in the middle of its work'))
    this.#worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort)
    try {
      this.#send({ type: 'clean', job })
      if (signal.aborted) onAbort()
      return await this.#outcome.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    }
  }

  #onReply(reply: CleanerReply): void {
    if (reply.type === 'done') this.#outcome.resolve(reply.result)
    else if (reply.type === 'failed') this.#outcome.reject(errorFrom(reply.error))
    else void this.#replace(reply)
  }

  async #replace({ cleaned }: Extract<CleanerReply, { type: 'replace' }>): Promise<void> {
    try {
      await this.#host.replace(cleaned)
      this.#send({ type: 'replaced', error: undefined })
    } catch (error) {
      this.#send({ type: 'replaced', error: errorMessage(error) })
    }
  }

  #send(request: CleanerRequest): void {
    this.#worker.postMessage(request)
  }
}
