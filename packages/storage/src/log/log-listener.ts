import type { StorageError } from '../storage-error.ts'
import type { UnifiedLog } from './unified-log.ts'

/** Whoever waits for a log to move. The calls come in the middle of its work: note it, act later, never throw. */
export interface LogListener {
  onWritten?(log: UnifiedLog): void
  onHighWatermark?(log: UnifiedLog): void
  onLogStartOffset?(log: UnifiedLog): void
  onFailure?(log: UnifiedLog, error: StorageError): void
}
