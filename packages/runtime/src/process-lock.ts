import { FileSystemError } from './file-system.ts'
import type { Lock } from './file-system.ts'

/** SQLite's code for "somebody else has the lock". */
const SQLITE_BUSY = 5

/**
 * A lock that the operating system itself ends with the process, even by `kill -9`.
 *
 * Node offers no `flock`, but the SQLite inside Node locks files with what each system has (`fcntl` on Linux
 * and macOS, `LockFileEx` on Windows) and also refuses a second lock within one process, worker threads
 * included. So the file is an empty database in an exclusive transaction that never writes: it stays empty.
 * The lock covers containers that share a volume, and excludes Apache Kafka, which locks the same file of a
 * log directory as a whole.
 *
 * What was not taken: a file with a process id (two containers each have a process 1, and taking over a stale
 * file is a race), and a bound socket (its name is not shared between containers or through a volume).
 *
 * On Linux and macOS these locks end when the process closes any descriptor of the file: nobody may open it.
 */
export async function acquireProcessLock(path: string): Promise<Lock> {
  const { DatabaseSync } = await import('node:sqlite')
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    database = new DatabaseSync(path)
    // A journal on disk would be a second file beside the first.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) {
      throw new FileSystemError('ELOCKED', 'another process, or another broker in this one, has the lock', path)
    }
    throw new FileSystemError('ENOLCK', 'the lock cannot be taken', path, { cause })
  }
  let held: typeof database | undefined = database
  return {
    path,
    release: async () => {
      held?.close()
      held = undefined
    },
  }
}
