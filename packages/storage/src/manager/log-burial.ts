import path from 'node:path'
import type { FileSystem, Random } from '@milena/runtime'
import type { BackgroundTasks } from './background-tasks.ts'
import { DirectorySyncs } from './directory-syncs.ts'
import type { KeyedQueue } from '../keyed-queue.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogDir } from './log-dir.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { deletedDirName, topicPartitionName } from '../topic-partition.ts'

type BurialConfig = Pick<LogConfig, 'fileDeleteDelayMs'>

/** A folder that no log may come from any more. */
interface Owed {
  readonly topicPartition: TopicPartition
  readonly dir: LogDir
  readonly config: BurialConfig
}

/**
 * How folders of partitions go: by another name at once, for good after `file.delete.delay.ms`. What the disk does not
 * let go is remembered, and goes when it does: a start that found it would take it for the log of that name.
 */
export class LogBurial {
  readonly #fs: FileSystem
  readonly #random: Random
  readonly #background: BackgroundTasks
  readonly #changes: KeyedQueue
  readonly #syncs: DirectorySyncs
  /** By path. */
  readonly #owed = new Map<string, Owed>()
  /** Folders with names that a loss of power may bring back, by the name of the partition. */
  readonly #unsynced = new Map<string, LogDir>()

  constructor(o: {
    readonly fs: FileSystem
    readonly random: Random
    readonly background: BackgroundTasks
    /** What else changes which logs there are waits for its turn here. */
    readonly changes: KeyedQueue
  }) {
    this.#fs = o.fs
    this.#random = o.random
    this.#background = o.background
    this.#changes = o.changes
    this.#syncs = new DirectorySyncs(o.fs)
  }

  /** Gives the folder of a log that is not in use a name that says so, and removes it later. */
  async bury(topicPartition: TopicPartition, dir: LogDir, config: BurialConfig): Promise<string> {
    const name = topicPartitionName(topicPartition)
    const uniqueId = Buffer.from(this.#random.bytes(16)).toString('hex')
    const grave = path.join(dir.path, deletedDirName(topicPartition, uniqueId))
    this.owe(topicPartition, dir, config)
    await this.#fs.rename(path.join(dir.path, name), grave)
    this.#owed.delete(path.join(dir.path, name))
    this.#unsynced.set(name, dir)
    this.#background.once(config.fileDeleteDelayMs, 'delete a folder', async () => {
      await this.#fs.removeDirectory(grave)
      await this.#sync(name)
    })
    return grave
  }

  /** As {@link bury}; the folder does not come back with a loss of power. */
  async buryForGood(topicPartition: TopicPartition, dir: LogDir, config: BurialConfig): Promise<string> {
    const grave = await this.bury(topicPartition, dir, config)
    await this.#sync(topicPartitionName(topicPartition))
    return grave
  }

  /** What lies there, if anything, must go, and cannot at the moment. */
  owe(topicPartition: TopicPartition, dir: LogDir, config: BurialConfig): void {
    this.#owed.set(path.join(dir.path, topicPartitionName(topicPartition)), { topicPartition, dir, config })
  }

  /** A log lies there by right. */
  forgive(directory: string): void {
    this.#owed.delete(directory)
  }

  /**
   * Sees to it that no start finds what was deleted of this partition, beside the log that will be written or in its
   * place. To be done before it is; throws what the disk says.
   */
  async settle(name: string): Promise<void> {
    for (const [directory, { topicPartition, dir, config }] of this.#owed) {
      if (topicPartitionName(topicPartition) !== name || dir.failure !== undefined) continue
      if (await this.#fs.exists(directory)) await this.buryForGood(topicPartition, dir, config)
      else this.#owed.delete(directory)
    }
    if (this.#unsynced.get(name)?.failure === undefined) await this.#sync(name)
  }

  /** Takes everything out of this folder that should be gone; throws what the disk says. */
  async settleIn(dir: LogDir): Promise<void> {
    for (const owed of this.#owed.values()) {
      const name = topicPartitionName(owed.topicPartition)
      if (owed.dir === dir) await this.#changes.run(name, () => this.settle(name))
    }
  }

  removeLater(directory: string, delayMs: number): void {
    this.#background.once(delayMs, 'delete a folder', () => this.#fs.removeDirectory(directory))
  }

  async #sync(name: string): Promise<void> {
    const dir = this.#unsynced.get(name)
    if (dir === undefined) return
    await this.#syncs.sync(dir.path)
    if (this.#unsynced.get(name) === dir) this.#unsynced.delete(name)
  }
}
