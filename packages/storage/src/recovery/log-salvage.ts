import type { FileSystem } from '@milena/runtime'
import type { CommitEntry } from '../commit/commit-record.ts'
import type { LogSegment } from '../segment/log-segment.ts'
import type { LogTail } from '../log/tail-cache.ts'

const CHUNK_BYTES = 1_048_576

export interface LogRemains {
  readonly fs: FileSystem
  readonly directory: string
  /** Those that hold anything behind `flushedOffset`, oldest first. */
  readonly segments: readonly LogSegment[]
  /** Everything before is surely on disk. */
  readonly flushedOffset: number
  /** What memory still has of the log's end. */
  readonly tail: LogTail
  /** A sync failed: the system may have forgotten what it could not write, and calls it clean. */
  readonly syncFailed: boolean
  /** What a commit file has of what lies behind `flushedOffset`: it was answered for. */
  readonly committed: () => Promise<readonly CommitEntry[]>
}

/**
 * Brings a log that failed to disk, as far as it was written, so that it can be opened anew from there. What a write
 * left behind that broke off is cut off. After a failed sync everything that was not on disk is written once more, from
 * memory where memory has it, or the commit file, else as it can be read: only what was written again is surely synced by the next sync, and
 * whether what was read is still what was written, the recovery tells by the checksums. May be called again if it fails.
 */
export async function salvageLog(log: LogRemains): Promise<void> {
  const { fs, directory, segments, flushedOffset } = log
  const remains = segments.filter(({ writtenBytes }) => writtenBytes > 0)
  for (const segment of segments) await segment.cutUnwritten()
  const [first] = remains
  for (const segment of remains) {
    if (!log.syncFailed && !segment.isDoubtful) continue
    segment.trust()
    const from = segment === first ? await segment.lookup(flushedOffset) : 0
    await rewriteAsRead(segment, from)
    segment.needsSync = true
  }
  if (log.syncFailed) {
    if (log.tail.startOffset > flushedOffset) await rewriteCommitted(remains, await log.committed())
    await rewriteFromMemory(remains, log.tail, flushedOffset)
  }
  for (const segment of remains) await segment.sync()
  await fs.syncDirectory(directory)
}

async function rewriteAsRead(segment: LogSegment, from: number): Promise<void> {
  for (let position = from; position < segment.writtenBytes;) {
    const target = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, segment.writtenBytes - position))
    const filled = await segment.read(target, position)
    if (filled === 0) return
    await segment.rewrite(target.subarray(0, filled), position)
    position += filled
  }
}

async function rewriteCommitted(segments: readonly LogSegment[], entries: readonly CommitEntry[]): Promise<void> {
  for (const { baseOffset, position, bytes } of entries) {
    const segment = segments.find((each) => each.baseOffset === baseOffset)
    const whole = Buffer.concat(bytes)
    if (segment !== undefined && position + whole.byteLength <= segment.writtenBytes)
      await segment.rewrite(whole, position)
  }
}

/** The cache holds an unbroken run up to the log's end: each entry ends where the one behind it begins. */
async function rewriteFromMemory(segments: readonly LogSegment[], tail: LogTail, flushedOffset: number): Promise<void> {
  const ends = new Map(segments.map((segment) => [segment, segment.writtenBytes]))
  for (const entry of tail.backwards()) {
    if (entry.nextOffset <= flushedOffset) return
    const segment = segments.findLast(({ baseOffset }) => baseOffset <= entry.baseOffset)
    if (segment === undefined) return
    const position = ends.get(segment)! - entry.bytes.byteLength
    await segment.rewrite(entry.bytes, position)
    ends.set(segment, position)
  }
}
