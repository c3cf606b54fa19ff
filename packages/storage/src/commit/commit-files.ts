import type { Logger } from '@milena/runtime'
import type { LogDir } from '../manager/log-dir.ts'
import type { CommitFileOptions } from './commit-file.ts'
import { CommitFile } from './commit-file.ts'
import type { CommitReplay } from './commit-replay.ts'
import { removeCommitFiles, replayCommitFiles } from './commit-replay.ts'

/** Some seconds of appends at full speed. */
const BYTES_MAX = 16 * 1_048_576

/** Gives each folder a commit file; on disk there is none until many logs wait. */
export function openCommitFiles(
  dirs: readonly LogDir[],
  o: Omit<CommitFileOptions, 'directory' | 'bytesMax'> & { readonly bytesMax: number | undefined },
): void {
  for (const dir of dirs) {
    dir.commitFile = new CommitFile({ ...o, directory: dir.path, bytesMax: o.bytesMax ?? BYTES_MAX })
  }
}

/** Before the logs of a folder are opened that has commit files: brings to them what only a commit file has, and removes the files. */
export async function takeCommitFiles({ hadCleanShutdown }: LogDir, o: CommitReplay): Promise<void> {
  // Those of an orderly stop are from before somebody else had the folder, and know nothing of what is in it now.
  if (!hadCleanShutdown) await replayCommitFiles(o)
  await removeCommitFiles(o)
}

/** Before recovery points are written down, which say what is on disk in the logs' own files. */
export async function settleCommitFiles(dirs: readonly LogDir[]): Promise<void> {
  // What cannot get there is said by the log that fails, which keeps the recovery point that it had.
  for (const { commitFile } of dirs) await commitFile?.settle().catch(() => undefined)
}

/** From here on each log is synced for itself. */
export async function stopCommitFiles(dirs: readonly LogDir[]): Promise<void> {
  for (const { commitFile } of dirs) await commitFile?.stop()
}

/** To be called when all logs of the folder are on disk in their own files. One that does not go does no harm. */
export async function removeStopped({ path: logDir, commitFile }: LogDir, logger: Logger): Promise<void> {
  await commitFile?.removeFiles().catch((error: unknown) => {
    logger.warn('A commit file that is not needed any more cannot be removed', { logDir, error })
  })
}

/** Before a log is made: nothing of one with the same name that was deleted may be carried over in its place. */
export async function forgetDeleted(name: string, dirs: readonly LogDir[]): Promise<void> {
  for (const { commitFile, failure } of dirs) if (failure === undefined) await commitFile?.forgetAbandoned(name)
}
