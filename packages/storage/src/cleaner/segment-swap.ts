import path from 'node:path'
import type { FileSystem } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  SEGMENT_SUFFIXES,
  SWAP_SUFFIX,
  offsetFileName,
} from '../segment/log-files.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import type { CleanedSegment } from './cleaning-job.ts'

// The files of a cleaned segment take the place of others in steps, each of which is on disk before the next begins, so
// that a crash at any moment leaves the old segments or the new one (Kafka's LocalLog.replaceSegments, which leaves more
// to the order in which the file system writes its folders):
//
//   1. `.cleaned` becomes `.swap`, the log first. While a file with `.cleaned` is there, the old segments stand.
//   2. The old segments become `.deleted`. From here on the next start completes what is left: completeSwaps.
//   3. The log loses `.swap`, and then its indexes do: `.log.swap` says that what lies in its place is old.

/** What the swap works on. */
export interface SwapContext {
  readonly fs: FileSystem
  readonly directory: string
}

/** The first half of step 1, behind which the folder must be synced. If it fails, everything is `.cleaned` again. */
export async function renameCleaned({ fs, directory }: SwapContext, { baseOffset }: CleanedSegment): Promise<void> {
  const renamed: string[] = []
  try {
    for (const kind of SEGMENT_SUFFIXES) {
      const file = path.join(directory, offsetFileName(baseOffset, kind))
      if (!(await renameIfPresent(fs, file + CLEANED_SUFFIX, file + SWAP_SUFFIX))) continue
      renamed.push(file)
    }
  } catch (error) {
    for (const file of renamed) await fs.rename(file + SWAP_SUFFIX, file + CLEANED_SUFFIX)
    throw error
  }
}

/**
 * Removes the files of a cleaned segment that takes nobody's place. What got as far as `.swap` goes first: without a
 * `.cleaned` file beside it the next start would take it for what replaces a segment.
 */
export async function discardCleaned({ fs, directory }: SwapContext, baseOffset: number): Promise<void> {
  const files = SEGMENT_SUFFIXES.map((kind) => path.join(directory, offsetFileName(baseOffset, kind)))
  let hasSwapped = false
  for (const file of files) hasSwapped = (await removeIfPresent(fs, file + SWAP_SUFFIX)) || hasSwapped
  if (hasSwapped) await fs.syncDirectory(directory)
  for (const file of files) await removeIfPresent(fs, file + CLEANED_SUFFIX)
}

/**
 * Step 2, for segments that nobody reads any more. The next start finds those which begin before the end of the new
 * segment; those behind it, of which nothing is left, go one by one in the order of their offsets: a tombstone must not
 * be gone while a value before it is still there.
 */
export async function retireReplaced(
  { fs, directory }: SwapContext,
  old: readonly LogSegment[],
  { baseOffset, nextOffset }: CleanedSegment,
): Promise<void> {
  const isFound = (segment: LogSegment): boolean => segment.baseOffset < Math.max(nextOffset, baseOffset + 1)
  for (const segment of old) if (isFound(segment)) await segment.renameFiles(SEGMENT_SUFFIXES, DELETED_SUFFIX)
  await fs.syncDirectory(directory)
  for (const segment of old) {
    if (isFound(segment)) continue
    await segment.renameFiles(SEGMENT_SUFFIXES, DELETED_SUFFIX)
    await fs.syncDirectory(directory)
  }
}

/** Step 3. `withoutReads` keeps readers away from files while they are renamed. */
export async function finishSwap(
  { fs, directory }: SwapContext,
  segment: LogSegment,
  withoutReads: (run: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await withoutReads(() => segment.renameFiles([LOG_SUFFIX], ''))
  await fs.syncDirectory(directory)
  const indexes = SEGMENT_SUFFIXES.filter((kind) => kind !== LOG_SUFFIX)
  await withoutReads(() => segment.renameFiles(indexes, ''))
  await fs.syncDirectory(directory)
}

function renameIfPresent(fs: FileSystem, from: string, to: string): Promise<boolean> {
  return ifPresent(() => fs.rename(from, to))
}

function removeIfPresent(fs: FileSystem, file: string): Promise<boolean> {
  return ifPresent(() => fs.remove(file))
}

/** Whether the file was there. */
async function ifPresent(operation: () => Promise<void>): Promise<boolean> {
  try {
    await operation()
    return true
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false
    throw error
  }
}
