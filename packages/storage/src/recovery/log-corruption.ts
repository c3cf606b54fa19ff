import type { Damage } from '../segment/damage.ts'
import { inspectDamage } from '../segment/damage.ts'
import type { LogInLoading } from './log-loader.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import { StorageError } from '../storage-error.ts'

/** Where the sound batches of a log end before its files do. */
export interface LogEnd {
  readonly segment: LogSegment
  readonly position: number
  /** The offset that is due there. */
  readonly nextOffset: number
  readonly problem: string
}

/**
 * Decides whether a log may be cut at its first batch that is not sound. It may where a write broke off: that is behind
 * the recovery point, and bytes are missing rather than wrong. Anything else has changed what may have been
 * acknowledged, and is not thrown away unless the operator says so (`milena.log.corruption`): throws
 * KAFKA_STORAGE_ERROR, which keeps the partition offline.
 */
export async function refuseCorruption(log: LogInLoading, end: LogEnd): Promise<void> {
  if (end.nextOffset < log.recoveryPoint) {
    return corrupt(log, end, `everything before offset ${log.recoveryPoint} had been flushed to the disk`)
  }
  if (log.endedInOrder === true) return corrupt(log, end, 'the log had been closed in order')
  if (log.cutsUnflushed) return
  const { segment, position, nextOffset } = end
  const { change, soundPosition, looksUnwritten }: Damage = await inspectDamage({
    read: (target, at) => segment.read(target, at),
    position,
    sizeInBytes: segment.writtenBytes,
    nextOffset,
  })
  if (looksUnwritten) return
  const next = log.segments.higher(segment)
  if (change !== undefined) {
    corrupt(log, end, change)
  } else if (soundPosition !== undefined) {
    corrupt(log, end, `sound batches follow from byte ${soundPosition} on, and no bytes are missing`)
  } else if (next !== undefined && next.writtenBytes > 0) {
    corrupt(log, end, `the log goes on in ${next.logPath}, and no bytes are missing`)
  }
}

/** Files are not there, or shorter than they were: the log ends before where it had been flushed to. */
export function refuseLoss(log: LogInLoading, logEndOffset: number): void {
  if (logEndOffset >= log.recoveryPoint) return
  const { active } = log.segments
  const end = { segment: active, position: active.writtenBytes, nextOffset: logEndOffset, problem: 'the log ends' }
  corrupt(log, end, `everything before offset ${log.recoveryPoint} had been flushed to the disk`)
}

/** A log that was closed in order does not end before its start: that is what a changed checkpoint says. */
export function refuseStart(log: LogInLoading, logEndOffset: number): void {
  const { active } = log.segments
  const problem = `the log ends, and the checkpoint of log start offsets lets it begin at ${log.logStartOffset}`
  const end = { segment: active, position: active.writtenBytes, nextOffset: logEndOffset, problem }
  corrupt(log, end, 'it had been closed in order')
}

function corrupt(log: LogInLoading, { segment, position, nextOffset, problem }: LogEnd, evidence: string): void {
  const what = `${segment.logPath} is damaged at byte ${position} (offset ${nextOffset}): ${problem}, but ${evidence}`
  if (log.context.corruption === 'truncate') {
    log.context.logger.error('A log is damaged where it may have been acknowledged; it is cut off as configured', {
      partition: log.name,
      damage: what,
    })
    return
  }
  throw new StorageError(
    'KAFKA_STORAGE_ERROR',
    `${what}. Put the folder of the partition back from a copy, or start with milena.log.corruption=truncate to give up ` +
      `its records from offset ${nextOffset} on; kafka-dump-log shows what is there.`,
  )
}
