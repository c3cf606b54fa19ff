import { TimeIndex } from '@milena/storage'
import type { DumpContext, DumpedFile } from './dump-context.ts'
import { recordsOf } from './dump-batches.ts'
import { asBuffer, corruptIndex, indexContent, readOffsetIndex, type DumpIndexOptions } from './dump-offset-index.ts'
import { fileBatches, type FileBatch } from './file-batches.ts'
import { baseOffsetOf } from './file-names.ts'
import { openedFile, siblingOf, type OpenedFile } from './opened-file.ts'

const NO_TIMESTAMP = -1

/** A `.timeindex`: each entry must name the last offset and the youngest record of a batch, and timestamps must rise. */
export async function dumpTimeIndex(
  context: DumpContext,
  file: DumpedFile,
  { sanityOnly, verifyOnly }: DumpIndexOptions,
): Promise<void> {
  const { fs, out, findings } = context
  const baseOffset = baseOffsetOf(file)
  await using log = await openedFile(fs, siblingOf(file, '.log'))
  const offsets = (await readOffsetIndex(context, siblingOf(file, '.index'), baseOffset)).index
  const bytes = asBuffer(await indexContent(fs, file))
  const index = new TimeIndex(baseOffset, Math.floor(bytes.length / TimeIndex.entryBytes))
  index.entries.load(bytes)
  if (sanityOnly) {
    checkSanity(file, index, bytes.length)
    out.line(`${file.shown} passed sanity check.`)
    return
  }
  const logBytes = await log.file.size()
  let previous = NO_TIMESTAMP
  for (let at = 0; at < index.count; at++) {
    const { timestamp, offset } = index.entry(at)
    // Behind a crash there may be zeros: they say nothing more.
    if (offset === baseOffset && at > 0) return
    const found = await firstBatchTo(log, offset, offsets.lookup(offset).position, logBytes)
    if (found?.batch.lastOffset !== offset) {
      findings.notFound(file.absolute, offset, found?.batch.lastOffset ?? -1)
    } else {
      const youngest = youngestOf(found)
      if (youngest !== timestamp) findings.timestampMismatch(file.absolute, timestamp, youngest)
      if (previous >= timestamp) findings.outOfOrder(file.absolute, timestamp, previous)
    }
    if (!verifyOnly) out.line(`timestamp: ${timestamp} offset: ${offset}`)
    previous = timestamp
    await out.breathe()
  }
}

/** The first batch from a position on that reaches to the offset. */
async function firstBatchTo(
  { file }: OpenedFile,
  offset: number,
  position: number,
  logBytes: number,
): Promise<FileBatch | undefined> {
  for await (const found of fileBatches(file, position, logBytes)) if (found.batch.lastOffset >= offset) return found
  return undefined
}

function youngestOf(found: FileBatch): number {
  let youngest = NO_TIMESTAMP
  for (const { timestamp } of recordsOf(found)) youngest = Math.max(youngest, timestamp)
  return youngest
}

function checkSanity(file: DumpedFile, index: TimeIndex, length: number): void {
  const what = `Corrupt time index found, time index file (${file.absolute}) has non-zero size but the last`
  if (index.count > 0) {
    const [first, last] = [index.entry(0), index.entry(index.count - 1)]
    if (last.timestamp < first.timestamp) {
      throw corruptIndex(
        `${what} timestamp is ${last.timestamp} which is less than the first timestamp ${first.timestamp}`,
      )
    }
    if (last.offset < index.baseOffset) {
      throw corruptIndex(`${what} offset is ${last.offset} which is less than the first offset ${index.baseOffset}`)
    }
  }
  if (length % TimeIndex.entryBytes !== 0) {
    throw corruptIndex(
      `Time index file ${file.absolute} is corrupt, found ${length} bytes which is neither positive nor a multiple of ${TimeIndex.entryBytes}`,
    )
  }
}
