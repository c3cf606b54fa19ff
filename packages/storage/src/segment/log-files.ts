/**
 * Names of the files in a partition's folder, as Kafka writes them: the base offset in twenty digits and a
 * suffix that says what the file is (LogFileUtils).
 */

export const LOG_SUFFIX = '.log'
export const INDEX_SUFFIX = '.index'
export const TIME_INDEX_SUFFIX = '.timeindex'
export const TXN_INDEX_SUFFIX = '.txnindex'
/** The files of a segment, the log first. */
export const SEGMENT_SUFFIXES: readonly string[] = [LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX]
export const SNAPSHOT_SUFFIX = '.snapshot'
/** Renamed so, a file waits out `file.delete.delay.ms` before it goes. */
export const DELETED_SUFFIX = '.deleted'
/** A cleaner's unfinished work, and its finished work before the swap; the cleaner's crash marks. */
export const CLEANED_SUFFIX = '.cleaned'
export const SWAP_SUFFIX = '.swap'

export const LEADER_EPOCH_CHECKPOINT_FILE = 'leader-epoch-checkpoint'
export const PARTITION_METADATA_FILE = 'partition.metadata'
export const RECOVERY_POINT_CHECKPOINT_FILE = 'recovery-point-offset-checkpoint'
export const LOG_START_OFFSET_CHECKPOINT_FILE = 'log-start-offset-checkpoint'
export const HIGH_WATERMARK_CHECKPOINT_FILE = 'replication-offset-checkpoint'
export const CLEANER_CHECKPOINT_FILE = 'cleaner-offset-checkpoint'
export const META_PROPERTIES_FILE = 'meta.properties'
export const LOCK_FILE = '.lock'
export const CLEAN_SHUTDOWN_FILE = '.kafka_cleanshutdown'
/** The logs of a folder were written by Apache Kafka, and not all of them have been opened here since. */
export const FOREIGN_LOGS_FILE = 'milena-foreign-logs'
/** What stands in that file for a person who finds it. */
export const FOREIGN_LOGS_NOTE = 'Apache Kafka wrote these logs. The file goes when all of them have been opened.\n'
export const METADATA_DIR = '__cluster_metadata-0'

/** Twenty digits, so that the names sort as the offsets do. */
export function offsetFileName(offset: number, suffix: string): string {
  return String(offset).padStart(20, '0') + suffix
}

/** The offset in a name such as `00000000000000000042.log`, or undefined when the name is not of this kind. */
export function parseOffsetFileName(name: string, suffix: string): number | undefined {
  if (name.length !== 20 + suffix.length || !name.endsWith(suffix)) return undefined
  const digits = name.slice(0, 20)
  if (!/^\d{20}$/.test(digits)) return undefined
  const offset = Number(digits)
  return Number.isSafeInteger(offset) ? offset : undefined
}
