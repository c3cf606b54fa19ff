import type { BackgroundTasks } from './background-tasks.ts'
import { forEachInSlices } from '../limited.ts'
import type { LogManagerOptions } from './log-manager-options.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

/** All logs, as far as their periodic work is concerned. */
export interface BackgroundWork {
  logs(): Iterable<UnifiedLog>
  checkpointHighWatermarks(): Promise<void>
  checkpointOffsets(): Promise<void>
  deleteOldSegments(): Promise<void>
}

/** Puts the periodic work of a LogManager on its way: checkpoints, retention, forgetting of idle producers. */
export function scheduleLogWork(background: BackgroundTasks, work: BackgroundWork, o: LogManagerOptions): void {
  background.every({
    name: 'checkpoint high watermarks',
    intervalMs: o.highWatermarkCheckpointIntervalMs ?? 5000,
    run: () => work.checkpointHighWatermarks(),
  })
  background.every({
    name: 'checkpoint recovery points',
    intervalMs: o.recoveryPointCheckpointIntervalMs ?? 60_000,
    run: () => work.checkpointOffsets(),
  })
  background.every({
    name: 'retention',
    initialDelayMs: o.initialTaskDelayMs ?? 30_000,
    intervalMs: o.retentionCheckIntervalMs ?? 300_000,
    run: () => work.deleteOldSegments(),
  })
  background.every({
    name: 'forget idle producers',
    intervalMs: o.producerIdExpirationCheckIntervalMs ?? 600_000,
    run: () => forEachInSlices(work.logs(), (log) => log.removeExpiredProducers()),
  })
}
