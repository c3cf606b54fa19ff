import path from 'node:path'
import type { FileSystem, Logger } from '@milena/runtime'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import type { LogDir } from '../manager/log-dir.ts'
import { CLEANER_CHECKPOINT_FILE } from '../segment/log-files.ts'
import { formatOffsetCheckpoint, readOffsetCheckpoint } from '../manager/offset-checkpoint.ts'
import { SerialQueue } from '../serial-queue.ts'
import { CorruptFileError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'

/**
 * Up to where each log has been cleaned, in the file `cleaner-offset-checkpoint` of each log folder, in Kafka's format.
 * It is read when it is first asked for. If it lags behind, or is lost, only work is done twice.
 */
export class CleanerCheckpoints {
  readonly #fs: FileSystem
  readonly #logger: Logger
  readonly #hosted: () => Iterable<HostedLog>
  readonly #offsets = new Map<LogDir, Promise<Map<string, number>>>()
  readonly #writes = new SerialQueue()

  constructor(o: { readonly fs: FileSystem; readonly logger: Logger; readonly hosted: () => Iterable<HostedLog> }) {
    this.#fs = o.fs
    this.#logger = o.logger
    this.#hosted = o.hosted
  }

  async offsetOf({ log, dir }: HostedLog): Promise<number | undefined> {
    return (await this.#offsetsIn(dir)).get(topicPartitionName(log.topicPartition))
  }

  /** Writes down that a log has been cleaned up to `offset`. */
  async update({ log, dir }: HostedLog, offset: number): Promise<void> {
    const offsets = await this.#offsetsIn(dir)
    offsets.set(topicPartitionName(log.topicPartition), offset)
    await this.#write(dir, offsets)
  }

  /** A log that was cut at `offset` is clean only up to there. */
  async truncate({ log, dir }: HostedLog, offset: number): Promise<void> {
    const known = await this.offsetOf({ log, dir })
    if (known !== undefined && known > offset) await this.update({ log, dir }, offset)
  }

  /** A log lies in another folder than before, as clean as it was. */
  async move({ log, dir }: HostedLog, from: LogDir): Promise<void> {
    const name = topicPartitionName(log.topicPartition)
    const [before, after] = [await this.#offsetsIn(from), await this.#offsetsIn(dir)]
    const offset = before.get(name)
    if (offset === undefined) return
    before.delete(name)
    after.set(name, offset)
    await this.#write(dir, after)
    await this.#write(from, before)
  }

  /** Of a log that is deleted nothing may be left for one of the same name. */
  async forget({ log, dir }: HostedLog): Promise<void> {
    const offsets = await this.#offsetsIn(dir)
    if (offsets.delete(topicPartitionName(log.topicPartition))) await this.#write(dir, offsets)
  }

  #offsetsIn(dir: LogDir): Promise<Map<string, number>> {
    const known = this.#offsets.get(dir)
    if (known !== undefined) return known
    const reading = this.#read(path.join(dir.path, CLEANER_CHECKPOINT_FILE))
    this.#offsets.set(dir, reading)
    reading.catch(() => this.#offsets.delete(dir))
    return reading
  }

  async #read(file: string): Promise<Map<string, number>> {
    try {
      return await readOffsetCheckpoint(this.#fs, file)
    } catch (error) {
      if (!(error instanceof CorruptFileError)) throw error
      this.#logger.warn('Compacted logs are cleaned from their start again, because a checkpoint is damaged', {
        file,
        reason: error.message,
      })
      return new Map()
    }
  }

  /** Logs that are not there any more are left out. */
  #write(dir: LogDir, offsets: ReadonlyMap<string, number>): Promise<void> {
    return this.#writes.run(async () => {
      const entries: [TopicPartition, number][] = []
      for (const hosted of this.#hosted()) {
        const offset = hosted.dir === dir ? offsets.get(topicPartitionName(hosted.log.topicPartition)) : undefined
        if (offset !== undefined) entries.push([hosted.log.topicPartition, offset])
      }
      const text = formatOffsetCheckpoint(entries)
      await this.#fs.writeFile(path.join(dir.path, CLEANER_CHECKPOINT_FILE), text, { atomic: true })
    })
  }
}
