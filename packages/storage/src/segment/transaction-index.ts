import path from 'node:path'
import { hasErrorCode } from '@milena/runtime'
import type { FileSystem } from '@milena/runtime'
import type { AbortedTransaction } from './aborted-transaction.ts'
import {
  ABORTED_TRANSACTION_BYTES,
  decodeAbortedTransactions,
  encodeAbortedTransactions,
} from './aborted-transaction.ts'
import type { FilePool } from './file-pool.ts'

/** The segment, as its transaction index sees it. */
export interface TransactionIndexedSegment {
  readonly baseOffset: number
  readonly transactionIndexPath: string
}

/**
 * The aborted transactions whose markers are in one segment (Kafka's TransactionIndex), in the order of the markers.
 * Most segments have none, and no file. New entries live in memory and reach the file when the segment rolls or the log
 * is closed; after a crash those behind the last producer snapshot are made again from the log.
 */
export class TransactionIndex {
  readonly #segment: TransactionIndexedSegment
  readonly #context: { readonly fs: FileSystem; readonly files: FilePool }
  /** Undefined while what is in the file has not been read. */
  #entries: AbortedTransaction[] | undefined
  /** Entries that the file holds; what comes behind them in it is cut off by the next write. */
  #persistedCount: number
  #mustTruncateFile: boolean
  /** The file's entry in the folder is not known to survive a loss of power. */
  #mayBeNew: boolean
  /** What was added since the file was written. */
  #added: AbortedTransaction[] = []
  #loading: Promise<readonly AbortedTransaction[]> | undefined

  constructor(
    segment: TransactionIndexedSegment,
    context: { readonly fs: FileSystem; readonly files: FilePool },
    sizeInBytes: number,
  ) {
    this.#segment = segment
    this.#context = context
    this.#persistedCount = Math.floor(sizeInBytes / ABORTED_TRANSACTION_BYTES)
    // A torn entry at the end is no entry, and nothing may be written behind it.
    this.#mustTruncateFile = sizeInBytes % ABORTED_TRANSACTION_BYTES !== 0
    this.#mayBeNew = sizeInBytes === 0
    if (this.#persistedCount === 0) this.#entries = []
  }

  /** Bytes of the file that are entries. */
  get persistedBytes(): number {
    return this.#persistedCount * ABORTED_TRANSACTION_BYTES
  }

  /** Known without reading the file: nothing was aborted in this segment. */
  get isEmpty(): boolean {
    return this.#entries?.length === 0
  }

  /** Notes a transaction whose marker was just appended. The file's entries are read when they are asked for. */
  add(transaction: AbortedTransaction): void {
    this.#added.push(transaction)
    if (this.#entries !== undefined) this.#entries.push(transaction)
  }

  /** All entries, in order. Throws CorruptFileError when the file is none. */
  async load(): Promise<readonly AbortedTransaction[]> {
    if (this.#entries !== undefined) return this.#entries
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #read(): Promise<readonly AbortedTransaction[]> {
    const persisted = decodeAbortedTransactions(await this.#readFile(), this.#segment.baseOffset)
    // Entries may have been added meanwhile.
    this.#entries = [...persisted, ...this.#added]
    return this.#entries
  }

  async #readFile(): Promise<Uint8Array> {
    try {
      const bytes = await this.#context.fs.readFile(this.#segment.transactionIndexPath)
      return bytes.subarray(0, this.#persistedCount * ABORTED_TRANSACTION_BYTES)
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return new Uint8Array(0)
      throw error
    }
  }

  /** Forgets transactions whose marker is at or behind `offset`. */
  async truncateTo(offset: number): Promise<void> {
    const entries = await this.load()
    this.replace(entries.filter(({ lastOffset }) => lastOffset < offset))
  }

  /** Takes the place of all that was known with entries made again from the log. */
  replace(entries: readonly AbortedTransaction[]): void {
    const before = this.#entries
    const isSame = before !== undefined && before.length === entries.length && this.#added.length === 0
    this.#entries = [...entries]
    if (isSame) return
    this.#added = [...entries]
    this.#mustTruncateFile ||= this.#persistedCount > 0
    this.#persistedCount = 0
  }

  /** Writes to the file what it lacks, durably: a recovery does not make again what lies behind the recovery point. */
  async persist(): Promise<void> {
    if (this.#added.length === 0 && !this.#mustTruncateFile) return
    // What is in the file is read before it changes, not while it does.
    await this.load()
    const added = this.#added
    const from = this.#persistedCount
    const position = from * ABORTED_TRANSACTION_BYTES
    const bytes = encodeAbortedTransactions(added)
    await this.#context.files.write(this.#segment.transactionIndexPath, async (file) => {
      if (bytes.byteLength > 0) await file.writev([bytes], position)
      if (this.#mustTruncateFile) await file.truncate(position + bytes.byteLength)
      await file.sync()
    })
    if (this.#mayBeNew) await this.#context.fs.syncDirectory(path.dirname(this.#segment.transactionIndexPath))
    this.#mayBeNew = false
    this.#mustTruncateFile = false
    this.#persistedCount = from + added.length
    // More may have been added while the file was written.
    this.#added = this.#added.slice(added.length)
  }
}
