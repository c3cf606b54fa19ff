import path from 'node:path'
import type { File, FileSystem, Logger } from '@milena/runtime'
import { RecordBatch } from '@milena/records'
import { forEachLimited } from '../limited.ts'
import {
  BATCH_HEADER_BYTES,
  asBuffer,
  baseOffsetAt,
  lastOffsetAt,
  magicAt,
  sizeInBytesAt,
} from '../segment/batch-header.ts'
import type { CommitEntry } from './commit-record.ts'
import { decodeCommitFile } from './commit-record.ts'
import { LOG_SUFFIX, PARTITION_METADATA_FILE, offsetFileName } from '../segment/log-files.ts'
import { readTextIfPresent } from '../manager/offset-checkpoint.ts'
import { formatPartitionMetadata, isUnwrittenMetadata, parsePartitionMetadata } from '../manager/partition-metadata.ts'
import { CorruptFileError } from '../storage-error.ts'

export interface CommitReplay {
  readonly fs: FileSystem
  readonly logger: Logger
  readonly commitFiles: readonly string[]
  /** By the partition's name: what lies before is on disk where it belongs. */
  readonly recoveryPoints: ReadonlyMap<string, number>
}

/** Logs that are carried over at a time. */
const CONCURRENCY = 16

/** Entries of one log of one topic, in the order of their offsets. */
interface CommittedLog {
  readonly directory: string
  readonly topicId: string
  readonly entries: readonly CommitEntry[]
}

/**
 * After a stop that was not orderly, before any log is opened: brings what logs had answered for to their own files, and
 * makes those of a new log that did not come to the disk. What is sound in a log's file is left as it is, whatever the
 * commit file says.
 */
export async function replayCommitFiles(o: CommitReplay): Promise<void> {
  const logDir = path.dirname(o.commitFiles[0]!)
  const entries = (await readEntries(o)).filter((entry) => endOffsetOf(entry) > (o.recoveryPoints.get(entry.name) ?? 0))
  const logs = Map.groupBy(entries, ({ name, topicId }) => `${name} ${topicId}`).values()
  let bytes = 0
  let hasNew = false
  await forEachLimited(logs, CONCURRENCY, async (found) => {
    const { name, topicId } = found[0]!
    const log = { directory: path.join(logDir, name), topicId, entries: found }
    const replayed = await replayLog(o, log)
    bytes += replayed.bytes
    hasNew ||= replayed.isNew
  })
  if (hasNew) await o.fs.syncDirectory(logDir)
  if (bytes > 0) o.logger.info('A commit file had what logs lacked', { logDir, bytes })
}

/** By offset, which is the order in which those of one log were written, whichever file they are in. */
async function readEntries({ fs, logger, commitFiles }: CommitReplay): Promise<CommitEntry[]> {
  const contents = await Promise.all(
    commitFiles.map(async (file) => ({ file, content: decodeCommitFile(asBuffer(await fs.readFile(file))) })),
  )
  for (const { file, content } of contents) {
    if (content?.damagedAt === undefined) continue
    const sentence = 'A commit file is damaged: records may be missing that had been acknowledged'
    logger.error(sentence, { file, position: content.damagedAt })
  }
  const entries = contents.flatMap(({ content }) => content?.entries ?? [])
  return entries.filter(({ bytes }) => isWhole(asBuffer(bytes[0]!))).toSorted((a, b) => offsetOf(a) - offsetOf(b))
}

/** For good before anything is written to the logs: what came back would be carried over again. */
export async function removeCommitFiles({ fs, commitFiles }: Pick<CommitReplay, 'fs' | 'commitFiles'>): Promise<void> {
  for (const file of commitFiles) await fs.remove(file)
  await fs.syncDirectory(path.dirname(commitFiles[0]!))
}

/** Returns how many bytes were missing, and whether the log's name in its log folder must be synced. */
async function replayLog(
  o: CommitReplay,
  log: CommittedLog,
): Promise<{ readonly bytes: number; readonly isNew: boolean }> {
  const { fs } = o
  const metadata = path.join(log.directory, PARTITION_METADATA_FILE)
  const written = topicIdIn(await readTextIfPresent(fs, metadata))
  // Deleted since, and another topic's by now.
  if (![log.topicId, 'nothing', 'damage'].includes(written)) return { bytes: 0, isNew: false }
  // Everything of it stands in the commit file: nothing else of it need be there.
  const isNew = log.entries[0]!.position === 0
  const isMade = isNew && !(await hasSegments(fs, log.directory))
  if (isMade) await fs.mkdir(log.directory)
  let bytes = 0
  for (const [baseOffset, entries] of Map.groupBy(log.entries, (entry) => entry.baseOffset)) {
    const segment = path.join(log.directory, offsetFileName(baseOffset, LOG_SUFFIX))
    if (isMade || (await fs.exists(segment))) bytes += await replaySegment(o, segment, entries)
  }
  if (!isNew) return { bytes, isNew }
  // One that is damaged keeps the log from being opened until somebody has looked at it.
  if (written !== 'damage') await writeThrough(fs, metadata, Buffer.from(formatPartitionMetadata(log.topicId)))
  await fs.syncDirectory(log.directory)
  return { bytes, isNew }
}

