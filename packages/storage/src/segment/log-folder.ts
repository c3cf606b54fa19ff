import path from 'node:path'
import type { FileSystem, FileStat } from '@milena/runtime'
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  SNAPSHOT_SUFFIX,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
  offsetFileName,
  parseOffsetFileName,
} from './log-files.ts'
import type { ExistingSegment } from './log-segment.ts'
import type { SegmentState } from '../manager/log-state.ts'
import { OffsetIndex } from './offset-index.ts'
import { TimeIndex } from './time-index.ts'

/** A segment's file in a partition's folder. */
export interface FoundSegment extends ExistingSegment {
  readonly baseOffset: number
  /** An index file is not there; it has to be made again. */
  readonly lacksIndex: boolean
}

/** What a partition's folder holds. */
export interface LogFolder {
  readonly names: readonly string[]
  readonly segments: readonly FoundSegment[]
  readonly snapshotOffsets: readonly number[]
  /** Files of an earlier life that must go: deleted segments, unfinished work, indexes without a segment. */
  readonly leftovers: readonly string[]
}

export const emptyLogFolder: LogFolder = { names: [], segments: [], snapshotOffsets: [], leftovers: [] }

const LEFTOVER_SUFFIXES = [DELETED_SUFFIX, CLEANED_SUFFIX, '.tmp']
const INDEX_SUFFIXES = [INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX]

/**
 * Looks at names and sizes only, and not at the sizes of segments that are `known`. A cleaner's `.swap` files are for
 * the one that completes its swaps.
 */
export async function readLogFolder(
  fs: FileSystem,
  directory: string,
  known: readonly SegmentState[] = [],
): Promise<LogFolder> {
  const names = await fs.readdir(directory)
  const present = new Set(names)
  const snapshotOffsets: number[] = []
  const leftovers: string[] = []
  const segments: FoundSegment[] = []
  for (const name of names) {
    const baseOffset = parseOffsetFileName(name, LOG_SUFFIX)
    const snapshotOffset = parseOffsetFileName(name, SNAPSHOT_SUFFIX)
    if (baseOffset !== undefined) {
      const state = known.find((segment) => segment.baseOffset === baseOffset)
      segments.push(
        state === undefined
          ? await findSegment(fs, directory, baseOffset, present)
          : { ...state, lacksIndex: lacksKnownIndex(state, present) },
      )
    } else if (snapshotOffset !== undefined) snapshotOffsets.push(snapshotOffset)
    else if (LEFTOVER_SUFFIXES.some((suffix) => name.endsWith(suffix)) || isOrphanedIndex(name, present)) {
      leftovers.push(path.join(directory, name))
    }
  }
  return { names, segments: segments.toSorted((a, b) => a.baseOffset - b.baseOffset), snapshotOffsets, leftovers }
}

function isOrphanedIndex(name: string, present: ReadonlySet<string>): boolean {
  return INDEX_SUFFIXES.some((suffix) => {
    const baseOffset = parseOffsetFileName(name, suffix)
    return baseOffset !== undefined && !present.has(offsetFileName(baseOffset, LOG_SUFFIX))
  })
}

async function findSegment(
  fs: FileSystem,
  directory: string,
  baseOffset: number,
  present: ReadonlySet<string>,
): Promise<FoundSegment> {
  const stat = async (suffix: string): Promise<FileStat | undefined> => {
    const name = offsetFileName(baseOffset, suffix)
    return present.has(name) ? fs.stat(path.join(directory, name)) : undefined
  }
  const log = (await stat(LOG_SUFFIX))!
  const offsetIndex = await stat(INDEX_SUFFIX)
  const timeIndex = await stat(TIME_INDEX_SUFFIX)
  const transactionIndex = await stat(TXN_INDEX_SUFFIX)
  return {
    baseOffset,
    sizeInBytes: log.size,
    modifiedMs: log.modifiedMs,
    offsetIndexEntries: entriesIn(offsetIndex, OffsetIndex.entryBytes),
    timeIndexEntries: entriesIn(timeIndex, TimeIndex.entryBytes),
    transactionIndexBytes: transactionIndex?.size ?? 0,
    lacksIndex: lacksIndex({ baseOffset, sizeInBytes: log.size }, present),
  }
}

/** One that holds less than an entry counts as one that cannot be read: it is not a file that holds nothing. */
function entriesIn(file: FileStat | undefined, entryBytes: number): number {
  if (file === undefined || file.size === 0) return 0
  return Math.max(1, Math.floor(file.size / entryBytes))
}

/** Files without entries may never have been made. */
function lacksKnownIndex(
  { baseOffset, offsetIndexEntries, timeIndexEntries }: SegmentState,
  present: ReadonlySet<string>,
): boolean {
  const lacks = (suffix: string): boolean => !present.has(offsetFileName(baseOffset, suffix))
  return (offsetIndexEntries > 0 && lacks(INDEX_SUFFIX)) || (timeIndexEntries > 0 && lacks(TIME_INDEX_SUFFIX))
}

function lacksIndex(
  { baseOffset, sizeInBytes }: { readonly baseOffset: number; readonly sizeInBytes: number },
  present: ReadonlySet<string>,
): boolean {
  const lacks = (suffix: string): boolean => !present.has(offsetFileName(baseOffset, suffix))
  return sizeInBytes > 0 && (lacks(INDEX_SUFFIX) || lacks(TIME_INDEX_SUFFIX))
}
