import path from 'node:path'
import type { Logger } from '@milena/runtime'
import type { KeyedQueue } from '../keyed-queue.ts'
import type { LogBurial } from './log-burial.ts'
import type { HostedLog } from './log-checkpoints.ts'
import type { LogContext } from '../log-context.ts'
import type { LogDir } from './log-dir.ts'
import { loadLog } from '../recovery/log-loader.ts'
import type { LogMove } from './log-move.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

export interface LogExchangeOptions {
  readonly context: LogContext
  readonly logger: Logger
  /** What else changes which logs there are waits for its turn here. */
  readonly changes: KeyedQueue
  readonly hosted: (name: string) => HostedLog | undefined
  /** Puts a log in the place of the one that was hosted, which is closed. */
  readonly replace: (old: HostedLog, reopened: HostedLog) => void
  /** Says that the log may be used where it is now. */
  readonly onMoved: (log: UnifiedLog) => void
  /** Takes the folder of a closed log away. */
  readonly burial: LogBurial
}

/**
 * The end of a move: the copy takes the place of its log, under the lock of the partition's name. The log stands still
 * while the rest of it is copied; whoever writes meanwhile waits for the end of the move, or is told to try again.
 */
export class LogExchange {
  readonly #o: LogExchangeOptions

  constructor(o: LogExchangeOptions) {
    this.#o = o
  }

  carryOut(move: LogMove): Promise<void> {
    const { context, changes, logger } = this.#o
    const { fs } = context
    const name = topicPartitionName(move.log.topicPartition)
    return changes.run(name, async () => {
      const hosted = this.#o.hosted(name)
      if (move.isCancelled || hosted?.log !== move.log) return
      const directory = path.join(move.dir.path, name)
      const wasClean = await move.log.close()
      let moved: HostedLog | undefined
      try {
        if (!wasClean) throw move.log.failure ?? new Error('the log failed')
        await move.log.leaveCommitFile()
        await move.finish()
        await fs.rename(move.directory, directory)
        await fs.syncDirectory(move.dir.path)
        moved = await this.#reopen(hosted, { dir: move.dir, directory })
        // The new folder's papers know the log before the old folder goes, and nothing is written to the log before that
        // is for good: a start that finds both finds the same records in them.
        await context.checkpointRecoveryPoints(name)
        await this.#o.burial.bury(move.log.topicPartition, hosted.dir, move.log.config)
      } catch (error) {
        await this.#goBack(move, hosted, moved, directory).catch((cause: unknown) => {
          // A disk that refuses this too leaves the log closed, where it was: it is opened anew when the disk is back.
          if (moved !== undefined) this.#o.replace(moved, hosted)
          hosted.log.noteFailure(cause)
        })
        throw error
      }
      const { log } = moved
      // Nothing is written before the old folder is gone for good: who finds two must find the same in them.
      await this.#o.burial.settle(name).catch((error: unknown) => log.noteFailure(error))
      this.#o.onMoved(log)
      logger.info('Moved a log to another folder', { partition: name, logDir: move.dir.path })
    })
  }

  /** Opens the log where it was, after a move that failed; of two folders of one partition the copy goes, for good. */
  async #goBack(move: LogMove, hosted: HostedLog, moved: HostedLog | undefined, directory: string): Promise<void> {
    const { fs } = this.#o.context
    await moved?.log.close({ flush: false })
    const { topicPartition, config } = move.log
    if (await fs.exists(directory)) await this.#o.burial.buryForGood(topicPartition, move.dir, config)
    if (move.log.failure !== undefined) return
    const back = await this.#reopen(moved ?? hosted, { dir: hosted.dir, directory: move.log.directory })
    this.#o.onMoved(back.log)
  }

  /** Opens a log that was closed in order, where it is now. */
  async #reopen(old: HostedLog, to: { readonly dir: LogDir; readonly directory: string }): Promise<HostedLog> {
    const { log } = old
    const { topicPartition, topicId, config, logStartOffset, highWatermark, logEndOffset } = log
    const reopened = await loadLog({
      topicPartition,
      topicId,
      directory: to.directory,
      gate: to.dir,
      unsyncedParent: to.dir.path,
      config,
      context: this.#o.context,
      hadCleanShutdown: true,
      recoveryPoint: logEndOffset,
      logStartOffset,
      highWatermark,
    })
    const hosted = { log: reopened, dir: to.dir }
    this.#o.replace(old, hosted)
    return hosted
  }
}
