import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogListener } from './log-listener.ts'
import type { LogProducers } from '../producers/log-producers.ts'
import type { UnifiedLog } from './unified-log.ts'

/** Where a log starts, ends and is committed, and who wants to hear when that moves. */
export class LogOffsets {
  /** The offset that the next record gets. */
  logEndOffset: number
  readonly #log: UnifiedLog
  readonly #epochs: LeaderEpochCache
  readonly #producers: LogProducers
  /** Exchanged and never changed, so that who is told may leave or bring others. */
  #listeners: readonly LogListener[] = []
  #logStartOffset: number
  #highWatermark: number

  constructor(o: {
    readonly log: UnifiedLog
    readonly epochs: LeaderEpochCache
    readonly producers: LogProducers
    readonly logStartOffset: number
    readonly logEndOffset: number
    readonly highWatermark: number
  }) {
    this.#log = o.log
    this.#epochs = o.epochs
    this.#producers = o.producers
    this.#logStartOffset = o.logStartOffset
    this.logEndOffset = o.logEndOffset
    this.#highWatermark = o.highWatermark
  }

  get logStartOffset(): number {
    return this.#logStartOffset
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Before the first record of a transaction whose end is not committed. */
  get lastStableOffset(): number {
    return Math.min(this.#highWatermark, Math.max(this.#producers.firstUnstableOffset, this.#logStartOffset))
  }

  listen(listener: LogListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  /** Tells everyone who listens. */
  notify(tell: (listener: LogListener) => void): void {
    for (const listener of this.#listeners) tell(listener)
  }

  /** Moves the high watermark, within what is in the file; returns where it is now. */
  updateHighWatermark(offset: number): number {
    const bounded = Math.max(this.#logStartOffset, Math.min(offset, this.#log.writtenOffset))
    if (bounded === this.#highWatermark) return bounded
    this.#highWatermark = bounded
    this.#producers.onHighWatermark(bounded)
    for (const listener of this.#listeners) listener.onHighWatermark?.(this.#log)
    return bounded
  }

  /** Lets go of the records before `offset`. */
  advanceLogStart(offset: number): void {
    if (offset <= this.#logStartOffset) return
    this.#logStartOffset = offset
    this.#epochs.truncateFromStart(offset)
    if (this.#highWatermark < offset) this.updateHighWatermark(offset)
    for (const listener of this.#listeners) listener.onLogStartOffset?.(this.#log)
  }

  /** The log was cut, and ends at `offset` now. */
  cutTo(offset: number): void {
    this.logEndOffset = offset
    this.#epochs.truncateFromEnd(offset)
    this.updateHighWatermark(Math.min(this.#highWatermark, offset))
  }

  /** The log was emptied, and goes on at `offset`. */
  restartAt(offset: number): void {
    this.logEndOffset = offset
    this.#logStartOffset = offset
    this.#epochs.clear()
    this.updateHighWatermark(Math.min(this.#highWatermark, offset))
  }
}
