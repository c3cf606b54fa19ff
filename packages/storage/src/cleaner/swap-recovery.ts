import path from 'node:path'
import type { File, FileSystem, Logger } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import { lastOffsetAt } from '../segment/batch-header.ts'
import { scanBatches } from '../segment/batch-scanner.ts'
import {
  CLEANED_SUFFIX,
  LOG_SUFFIX,
  SEGMENT_SUFFIXES,
  SWAP_SUFFIX,
  offsetFileName,
  parseOffsetFileName,
} from '../segment/log-files.ts'

export interface SwapRecovery {
  readonly fs: FileSystem
  readonly logger: Logger
  readonly directory: string
  /** Of the files in it. */
  readonly names: readonly string[]
}

/** A file of a segment in a folder: `00000000000000000042.timeindex.swap` is the kind `.timeindex` of offset 42. */
interface SegmentFile {
  readonly name: string
  readonly baseOffset: number
  readonly kind: string
}

/** Whether a folder holds files of a swap that a crash interrupted. */
export function hasSwaps(names: readonly string[]): boolean {
  return names.some((name) => name.endsWith(SWAP_SUFFIX))
}

/**
 * Completes or undoes the exchange of segments for cleaned ones that a crash interrupted, by the names of the files
 * alone (the first passes of Kafka's LogLoader). The steps of the exchange are in segment-swap.ts; this may be
 * interrupted too, and done again.
 */
export async function completeSwaps({ fs, logger, directory, names }: SwapRecovery): Promise<void> {
  const cleaned = segmentFiles(names, CLEANED_SUFFIX)
  const firstCleaned = Math.min(...cleaned.map(({ baseOffset }) => baseOffset))
  const swapped = segmentFiles(names, SWAP_SUFFIX)
  // Beside a `.cleaned` file of the same segment, or of one before it (Kafka splits one into several, the last of them
  // first), they are unfinished. They are gone for good before that file goes, which is what tells it.
  const unfinished = swapped.filter(({ baseOffset }) => baseOffset >= firstCleaned)
  for (const { name } of unfinished) await fs.remove(path.join(directory, name))
  if (unfinished.length > 0) await fs.syncDirectory(directory)

  const finished = swapped.filter(({ baseOffset }) => baseOffset < firstCleaned)
  if (finished.length === 0) return
  const logs = finished.filter(({ kind }) => kind === LOG_SUFFIX)
  const replaced = await filesReplacedBy(fs, directory, names, logs)
  for (const name of replaced) await removeIfPresent(fs, path.join(directory, name))
  if (replaced.length > 0) await fs.syncDirectory(directory)
  await loseSuffix(fs, directory, logs)
  await loseSuffix(
    fs,
    directory,
    finished.filter(({ kind }) => kind !== LOG_SUFFIX),
  )
  const baseOffsets = [...new Set(finished.map(({ baseOffset }) => baseOffset))]
  logger.info('Completed the exchange of segments for cleaned ones', { directory, baseOffsets })
}

function segmentFiles(names: readonly string[], suffix: string): SegmentFile[] {
  return names.flatMap((name) => {
    if (!name.endsWith(suffix)) return []
    const rest = name.slice(0, name.length - suffix.length)
    const kind = SEGMENT_SUFFIXES.find((one) => parseOffsetFileName(rest, one) !== undefined)
    return kind === undefined ? [] : [{ name, kind, baseOffset: parseOffsetFileName(rest, kind)! }]
  })
}

/** What a `.log.swap` file stands for: the segments from its base offset to before its end. */
async function filesReplacedBy(
  fs: FileSystem,
  directory: string,
  names: readonly string[],
  logs: readonly SegmentFile[],
): Promise<string[]> {
  const old = segmentFiles(names, '')
  const replaced: string[] = []
  for (const { name, baseOffset } of logs) {
    // One in which nothing is left takes the place of the one with its name at least.
    const endOffset = Math.max(await endOffsetOf(fs, path.join(directory, name), baseOffset), baseOffset + 1)
    replaced.push(
      ...old.filter((file) => file.baseOffset >= baseOffset && file.baseOffset < endOffset).map((file) => file.name),
    )
  }
  return replaced
}

/** The offset behind the last batch. A segment was whole and on disk before it got this far. */
async function endOffsetOf(fs: FileSystem, logPath: string, baseOffset: number): Promise<number> {
  const file = await fs.open(logPath, 'read')
  try {
    return await scanEnd(file, await file.size(), logPath, baseOffset)
  } finally {
    await file.close()
  }
}

async function scanEnd(file: File, sizeInBytes: number, logPath: string, baseOffset: number): Promise<number> {
  let endOffset = baseOffset
  const { endPosition, problem } = await scanBatches({
    read: (target, position) => file.read(target, position),
    from: 0,
    to: sizeInBytes,
    minOffset: baseOffset,
    visit: ({ bytes, at }) => {
      endOffset = lastOffsetAt(bytes, at) + 1
    },
  })
  if (endPosition < sizeInBytes) {
    // What it takes the place of may still be whole: nobody but a person can tell.
    throw new Error(`${logPath} is damaged at byte ${endPosition}: ${problem}; it was to replace other segments`)
  }
  return endOffset
}

async function loseSuffix(fs: FileSystem, directory: string, files: readonly SegmentFile[]): Promise<void> {
  for (const { name, baseOffset, kind } of files) {
    await fs.rename(path.join(directory, name), path.join(directory, offsetFileName(baseOffset, kind)))
  }
  if (files.length > 0) await fs.syncDirectory(directory)
}

async function removeIfPresent(fs: FileSystem, file: string): Promise<void> {
  try {
    await fs.remove(file)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
}