/** What a `partition.metadata` says. */
function topicIdIn(text: string | undefined): string {
  if (text === undefined || isUnwrittenMetadata(text)) return 'nothing'
  try {
    return parsePartitionMetadata(text)
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error
    return 'damage'
  }
}

async function hasSegments(fs: FileSystem, directory: string): Promise<boolean> {
  return (await fs.exists(directory)) && (await fs.readdir(directory)).some((name) => name.endsWith(LOG_SUFFIX))
}

async function writeThrough(fs: FileSystem, name: string, content: Buffer): Promise<void> {
  await withFile(fs, name, async (file) => {
    await file.writev([content], 0)
    if ((await file.size()) > content.byteLength) await file.truncate(content.byteLength)
    await file.sync()
  })
}

async function withFile<T>(fs: FileSystem, name: string, use: (file: File) => Promise<T>): Promise<T> {
  const file = await fs.open(name, 'create')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** Returns how many bytes were missing. */
function replaySegment(
  { fs, logger }: CommitReplay,
  segment: string,
  entries: readonly CommitEntry[],
): Promise<number> {
  return withFile(fs, segment, async (file) => {
    let bytes = 0
    for (const { position, bytes: parts } of joined(entries)) {
      const { missing, obstacle } = await replayBytes(file, position, Buffer.concat(parts))
      bytes += missing
      if (obstacle === undefined) continue
      logger.warn('What a commit file has does not follow on what is in the log, and is left out', {
        segment,
        obstacle,
      })
      break
    }
    await file.sync()
    return bytes
  })
}

/** With those that follow on each other as one. */
function joined(
  entries: readonly CommitEntry[],
): Iterable<{ readonly position: number; readonly bytes: Uint8Array[] }> {
  const runs: { readonly position: number; end: number; readonly bytes: Uint8Array[] }[] = []
  for (const {
    position,
    bytes: [bytes],
  } of entries) {
    const last = runs.at(-1)
    const end = position + bytes!.byteLength
    if (last?.end !== position) runs.push({ position, end, bytes: [bytes!] })
    else {
      last.bytes.push(bytes!)
      last.end = end
    }
  }
  return runs
}

/** Writes batches where they belong, up to where the log went on in another way since. */
async function replayBytes(
  file: File,
  position: number,
  bytes: Buffer,
): Promise<{ readonly missing: number; readonly obstacle?: string }> {
  if ((await file.size()) < position) return { missing: 0, obstacle: 'the segment ends before it' }
  const present = Buffer.alloc(bytes.byteLength)
  const filled = await file.read(present, position)
  let missing = 0
  let at = 0
  let obstacle: string | undefined
  while (at < bytes.byteLength && obstacle === undefined) {
    const end = at + sizeInBytesAt(bytes, at)
    const isThere = end <= filled && present.compare(bytes, at, end, at, end) === 0
    if (!isThere && isSound(present.subarray(at, filled))) obstacle = 'another batch stands there'
    else {
      if (!isThere) missing += end - at
      at = end
    }
  }
  // Also what is there: if a sync failed before, it may be in the system's memory only, which calls it clean.
  await file.writev([bytes.subarray(0, at)], position)
  return { missing, ...(obstacle === undefined ? {} : { obstacle }) }
}

/** Whether a whole batch stands here. */
function isSound(bytes: Buffer): boolean {
  if (bytes.byteLength < BATCH_HEADER_BYTES || magicAt(bytes, 0) !== 2) return false
  const size = sizeInBytesAt(bytes, 0)
  return size >= BATCH_HEADER_BYTES && size <= bytes.byteLength && RecordBatch.at(bytes, 0).isValidCrc()
}

/** Whether there are sound batches, and nothing else. */
function isWhole(bytes: Buffer): boolean {
  let at = 0
  while (at < bytes.byteLength && isSound(bytes.subarray(at))) at += sizeInBytesAt(bytes, at)
  return at === bytes.byteLength && at > 0
}

function offsetOf({ bytes }: CommitEntry): number {
  return baseOffsetAt(asBuffer(bytes[0]!), 0)
}

function endOffsetOf({ bytes, baseOffset }: CommitEntry): number {
  const buffer = asBuffer(bytes[0]!)
  let end = baseOffset
  for (let at = 0; at < buffer.byteLength; at += sizeInBytesAt(buffer, at)) end = lastOffsetAt(buffer, at) + 1
  return end
}
