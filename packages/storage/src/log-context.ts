import type { CommitFile } from './commit/commit-file.ts'
import type { Clock, FileSystem, Logger, Random } from '@milena/runtime'
import type { DirectorySyncs } from './manager/directory-syncs.ts'
import type { FilePool } from './segment/file-pool.ts'
import type { GroupCommit } from './log/group-commit.ts'
import type { IndexCache } from './segment/index-cache.ts'
import type { StorageError } from './storage-error.ts'
import type { TailCache } from './log/tail-cache.ts'

/** The folder in which a log lies, as the log knows it. */
export interface LogGate {
  /** Why nothing may be written there for now. */
  readonly refusal: StorageError | undefined
  /** What the logs there share for their syncs. */
  readonly commitFile: CommitFile | undefined
  /** To be told of what could not be read, for the folder may be gone. */
  suspect(): void
}

/** What the logs of one broker share. */
export interface LogContext {
  readonly fs: FileSystem
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly files: FilePool
  readonly directorySyncs: DirectorySyncs
  readonly groupCommit: GroupCommit
  readonly indexCache: IndexCache
  readonly tailCache: TailCache
  /** What becomes of a partition whose log is damaged where it may have been acknowledged. */
  readonly corruption: 'offline' | 'truncate'
  /** `producer.id.expiration.ms`; a function because it can change while the broker runs. */
  readonly producerIdExpirationMs: () => number
  /**
   * Writes the recovery points down, for the sake of the log with this name: one that is behind the end of its log would
   * keep what is appended next from being validated after a crash. Throws when the disk of that log refuses.
   */
  readonly checkpointRecoveryPoints: (name: string) => Promise<void>
  /** A log was cut at `offset`: what comes behind it has not been cleaned. */
  readonly noteTruncated: (name: string, offset: number) => Promise<void>
}
