import type { LogDir } from './log-dir.ts'
import type { TopicPartition } from './topic-partition.ts'
import type { UnifiedLog } from './unified-log.ts'

/** A log and the folder it lies in. */
export interface HostedLog {
  readonly log: UnifiedLog
  readonly dir: LogDir
}

/**
 * Writes down, per folder, what the next start must know of all its logs. What has not changed since the last time
 * costs no write, and next to nothing at all.
 */
export class LogCheckpoints {
  /** The recovery points as they stand in the files: a log that failed keeps the one it had. */
  readonly #recoveryPoints = new WeakMap<UnifiedLog, number>()
  readonly #movedHighWatermarks = new Set<LogDir>()

  /** To be told of every log once it is open. */
  host({ log, dir }: HostedLog): void {
    this.#recoveryPoints.set(log, log.recoveryPoint)
    this.#movedHighWatermarks.add(dir)
    log.listen({ onHighWatermark: () => this.#movedHighWatermarks.add(dir) })
  }

  async writeHighWatermarks(hosted: readonly HostedLog[]): Promise<void> {
    const moved = [...this.#movedHighWatermarks]
    this.#movedHighWatermarks.clear()
    for (const dir of moved) {
      await dir.writeCheckpoint(
        'highWatermark',
        entriesOf(hosted, dir, (log) => log.highWatermark),
      )
    }
  }

  /** Recovery points and log start offsets; before a recovery point is written, what lies below it is settled. */
  async writeOffsets(hosted: readonly HostedLog[]): Promise<void> {
    for (const { log } of hosted) {
      if (log.failure !== undefined || log.recoveryPoint === this.#recoveryPoints.get(log)) continue
      // A log that fails here has said so, and keeps the recovery point that it had.
      const recoveryPoint = await log.checkpointRecoveryPoint().catch(() => undefined)
      if (recoveryPoint !== undefined) this.#recoveryPoints.set(log, recoveryPoint)
    }
    for (const dir of new Set(hosted.map((entry) => entry.dir))) {
      await dir.writeCheckpoint(
        'recoveryPoint',
        entriesOf(hosted, dir, (log) => this.#recoveryPoints.get(log)),
      )
      const startOf = (log: UnifiedLog) => (log.startsInsideSegment ? log.logStartOffset : undefined)
      await dir.writeCheckpoint('logStartOffset', entriesOf(hosted, dir, startOf))
    }
  }
}

function entriesOf(
  hosted: readonly HostedLog[],
  dir: LogDir,
  offsetOf: (log: UnifiedLog) => number | undefined,
): [TopicPartition, number][] {
  const entries: [TopicPartition, number][] = []
  for (const entry of hosted) {
    const offset = entry.dir === dir ? offsetOf(entry.log) : undefined
    if (offset !== undefined) entries.push([entry.log.topicPartition, offset])
  }
  return entries
}
