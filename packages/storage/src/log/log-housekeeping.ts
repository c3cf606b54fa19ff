import path from 'node:path'
import type { Timer } from '@milena/runtime'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogContext } from '../log-context.ts'
import { LEADER_EPOCH_CHECKPOINT_FILE } from '../segment/log-files.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import { NO_MEMBERS, writableSet } from '../producers/no-entries.ts'
import type { ProducerSnapshots } from '../producers/producer-snapshots.ts'
import { SerialQueue } from '../serial-queue.ts'

/**
 * The work on a log's files that no append waits for, one task after the other: finishing segments that were rolled,
 * writing checkpoints and snapshots, taking deleted segments away after `file.delete.delay.ms`. What it has not got
 * round to when the power goes is made again from the log, which is why a recovery point may be written down only
 * behind {@link settled}.
 */
export class LogHousekeeping {
  readonly queue = new SerialQueue()
  readonly #context: LogContext
  readonly #directory: string
  readonly #epochs: LeaderEpochCache
  readonly #snapshots: ProducerSnapshots
  readonly #onFailure: (cause: unknown) => Error
  #removals: Set<Timer> = NO_MEMBERS
  #checkpointedRevision: number
  /** The file with that revision survives a loss of power. */
  #isCheckpointDurable: boolean

  constructor(o: {
    readonly context: LogContext
    readonly directory: string
    readonly epochs: LeaderEpochCache
    readonly snapshots: ProducerSnapshots
    /** The revision of `epochs` that the checkpoint file holds. */
    readonly checkpointedRevision: number
    readonly isCheckpointDurable: boolean
    readonly onFailure: (cause: unknown) => Error
  }) {
    this.#context = o.context
    this.#directory = o.directory
    this.#epochs = o.epochs
    this.#snapshots = o.snapshots
    this.#checkpointedRevision = o.checkpointedRevision
    this.#isCheckpointDurable = o.isCheckpointDurable
    this.#onFailure = o.onFailure
  }

  /** Finishes a rolled segment once `written` says that all of it is in its file. */
  finishRolled(segment: LogSegment, written: Promise<void>, snapshot: { offset: number; content: Uint8Array }): void {
    this.#runUnattended(async () => {
      await written
      await segment.finish({ sync: true })
      // A recovery begins at a snapshot, and must find in the file which epochs were before it.
      await this.checkpointEpochs()
      await this.#snapshots.write(snapshot.offset, snapshot.content)
      this.#context.indexCache.touch(segment.indexes)
    })
  }

  /** Resolves when what a recovery would skip is on disk: indexes of rolled segments, leader epochs. */
  async settled(segments: LogSegments): Promise<void> {
    await this.queue.run(async () => {
      if (segments.isSmall) return
      await this.guard(async () => {
        await this.checkpointEpochs()
        const { active } = segments
        if (active.writtenBytes > 0) await active.indexes.persist({ sync: false })
      })
    })
  }

  /**
   * Writes the small files for whoever opens the log after an orderly stop. A small log that has none needs none: its
   * batches say the same. With `leavesSnapshot` a recovery may begin at the end, and must find the epochs before it.
   */
  async leave(segments: LogSegments, { leavesSnapshot }: { readonly leavesSnapshot: boolean }): Promise<void> {
    const { active, isSmall } = segments
    const isLean = isSmall && active.writtenBytes > 0 && !leavesSnapshot
    await this.queue.run(() =>
      this.guard(async () => {
        const lacksEpochs = this.#checkpointedRevision === 0
        if (!isLean || !lacksEpochs) await this.checkpointEpochs({ isDurable: !isSmall })
        if (active.writtenBytes === 0 || (isLean && active.indexes.needNoFiles)) return
        await active.finish({ sync: false })
      }),
    )
  }

  async checkpointEpochs({ isDurable = true }: { readonly isDurable?: boolean } = {}): Promise<void> {
    const { revision } = this.#epochs
    if (revision === this.#checkpointedRevision && (this.#isCheckpointDurable || !isDurable)) return
    const file = path.join(this.#directory, LEADER_EPOCH_CHECKPOINT_FILE)
    await this.#context.fs.writeFile(file, this.#epochs.format(), { atomic: isDurable })
    this.#checkpointedRevision = revision
    this.#isCheckpointDurable = isDurable
  }

  /**
   * Renames the files of segments that left the log, and removes them after `delayMs`. The oldest goes first, and for
   * good before the next: if a loss of power took the names in another order, it would leave a hole.
   */
  async deleteSegments(segments: readonly LogSegment[], delayMs: number): Promise<void> {
    for (const segment of segments) {
      await segment.markDeleted()
      await this.#context.fs.syncDirectory(this.#directory)
    }
    await this.removeSnapshots(segments)
    this.removeLater(segments, delayMs)
  }

  /** Removes the snapshots of the producers as they were before these segments. */
  async removeSnapshots(segments: readonly LogSegment[]): Promise<void> {
    const bases = new Set(segments.map((segment) => segment.baseOffset))
    await this.#snapshots.removeWhere((offset) => bases.has(offset))
  }

  /** Removes the files of segments that left the log after `delayMs`. */
  removeLater(segments: readonly LogSegment[], delayMs: number): void {
    const timer = this.#context.clock.setTimer(delayMs, () => {
      this.#removals.delete(timer)
      this.#runUnattended(async () => {
        for (const segment of segments) await segment.remove()
      })
    })
    this.#removals = writableSet(this.#removals).add(timer)
  }

  /** Leaves removals that are not due to the next start, which removes what carries `.deleted` at once. */
  cancelRemovals(): void {
    for (const timer of this.#removals) timer.cancel()
    this.#removals.clear()
  }

  /** Runs a task for whose end nobody waits: its failure is the log's, which says so itself. */
  #runUnattended(task: () => Promise<void>): void {
    this.queue.run(() => this.guard(task)).catch(() => undefined)
  }

  /** Runs a task whose failure is the log's. */
  async guard(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (cause) {
      throw this.#onFailure(cause)
    }
  }
}
