import path from 'node:path'
import { ZERO_UUID } from '@milena/protocol/messages'
import type { Logger } from '@milena/runtime'
import type { KeyedQueue } from '../keyed-queue.ts'
import type { LogBurial } from '../manager/log-burial.ts'
import type { HostedLog } from '../manager/log-checkpoints.ts'
import type { LogContext } from '../log-context.ts'
import { formatPartitionMetadata } from '../manager/partition-metadata.ts'
import { PARTITION_METADATA_FILE } from '../segment/log-files.ts'
import { loadLog } from './log-loader.ts'
import { topicPartitionName } from '../topic-partition.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

export interface LogResumptionOptions {
  readonly context: LogContext
  readonly logger: Logger
  /** What else changes which logs there are waits for its turn here. */
  readonly changes: KeyedQueue
  readonly hosted: (name: string) => HostedLog | undefined
  /** The recovery point of the log as the checkpoint has it. */
  readonly recoveryPointOf: (log: UnifiedLog) => number
  /** What must be out of the way before the log is written to. */
  readonly burial: LogBurial
  /** Puts a log in the place of the one that was hosted, which is closed. */
  readonly replace: (old: HostedLog, reopened: HostedLog) => void
}

/**
 * The way back of a log that failed, once the disk takes writes again: what was written is brought to disk, and the log
 * is opened anew from there, as after a crash. The log serves reads until then; for the moment of the exchange whoever
 * reads or writes is told to try again.
 */
export class LogResumption {
  readonly #o: LogResumptionOptions

  constructor(o: LogResumptionOptions) {
    this.#o = o
  }

  /** Throws what the disk says, if it refuses still; the log then is as it was. */
  resume(failed: UnifiedLog): Promise<void> {
    const { context, changes, logger } = this.#o
    const name = topicPartitionName(failed.topicPartition)
    return changes.run(name, async () => {
      const hosted = this.#o.hosted(name)
      if (hosted?.log !== failed || failed.failure === undefined) return
      const { topicPartition, topicId, directory, config, logStartOffset, highWatermark, writtenOffset } = failed
      await this.#o.burial.settle(name)
      await failed.salvage()
      // A sync of it may have failed too, and what it held is then forgotten, also by who reads it now.
      const metadata = path.join(directory, PARTITION_METADATA_FILE)
      if (topicId !== ZERO_UUID)
        await context.fs.writeFile(metadata, formatPartitionMetadata(topicId), { atomic: true })
      await failed.close({ flush: false })
      const log = await loadLog({
        topicPartition,
        topicId,
        directory,
        gate: hosted.dir,
        unsyncedParent: hosted.dir.path,
        config,
        context,
        hadCleanShutdown: false,
        cutsUnflushed: true,
        recoveryPoint: this.#o.recoveryPointOf(failed),
        logStartOffset,
        highWatermark,
      })
      this.#o.replace(hosted, { log, dir: hosted.dir })
      const { logEndOffset } = log
      logger.info('A log that had failed takes appends again', { partition: name, logEndOffset, writtenOffset })
    })
  }
}
