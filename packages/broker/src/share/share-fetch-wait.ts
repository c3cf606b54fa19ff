/**
 * The waiting of a share fetch: for bytes that are committed, for a change of its share partitions or partitions, for
 * its time to run out or its client to go.
 */
import type { Clock, Timer } from '@milena/runtime'
import type { Partition, PartitionWaiter } from '../replica/partition.ts'
import type { RequestConnection } from '../request/handler.ts'
import type { SharePartition, ShareWaiter } from './share-partition.ts'

export interface ShareFetchWaitOptions {
  readonly shares: readonly Pick<SharePartition, 'watch' | 'unwatch'>[]
  readonly partitions: readonly Pick<Partition, 'watch' | 'unwatch'>[]
  readonly maxWaitMs: number
  readonly clock: Clock
  readonly connection: Pick<RequestConnection, 'onClose'>
}

export class ShareFetchWait implements ShareWaiter, PartitionWaiter {
  readonly #options: ShareFetchWaitOptions
  readonly #timer: Timer | undefined
  readonly #stopWatchingConnection: () => void
  #isOver: boolean
  /** Something happened since the last look. */
  #hasChanged = false
  #committedBytes = 0
  #missingBytes = 0
  #resolve: (() => void) | undefined

  constructor(options: ShareFetchWaitOptions) {
    this.#options = options
    const { shares, partitions, maxWaitMs, clock, connection } = options
    this.#isOver = maxWaitMs <= 0
    for (const share of shares) share.watch(this)
    for (const partition of partitions) partition.watch(this)
    if (!this.#isOver) this.#timer = clock.setTimer(maxWaitMs, () => this.#end())
    this.#stopWatchingConnection = connection.onClose(() => this.#end())
  }

  /** There is no more time: what is found now is the answer. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whatever happens from now on, the look that begins may miss. */
  begin(): void {
    this.#hasChanged = false
    this.#committedBytes = 0
  }

  /** Resolves when it is worth to look again, at once when something happened since `begin`. */
  until(missingBytes: number): Promise<void> {
    this.#missingBytes = missingBytes
    if (this.#isOver || this.#hasChanged || this.#committedBytes > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  onShareChange(): void {
    this.#hasChanged = true
    this.#wake()
  }

  onCommitted(bytes: number): void {
    this.#committedBytes += bytes
    if (this.#committedBytes >= this.#missingBytes) this.#wake()
  }

  onChanged(): void {
    this.onShareChange()
  }

  close(): void {
    this.#timer?.cancel()
    this.#stopWatchingConnection()
    for (const share of this.#options.shares) share.unwatch(this)
    for (const partition of this.#options.partitions) partition.unwatch(this)
  }

  #end(): void {
    this.#isOver = true
    this.#wake()
  }

  #wake(): void {
    const resolve = this.#resolve
    this.#resolve = undefined
    resolve?.()
  }
}
