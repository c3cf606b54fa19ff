import path from 'node:path'
import type { File, FileSystem, Logger } from '@milena/runtime'
import { RecordBatch } from '@milena/records'
import { BATCH_HEADER_BYTES, asBuffer, lastOffsetAt, magicAt, sizeInBytesAt } from '../segment/batch-header.ts'
import type { CommitEntry } from './commit-record.ts'
import { decodeCommitFile } from './commit-record.ts'
import { LOG_SUFFIX, PARTITION_METADATA_FILE, offsetFileName } from '../segment/log-files.ts'
import { readTextIfPresent } from '../manager/offset-checkpoint.ts'
import { formatPartitionMetadata } from '../manager/partition-metadata.ts'

export interface CommitReplay {
  readonly fs: FileSystem
  readonly logger: Logger
  readonly commitFiles: readonly string[]
  /** By the partition's name: what lies before is on disk where it belongs. */
  readonly recoveryPoints: ReadonlyMap<string, number>
}

/**
 * After a stop that was not orderly, before any log is opened: brings what logs had answered for to their own files. What
 * is sound in a log's file is left as it is, whatever the commit file says.
 */
export async function replayCommitFiles(o: CommitReplay): Promise<void> {
  const entries = await readEntries(o)
  const bySegment = Map.groupBy(entries, ({ directory, entry }) =>
    path.join(directory, entry.name, offsetFileName(entry.baseOffset, LOG_SUFFIX)),
  )
  for (const [segment, found] of bySegment) {
    const bytes = await replaySegment(
      o,
      segment,
      found.map(({ entry }) => entry),
    )
    if (bytes > 0) o.logger.info('A commit file had what a log lacked', { segment, bytes })
  }
}

/** In the order in which they were written. */
async function readEntries({ fs, commitFiles }: CommitReplay) {
  const files = await Promise.all(
    commitFiles.map(async (file) => ({
      directory: path.dirname(file),
      content: decodeCommitFile(asBuffer(await fs.readFile(file))),
    })),
  )
  return files
    .toSorted((left, right) => (left.content?.generation ?? 0) - (right.content?.generation ?? 0))
    .flatMap(({ directory, content }) => (content?.entries ?? []).map((entry) => ({ directory, entry })))
}

/** For good before anything is written to the logs: what came back would be carried over again. */
export async function removeCommitFiles({ fs, commitFiles }: Pick<CommitReplay, 'fs' | 'commitFiles'>): Promise<void> {
  for (const file of commitFiles) await fs.remove(file)
  await fs.syncDirectory(path.dirname(commitFiles[0]!))
}

/** Returns how many bytes were missing. */
async function replaySegment(o: CommitReplay, segment: string, entries: readonly CommitEntry[]): Promise<number> {
  const directory = path.dirname(segment)
  const due = entries.filter((entry) => endOffsetOf(entry) > (o.recoveryPoints.get(entry.name) ?? 0))
  const metadata = await readTextIfPresent(o.fs, path.join(directory, PARTITION_METADATA_FILE))
  const theirs = due.filter(({ topicId }) => metadata?.trimEnd() === formatPartitionMetadata(topicId))
  // Deleted since, or another topic's by now.
  if (theirs.length === 0 || !(await o.fs.exists(segment))) return 0
  const file = await o.fs.open(segment, 'readwrite')
  try {
    let bytes = 0
    for (const entry of theirs) {
      const written = await replayEntry(file, entry)
      if (written === undefined) break
      bytes += written
    }
    await file.sync()
    return bytes
  } finally {
    await file.close()
  }
}

/** Returns how many bytes were missing; undefined when the log went on in another way since. */
async function replayEntry(file: File, entry: CommitEntry): Promise<number | undefined> {
  const bytes = asBuffer(entry.bytes[0]!)
  const present = Buffer.alloc(bytes.byteLength)
  const filled = await file.read(present, entry.position)
  let missing = 0
  for (let at = 0; at < bytes.byteLength; at += sizeInBytesAt(bytes, at)) {
    const end = at + sizeInBytesAt(bytes, at)
    const isThere = end <= filled && present.compare(bytes, at, end, at, end) === 0
    if (!isThere && isSound(present.subarray(at, filled))) return undefined
    // Also what is there: if a sync failed before, it may be in the system's memory only, which calls it clean.
    await file.writev([bytes.subarray(at, end)], entry.position + at)
    if (!isThere) missing += end - at
  }
  return missing
}

/** Whether a whole batch stands here. */
function isSound(bytes: Buffer): boolean {
  if (bytes.byteLength < BATCH_HEADER_BYTES || magicAt(bytes, 0) !== 2) return false
  const size = sizeInBytesAt(bytes, 0)
  return size >= BATCH_HEADER_BYTES && size <= bytes.byteLength && RecordBatch.at(bytes, 0).isValidCrc()
}

function endOffsetOf({ bytes, baseOffset }: CommitEntry): number {
  const buffer = asBuffer(bytes[0]!)
  let end = baseOffset
  for (let at = 0; at < buffer.byteLength; at += sizeInBytesAt(buffer, at)) end = lastOffsetAt(buffer, at) + 1
  return end
}
