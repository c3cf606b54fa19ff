import path from 'node:path'
import type { FileSystem, Random } from '@milena/runtime'
import type { BackgroundTasks } from './background-tasks.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogDir } from './log-dir.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { deletedDirName, topicPartitionName } from '../topic-partition.ts'

/** How folders of partitions go: by another name at once, for good after `file.delete.delay.ms`. */
export class LogBurial {
  readonly #fs: FileSystem
  readonly #random: Random
  readonly #background: BackgroundTasks

  constructor(o: { readonly fs: FileSystem; readonly random: Random; readonly background: BackgroundTasks }) {
    this.#fs = o.fs
    this.#random = o.random
    this.#background = o.background
  }

  /** Gives the folder of a log that is not in use a name that says so, and removes it later. */
  async bury(topicPartition: TopicPartition, dir: LogDir, { fileDeleteDelayMs }: LogConfig): Promise<string> {
    const uniqueId = Buffer.from(this.#random.bytes(16)).toString('hex')
    const grave = path.join(dir.path, deletedDirName(topicPartition, uniqueId))
    await this.#fs.rename(path.join(dir.path, topicPartitionName(topicPartition)), grave)
    this.removeLater(grave, fileDeleteDelayMs)
    return grave
  }

  /** As {@link bury}; the folder does not come back with a loss of power. */
  async buryForGood(topicPartition: TopicPartition, dir: LogDir, config: LogConfig): Promise<string> {
    const grave = await this.bury(topicPartition, dir, config)
    await this.#fs.syncDirectory(dir.path)
    return grave
  }

  removeLater(directory: string, delayMs: number): void {
    this.#background.once(delayMs, 'delete a folder', () => this.#fs.removeDirectory(directory))
  }
}
