import path from 'node:path'
import type { FileSystem, Logger, Random } from '@milena/runtime'
import type { HostedLog } from './log-checkpoints.ts'
import type { LogDir } from './log-dir.ts'
import { LogMove } from './log-move.ts'
import type { LogPlacement } from './log-placement.ts'
import { StorageError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { futureDirName, topicPartitionName } from '../topic-partition.ts'

export interface LogMovesOptions {
  readonly fs: FileSystem
  readonly random: Random
  readonly logger: Logger
  readonly placement: LogPlacement
  readonly hosted: (name: string) => HostedLog | undefined
  /** Puts the whole copy in the place of the log, unless the log is gone; called when little is left to copy. */
  readonly exchange: (move: LogMove) => Promise<void>
}

/** The logs of a broker that move between its folders, one move a partition. */
export class LogMoves {
  readonly #o: LogMovesOptions
  readonly #moves = new Map<string, LogMove>()

  constructor(o: LogMovesOptions) {
    this.#o = o
  }

  of(topicPartition: TopicPartition): LogMove | undefined {
    return this.#moves.get(topicPartitionName(topicPartition))
  }

  /** Begins to move a log, in place of where it was moving before; `findDir` may refuse, after the name has passed. */
  begin(topicPartition: TopicPartition, findDir: () => LogDir): void {
    const name = topicPartitionName(topicPartition)
    const uniqueId = Buffer.from(this.#o.random.bytes(16)).toString('hex')
    const folder = futureDirName(topicPartition, uniqueId)
    if (folder === undefined) throw new StorageError('INVALID_TOPIC_EXCEPTION', 'The topic name is too long.')
    const dir = findDir()
    const running = this.#moves.get(name)
    const hosted = this.#o.hosted(name)
    if (hosted === undefined) return this.#o.placement.prefer(name, dir)
    if (running?.dir === dir) return
    running?.cancel()
    if (hosted.dir === dir) return
    const move = new LogMove({ fs: this.#o.fs, log: hosted.log, dir, directory: path.join(dir.path, folder) })
    this.#moves.set(name, move)
    this.#o.logger.info('Moving a log to another folder', { partition: name, logDir: dir.path })
    move.done = this.#carryOut(name, move)
  }

  /** The log is deleted. */
  cancel(name: string): void {
    this.#o.placement.forget(name)
    this.#moves.get(name)?.cancel()
  }

  /** Gives up all moves; those that are nearly done are done first. */
  async stop(): Promise<void> {
    const moves = [...this.#moves.values()]
    for (const move of moves) move.cancel()
    await Promise.all(moves.map(({ done }) => done))
  }

  async #carryOut(name: string, move: LogMove): Promise<void> {
    const resumeCleaning = await move.log.compaction.pause()
    try {
      await move.catchUp()
      if (!move.isCancelled) await this.#o.exchange(move)
    } catch (error) {
      this.#o.logger.error('A log could not be moved', { partition: name, logDir: move.dir.path, error })
    }
    resumeCleaning()
    if (this.#moves.get(name) === move) this.#moves.delete(name)
    // Of a move that was done nothing is left there.
    await move.discard().catch((error: unknown) => {
      this.#o.logger.warn('What was left of a move could not be removed', { directory: move.directory, error })
    })
  }
}
