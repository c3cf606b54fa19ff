import { CorruptFileError } from '../storage-error.ts'

/** A transaction that was aborted: whose records between the two offsets readers of what is committed pass over. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Of the marker. */
  readonly lastOffset: number
  /** Of the log at that moment: no transaction that ends later in the log begins before it. */
  readonly lastStableOffset: number
}

/**
 * An entry of a `.txnindex` file, version 0 (Kafka's AbortedTxn), big-endian:
 *
 *     version int16 = 0 | producerId int64 | firstOffset int64 | lastOffset int64 | lastStableOffset int64
 */
export const ABORTED_TRANSACTION_BYTES = 34
const VERSION = 0

export function encodeAbortedTransactions(transactions: readonly AbortedTransaction[]): Buffer {
  const bytes = Buffer.alloc(transactions.length * ABORTED_TRANSACTION_BYTES)
  for (const [index, transaction] of transactions.entries()) {
    const at = index * ABORTED_TRANSACTION_BYTES
    bytes.writeInt16BE(VERSION, at)
    bytes.writeBigInt64BE(BigInt(transaction.producerId), at + 2)
    bytes.writeBigInt64BE(BigInt(transaction.firstOffset), at + 10)
    bytes.writeBigInt64BE(BigInt(transaction.lastOffset), at + 18)
    bytes.writeBigInt64BE(BigInt(transaction.lastStableOffset), at + 26)
  }
  return bytes
}

/** Throws {@link CorruptFileError} for a file that is cut, of another version, or holds what is before `baseOffset`. */
export function decodeAbortedTransactions(file: Uint8Array, baseOffset = 0): AbortedTransaction[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.byteLength % ABORTED_TRANSACTION_BYTES !== 0) {
    throw new CorruptFileError(`transaction index of ${bytes.byteLength} bytes`)
  }
  return Array.from({ length: bytes.byteLength / ABORTED_TRANSACTION_BYTES }, (_, index) => {
    const at = index * ABORTED_TRANSACTION_BYTES
    const version = bytes.readInt16BE(at)
    const lastOffset = Number(bytes.readBigInt64BE(at + 18))
    // As in Kafka, a later version is read as far as this one knows it.
    if (version < VERSION) throw new CorruptFileError(`aborted transaction of version ${version}`)
    if (lastOffset < baseOffset) {
      throw new CorruptFileError(`aborted transaction that ends at ${lastOffset}, in the segment of ${baseOffset}`)
    }
    return {
      producerId: Number(bytes.readBigInt64BE(at + 2)),
      firstOffset: Number(bytes.readBigInt64BE(at + 10)),
      lastOffset,
      lastStableOffset: Number(bytes.readBigInt64BE(at + 26)),
    }
  })
}
