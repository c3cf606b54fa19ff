import type { RequestId } from '../runtime/coordinator-shard.ts'

/** A request that has no answer yet. It is settled once; what comes later is for nobody. */
export class PendingRequest {
  readonly id: RequestId
  readonly #resolve: (value: never) => void
  readonly #reject: (error: Error) => void
  #isSettled = false
  /** Called once there is an answer or an error. */
  onSettled: (() => void) | undefined

  constructor(id: RequestId, resolve: (value: never) => void, reject: (error: Error) => void) {
    this.id = id
    this.#resolve = resolve
    this.#reject = reject
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  answer(value: unknown): void {
    if (this.#isSettled) return
    this.#settle()
    this.#resolve(value as never)
  }

  fail(error: Error): void {
    if (this.#isSettled) return
    this.#settle()
    this.#reject(error)
  }

  #settle(): void {
    this.#isSettled = true
    this.onSettled?.()
  }
}
