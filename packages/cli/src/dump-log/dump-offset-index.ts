import { OffsetIndex } from '@milena/storage'
import type { DumpContext, DumpedFile } from './dump-context.ts'
import { fileBatches } from './file-batches.ts'
import { baseOffsetOf } from './file-names.ts'
import { UncaughtException } from './java-exception.ts'
import { fileContent, openedFile, siblingOf, type OpenedFile } from './opened-file.ts'

export interface DumpIndexOptions {
  /** Only the check that a broker makes at its start. */
  readonly sanityOnly: boolean
  /** Say what is wrong, and not what there is. */
  readonly verifyOnly: boolean
  /** The largest batch that an entry may point at. */
  readonly maxMessageSize: number
}

/** A `.index`: each entry must point at the batch that ends with its offset. */
export async function dumpOffsetIndex(
  context: DumpContext,
  file: DumpedFile,
  options: DumpIndexOptions,
): Promise<void> {
  const { fs, out, findings } = context
  const baseOffset = baseOffsetOf(file)
  await using log = await openedFile(fs, siblingOf(file, '.log'))
  const { index, length } = await readOffsetIndex(context, file, baseOffset)
  if (index.count === 0) {
    out.line(`${file.shown} is empty.`)
    return
  }
  if (options.sanityOnly) {
    checkSanity(file, index, length)
    out.line(`${file.shown} passed sanity check.`)
    return
  }
  const logBytes = await log.file.size()
  for (let at = 0; at < index.count; at++) {
    const { offset, position } = index.entry(at)
    // Behind a crash there may be zeros: they say nothing more.
    if (offset === baseOffset && at > 0) return
    const lastOffset = await lastOffsetOfBatchAt(log, position, logBytes, options.maxMessageSize)
    if (lastOffset !== offset) findings.indexMismatch(file.absolute, offset, lastOffset)
    if (!options.verifyOnly) out.line(`offset: ${offset} position: ${position}`)
    await out.breathe()
  }
}

export async function readOffsetIndex(
  { fs }: DumpContext,
  file: DumpedFile,
  baseOffset: number,
): Promise<{ readonly index: OffsetIndex; readonly length: number }> {
  const bytes = asBuffer(await indexContent(fs, file))
  const index = new OffsetIndex(baseOffset, Math.floor(bytes.length / OffsetIndex.entryBytes))
  index.entries.load(bytes)
  return { index, length: bytes.length }
}

/** Kafka's tool would make an index that is not there, and fails because it does not know how large it shall be. */
export async function indexContent(fs: DumpContext['fs'], file: DumpedFile): Promise<Uint8Array> {
  if (await fs.exists(file.absolute)) return fileContent(fs, file)
  throw new UncaughtException('java.lang.IllegalArgumentException', 'Invalid max index size: -1')
}

export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

async function lastOffsetOfBatchAt(
  { file }: OpenedFile,
  position: number,
  logBytes: number,
  maxMessageSize: number,
): Promise<number> {
  if (position < 0 || position > logBytes) {
    throw new UncaughtException(
      'java.lang.IllegalArgumentException',
      position < 0
        ? `Invalid position: ${position} in read from ${file.path}`
        : `Slice from position ${position} exceeds end position of ${file.path}`,
    )
  }
  for await (const { batch } of fileBatches(file, position, Math.min(logBytes, position + maxMessageSize))) {
    return batch.lastOffset
  }
  throw new UncaughtException('java.util.NoSuchElementException', `no batch at position ${position} of ${file.path}`)
}

function checkSanity(file: DumpedFile, index: OffsetIndex, length: number): void {
  const { offset } = index.entry(index.count - 1)
  if (offset < index.baseOffset) {
    throw corruptIndex(
      `Corrupt index found, index file ${file.absolute} has non-zero size but the last offset is ${offset} which is less than the base offset ${index.baseOffset}`,
    )
  }
  if (length % OffsetIndex.entryBytes !== 0) {
    throw corruptIndex(
      `Index file ${file.absolute} is corrupt, found ${length} bytes which is neither positive nor a multiple of ${OffsetIndex.entryBytes}`,
    )
  }
}

export const corruptIndex = (message: string): UncaughtException =>
  new UncaughtException('org.apache.kafka.storage.internals.log.CorruptIndexException', message)
