import type { LogDir } from './log-dir.ts'
import { StorageError } from '../storage-error.ts'

/**
 * The folder in which a new log is made: the one with the fewest logs, as Kafka chooses, of those that are in use and not
 * cordoned. Throws KAFKA_STORAGE_ERROR when there is none; one whose disk refuses writes just now is better than none.
 */
export function chooseLogDir(o: {
  readonly dirs: readonly LogDir[]
  readonly cordonedLogDirs: readonly string[]
  /** Of each log that there is or will be, its folder. */
  readonly taken: Iterable<LogDir>
}): LogDir {
  const online = o.dirs.filter((dir) => dir.failure === undefined)
  const takingWrites = online.filter((dir) => dir.refusal === undefined)
  const fit = takingWrites.length > 0 ? takingWrites : online
  if (fit.length === 0) throw new StorageError('KAFKA_STORAGE_ERROR', 'no log folder is fit for a new log')
  const open = fit.filter((dir) => !o.cordonedLogDirs.includes(dir.path))
  // Where all are cordoned, what was placed on this broker by hand must lie somewhere; Kafka takes the first as well.
  if (open.length < 2) return open[0] ?? fit[0]!
  const counts = new Map(open.map((dir) => [dir, 0]))
  for (const dir of o.taken) if (counts.has(dir)) counts.set(dir, counts.get(dir)! + 1)
  return [...counts].reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0]
}
