import path from 'node:path'
import type { HostedLog, LogCheckpoints } from './log-checkpoints.ts'
import type { LogBurial } from './log-burial.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogContext } from '../log-context.ts'
import type { LogDir } from './log-dir.ts'
import { PARTITION_METADATA_FILE } from '../segment/log-files.ts'
import { loadLog } from '../recovery/log-loader.ts'
import type { LogPlacement } from './log-placement.ts'
import { formatPartitionMetadata } from './partition-metadata.ts'
import { StorageError, storageFailure } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { parsePartitionDirName, topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

export interface NewLog {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly config: LogConfig
}

/** How logs are made, and get the topic id by which their folders are told from those of a topic of the same name. */
export class LogCreation {
  readonly #context: LogContext
  readonly #placement: LogPlacement
  readonly #burial: LogBurial
  readonly #checkpoints: LogCheckpoints
  readonly #hosted: () => readonly HostedLog[]
  readonly #forgetDeleted: (name: string) => Promise<void>
  readonly #host: (log: UnifiedLog, dir: LogDir) => void
  readonly #onRefused: (dir: LogDir, cause: unknown) => void

  constructor(o: {
    readonly context: LogContext
    readonly placement: LogPlacement
    readonly burial: LogBurial
    readonly checkpoints: LogCheckpoints
    readonly hosted: () => readonly HostedLog[]
    /** Sees to it that nothing of a deleted log with this name can be carried over. */
    readonly forgetDeleted: (name: string) => Promise<void>
    /** Takes the log that was made. */
    readonly host: (log: UnifiedLog, dir: LogDir) => void
    readonly onRefused: (dir: LogDir, cause: unknown) => void
  }) {
    this.#context = o.context
    this.#placement = o.placement
    this.#burial = o.burial
    this.#checkpoints = o.checkpoints
    this.#hosted = o.hosted
    this.#forgetDeleted = o.forgetDeleted
    this.#host = o.host
    this.#onRefused = o.onRefused
  }

  /** Throws INVALID_TOPIC_EXCEPTION for a name that no folder can have, and what the disk of the chosen folder says. */
  async make({ topicPartition, topicId, config }: NewLog): Promise<UnifiedLog> {
    const { fs } = this.#context
    const name = topicPartitionName(topicPartition)
    if (parsePartitionDirName(name)?.topic !== topicPartition.topic) {
      throw new StorageError('INVALID_TOPIC_EXCEPTION', `no log can have the name ${JSON.stringify(name)}`)
    }
    const dir = this.#placement.dirOfNew(name)
    if (dir.refusal !== undefined) throw dir.refusal
    const directory = path.join(dir.path, name)
    try {
      await this.#burial.settle(name)
      await this.#forgetDeleted(name)
      await this.#checkpoints.forgetBefore(name, dir, this.#hosted)
      // Whoever made a folder there by hand may know why: what is in it is not taken on trust.
      const isNew = !(await fs.exists(directory))
      await fs.mkdir(directory)
      await fs.writeFile(path.join(directory, PARTITION_METADATA_FILE), formatPartitionMetadata(topicId))
      const log = await loadLog({
        topicPartition,
        topicId,
        directory,
        gate: dir,
        unsyncedParent: dir.path,
        isNew,
        config,
        context: this.#context,
        hadCleanShutdown: isNew,
        recoveryPoint: 0,
        logStartOffset: 0,
        highWatermark: 0,
      })
      this.#host(log, dir)
      return log
    } catch (cause) {
      this.#burial.owe(topicPartition, dir, config)
      this.#onRefused(dir, cause)
      throw storageFailure(`cannot make the log of ${name} in ${dir.path}`, cause)
    }
  }

  /** A log that was written before it had a topic id takes the one that it is asked for by. */
  async adopt(log: UnifiedLog, topicId: string): Promise<void> {
    const file = path.join(log.directory, PARTITION_METADATA_FILE)
    await this.#context.fs.writeFile(file, formatPartitionMetadata(topicId), { atomic: true })
    log.assignTopicId(topicId)
  }
}
