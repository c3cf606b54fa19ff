import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LocalLog } from './local-log.ts'
import type { LogConfig } from '../log-config.ts'
import type { LogContext } from '../log-context.ts'
import type { LogHousekeeping } from './log-housekeeping.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { LogProducers } from '../producers/log-producers.ts'

/** What a {@link UnifiedLog} is made of, for those of its operations that have a file of their own. */
export interface LogParts {
  /** As log lines call the partition. */
  readonly name: string
  readonly context: LogContext
  readonly configRef: { readonly current: LogConfig }
  readonly local: LocalLog
  readonly housekeeping: LogHousekeeping
  readonly epochs: LeaderEpochCache
  readonly producers: LogProducers
  readonly offsets: LogOffsets
}
