import { forEachInSlices } from '../limited.ts'
import type { CheckpointKind, LogDir } from './log-dir.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

/** A log and the folder it lies in. */
export interface HostedLog {
  readonly log: UnifiedLog
  readonly dir: LogDir
}

/** What the checkpoints of a folder say of one log. */
export interface CheckpointedOffsets {
  readonly recoveryPoint: number
  readonly logStartOffset: number
  readonly highWatermark: number
}

/** A log that could not be opened: what is known of it stays written down, for whoever mends it. */
interface OfflineLog extends CheckpointedOffsets {
  readonly dir: LogDir
  readonly topicPartition: TopicPartition
}

/**
 * Writes down, per folder, what the next start must know of all its logs. What has not changed since the last time
 * costs no write, and next to nothing at all.
 */
export class LogCheckpoints {
  /** The recovery points as they stand in the files: a log that failed keeps the one it had. */
  readonly #recoveryPoints = new WeakMap<UnifiedLog, number>()
  readonly #offline = new Map<string, OfflineLog>()
  readonly #movedHighWatermarks = new Set<LogDir>()
  /** Deleted logs of which the files may still speak. */
  readonly #deleted = new Set<string>()
  readonly #dirs: readonly LogDir[]
  /** A file is written by one at a time. */
  readonly #writes = new SerialQueue()

  readonly #onRefused: (dir: LogDir, error: unknown) => void

  /** `onRefused` is told when the disk of a folder takes no checkpoint. */
  constructor(dirs: readonly LogDir[], onRefused: (dir: LogDir, error: unknown) => void) {
    this.#dirs = dirs
    this.#onRefused = onRefused
  }

  /** As it stands in the file. */
  recoveryPointOf(log: UnifiedLog): number {
    return this.#recoveryPoints.get(log) ?? 0
  }

  /** To be told of every log once it is open, with the recovery point that the file has for it. */
  host({ log, dir }: HostedLog, checkpointedRecoveryPoint: number): void {
    const name = topicPartitionName(log.topicPartition)
    if (this.#offline.get(name)?.dir === dir) this.#offline.delete(name)
    this.#recoveryPoints.set(log, checkpointedRecoveryPoint)
    this.#movedHighWatermarks.add(dir)
    log.listen({ onHighWatermark: () => this.#movedHighWatermarks.add(dir) })
  }

  /** To be told of every log that cannot be opened, with what the files have for it. */
  keep(topicPartition: TopicPartition, dir: LogDir, offsets: CheckpointedOffsets): void {
    this.#offline.set(topicPartitionName(topicPartition), { ...offsets, dir, topicPartition })
  }

  /** To be told of every log that is deleted, and of names in the checkpoints for which there is no log. */
  forget(name: string, dir: LogDir): void {
    this.#deleted.add(name)
    this.#offline.delete(name)
    this.#movedHighWatermarks.add(dir)
  }

  /**
   * To be called before a log is made: what the files still say of a deleted one with the same name would, after a
   * crash, be taken for its own. What they say of the others stays as it is: nobody waits for ten thousand logs to be
   * settled because one is made anew. Throws when the disk of its folder refuses.
   */
  async forgetBefore(name: string, dir: LogDir, hosted: () => readonly HostedLog[]): Promise<void> {
    if (!this.#deleted.has(name)) return
    await this.#writes.run(() => this.#writeOffsetFiles(hosted))
    await this.writeHighWatermarks(hosted)
    if (dir.refusal === undefined) return
    this.#deleted.add(name)
    throw dir.refusal
  }

  writeHighWatermarks(hosted: () => readonly HostedLog[]): Promise<void> {
    return this.#writes.run(() => this.#writeHighWatermarks(hosted()))
  }

  /** Recovery points and log start offsets; before a recovery point is written, what lies below it is settled. */
  writeOffsets(hosted: () => readonly HostedLog[]): Promise<void> {
    return this.#writes.run(() => this.#writeOffsets(hosted))
  }

  /** As {@link writeOffsets}, for who must not go on if it cannot be done; throws why the disk of that log refuses. */
  async writeOffsetsFor(name: string, hosted: () => readonly HostedLog[]): Promise<void> {
    await this.writeOffsets(hosted)
    const refusal = hosted().find(({ log }) => topicPartitionName(log.topicPartition) === name)?.dir.refusal
    if (refusal !== undefined) throw refusal
  }

  async #writeHighWatermarks(hosted: readonly HostedLog[]): Promise<void> {
    for (const dir of this.#movedHighWatermarks) {
      await this.#write(dir, async () => {
        // What moves from here on is for the next time; and if the disk refuses, all of it is.
        this.#movedHighWatermarks.delete(dir)
        try {
          await dir.writeCheckpoint(
            'highWatermark',
            this.#entriesOf(hosted, dir, 'highWatermark', (log) => log.highWatermark),
          )
        } catch (error) {
          this.#movedHighWatermarks.add(dir)
          throw error
        }
      })
    }
  }

  /** Writes to one folder; what its disk refuses keeps nothing from the others. */
  async #write(dir: LogDir, write: () => Promise<void>): Promise<void> {
    if (dir.failure !== undefined || dir.refusal !== undefined) return
    try {
      await write()
    } catch (error) {
      this.#onRefused(dir, error)
    }
  }

  async #writeOffsets(hosted: () => readonly HostedLog[]): Promise<void> {
    await forEachInSlices(hosted(), async ({ log }) => {
      if (log.failure !== undefined || log.recoveryPoint === this.#recoveryPoints.get(log)) return
      // A log that fails here has said so, and keeps the recovery point that it had.
      const recoveryPoint = await log.checkpointRecoveryPoint().catch(() => undefined)
      if (recoveryPoint !== undefined) this.#recoveryPoints.set(log, recoveryPoint)
    })
    await this.#writeOffsetFiles(hosted)
  }

  async #writeOffsetFiles(hosted: () => readonly HostedLog[]): Promise<void> {
    // A log that is deleted from here on may still be written down.
    this.#deleted.clear()
    const startOf = (log: UnifiedLog) => (log.startsInsideSegment ? log.logStartOffset : undefined)
    for (const dir of this.#dirs) {
      await this.#write(dir, async () => {
        await dir.writeCheckpoint(
          'recoveryPoint',
          this.#entriesOf(hosted(), dir, 'recoveryPoint', (log) => this.#recoveryPoints.get(log)),
        )
        await dir.writeCheckpoint('logStartOffset', this.#entriesOf(hosted(), dir, 'logStartOffset', startOf))
      })
    }
  }

  #entriesOf(
    hosted: readonly HostedLog[],
    dir: LogDir,
    kind: CheckpointKind,
    offsetOf: (log: UnifiedLog) => number | undefined,
  ): [TopicPartition, number][] {
    const entries: [TopicPartition, number][] = []
    for (const entry of hosted) {
      const offset = entry.dir === dir ? offsetOf(entry.log) : undefined
      if (offset !== undefined) entries.push([entry.log.topicPartition, offset])
    }
    for (const offline of this.#offline.values()) {
      if (offline.dir === dir && offline[kind] > 0) entries.push([offline.topicPartition, offline[kind]])
    }
    return entries
  }
}
