/**
 * A fetch that waits for bytes, for a change of its partitions, for its time to run out or its client to go: whichever
 * comes first (Kafka's DelayedFetch). It only counts; the data is read when the wait is over.
 */
import type { Clock, Timer } from '@milena/runtime'
import type { RequestConnection } from '../request/handler.ts'
import type { Partition, PartitionWaiter } from './partition.ts'

export interface DelayedFetchOptions {
  readonly partitions: readonly Partition[]
  /** Bytes that must become available before it is worth answering. */
  readonly missingBytes: number
  /** Only bytes that no open transaction hides count. */
  readonly isReadCommitted: boolean
  readonly maxWaitMs: number
  readonly clock: Clock
  readonly connection: Pick<RequestConnection, 'onClose'>
}

export class DelayedFetch implements PartitionWaiter {
  readonly #partitions: readonly Partition[]
  readonly #isReadCommitted: boolean
  #missingBytes: number
  #timer: Timer | undefined
  #stopWatchingConnection: (() => void) | undefined
  #resolve: (() => void) | undefined
  /** Resolves when the wait is over. */
  readonly done: Promise<void>

  constructor(options: DelayedFetchOptions) {
    this.#partitions = options.partitions
    this.#missingBytes = options.missingBytes
    this.#isReadCommitted = options.isReadCommitted
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
    for (const partition of this.#partitions) partition.watch(this)
    this.#timer = options.clock.setTimer(options.maxWaitMs, () => this.complete())
    this.#stopWatchingConnection = options.connection.onClose(() => this.complete())
  }

  onCommitted(bytes: number, stableBytes: number): void {
    this.#missingBytes -= this.#isReadCommitted ? stableBytes : bytes
    if (this.#missingBytes <= 0) this.complete()
  }

  onChanged(): void {
    this.complete()
  }

  complete(): void {
    const resolve = this.#resolve
    if (resolve === undefined) return
    this.#resolve = undefined
    this.#timer?.cancel()
    this.#stopWatchingConnection?.()
    for (const partition of this.#partitions) partition.unwatch(this)
    resolve()
  }
}
