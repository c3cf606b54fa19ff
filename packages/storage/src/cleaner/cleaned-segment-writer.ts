import path from 'node:path'
import type { File, FileSystem } from '@milena/runtime'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import { encodeAbortedTransactions } from '../segment/aborted-transaction.ts'
import { lastOffsetAt, maxTimestampAt } from '../segment/batch-header.ts'
import type { IndexLimits } from '../segment/index-builder.ts'
import { IndexBuilder } from '../segment/index-builder.ts'
import {
  CLEANED_SUFFIX,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
  offsetFileName,
} from '../segment/log-files.ts'
import type { CleanedSegment } from './cleaning-job.ts'
import { discardCleaned } from './segment-swap.ts'

const SYNC_BYTES = 8 * 1_048_576

/** Writes a segment that shall take the place of others, with its indexes, in files that carry `.cleaned`. */
export class CleanedSegmentWriter {
  readonly #fs: FileSystem
  readonly #directory: string
  readonly #baseOffset: number
  readonly #limits: IndexLimits
  readonly #indexes: IndexBuilder
  readonly #aborted: AbortedTransaction[] = []
  #file: File | undefined
  #pending: Uint8Array[] = []
  /** What is in the file, and what waits for it. */
  #writtenBytes = 0
  #sizeInBytes = 0
  #syncedBytes = 0
  #nextOffset: number

  private constructor(o: {
    readonly fs: FileSystem
    readonly directory: string
    readonly baseOffset: number
    readonly limits: IndexLimits
  }) {
    this.#fs = o.fs
    this.#directory = o.directory
    this.#baseOffset = o.baseOffset
    this.#limits = o.limits
    this.#indexes = new IndexBuilder(o.baseOffset)
    this.#nextOffset = o.baseOffset
  }

  /** Begins with empty files; what an earlier attempt left goes. */
  static async open(o: {
    readonly fs: FileSystem
    readonly directory: string
    readonly baseOffset: number
    readonly limits: IndexLimits
  }): Promise<CleanedSegmentWriter> {
    const writer = new CleanedSegmentWriter(o)
    await writer.discard()
    writer.#file = await o.fs.open(writer.#path(LOG_SUFFIX), 'create')
    return writer
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes
  }

  /** Adds a batch behind those before; its bytes must stay as they are until {@link flush}. */
  add(bytes: Buffer): void {
    const [lastOffset, maxTimestamp] = [lastOffsetAt(bytes, 0), maxTimestampAt(bytes, 0)]
    const batch = { position: this.#sizeInBytes, sizeInBytes: bytes.length, lastOffset, maxTimestamp }
    this.#indexes.add(batch, this.#limits)
    this.#pending.push(bytes)
    this.#sizeInBytes += bytes.length
    this.#nextOffset = lastOffset + 1
  }

  /** Notes an aborted transaction of which readers of this segment must know. */
  addAborted(transaction: AbortedTransaction): void {
    this.#aborted.push(transaction)
  }

  /** Writes what was added; returns how many bytes that was. */
  async flush(): Promise<number> {
    const bytes = this.#sizeInBytes - this.#writtenBytes
    if (bytes === 0) return 0
    await this.#file!.writev(this.#pending, this.#writtenBytes)
    this.#writtenBytes = this.#sizeInBytes
    this.#pending = []
    await this.#syncFromTimeToTime()
    return bytes
  }

  /** A disk that is given a whole segment at once to sync holds up everybody else's syncs. */
  async #syncFromTimeToTime(): Promise<void> {
    if (this.#writtenBytes - this.#syncedBytes < SYNC_BYTES) return
    await this.#file!.sync()
    this.#syncedBytes = this.#writtenBytes
  }

  /** Brings everything to disk: what is swapped in must survive what it takes the place of. */
  async finish(replaced: readonly number[]): Promise<CleanedSegment> {
    await this.flush()
    await this.#file!.sync()
    await this.#close()
    const { offsetIndex, timeIndex } = this.#indexes
    this.#indexes.appendTimeEntry()
    await this.#writeFile(INDEX_SUFFIX, offsetIndex.entries.copy(0, offsetIndex.count))
    await this.#writeFile(TIME_INDEX_SUFFIX, timeIndex.entries.copy(0, timeIndex.count))
    const aborted = encodeAbortedTransactions(this.#aborted)
    if (aborted.length > 0) await this.#writeFile(TXN_INDEX_SUFFIX, aborted)
    return {
      baseOffset: this.#baseOffset,
      sizeInBytes: this.#sizeInBytes,
      offsetIndexEntries: offsetIndex.count,
      timeIndexEntries: timeIndex.count,
      transactionIndexBytes: aborted.length,
      nextOffset: this.#nextOffset,
      replaced,
    }
  }

  /** Removes what was written, and what an earlier attempt left. */
  async discard(): Promise<void> {
    await this.#close()
    await discardCleaned({ fs: this.#fs, directory: this.#directory }, this.#baseOffset)
  }

  async #writeFile(suffix: string, content: Uint8Array): Promise<void> {
    const file = await this.#fs.open(this.#path(suffix), 'create')
    try {
      if (content.length > 0) await file.writev([content], 0)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  async #close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  #path(kind: string): string {
    return path.join(this.#directory, offsetFileName(this.#baseOffset, kind) + CLEANED_SUFFIX)
  }
}
