import { crc32c } from '@milena/records'
import { ProducerStateEntry, decrementSequence } from './producer-state-entry.ts'
import { CorruptFileError } from '../storage-error.ts'

/**
 * A `.snapshot` file, version 1 (Kafka's ProducerSnapshot schema), big-endian:
 *
 *     version int16 = 1 | crc uint32 (CRC-32C of all that follows) | count int32
 *     count × [ producerId int64 | epoch int16 | lastSequence int32 | lastOffset int64 | offsetDelta int32
 *             | timestamp int64 | coordinatorEpoch int32 | currentTxnFirstOffset int64 ]
 *
 * Only the last batch of a producer is kept; after a restart older repetitions are out of order, as in Kafka.
 * It is written by hand rather than with the schema builder because the CRC covers the bytes behind it.
 */
const VERSION = 1
const CRC_AT = 2
const BODY_AT = 6
const HEADER_BYTES = 10
const ENTRY_BYTES = 46

export function encodeProducerSnapshot(entries: readonly ProducerStateEntry[]): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + entries.length * ENTRY_BYTES)
  bytes.writeInt16BE(VERSION, 0)
  bytes.writeInt32BE(entries.length, BODY_AT)
  let at = HEADER_BYTES
  for (const entry of entries) {
    const last = entry.lastBatch
    bytes.writeBigInt64BE(BigInt(entry.producerId), at)
    bytes.writeInt16BE(entry.producerEpoch, at + 8)
    bytes.writeInt32BE(entry.lastSequence, at + 10)
    bytes.writeBigInt64BE(BigInt(entry.lastOffset), at + 14)
    bytes.writeInt32BE(last === undefined ? 0 : last.lastOffset - last.firstOffset, at + 22)
    bytes.writeBigInt64BE(BigInt(entry.lastTimestamp), at + 26)
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34)
    bytes.writeBigInt64BE(BigInt(entry.currentTxnFirstOffset ?? -1), at + 38)
    at += ENTRY_BYTES
  }
  bytes.writeUInt32BE(crc32c(bytes.subarray(BODY_AT)), CRC_AT)
  return bytes
}

/** Throws {@link CorruptFileError} for a file that is cut, of another version or damaged. */
export function decodeProducerSnapshot(file: Uint8Array): ProducerStateEntry[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.byteLength < HEADER_BYTES) throw new CorruptFileError(`snapshot of ${bytes.byteLength} bytes`)
  const version = bytes.readInt16BE(0)
  if (version !== VERSION) throw new CorruptFileError(`snapshot of version ${version}`)
  const crc = crc32c(bytes.subarray(BODY_AT))
  if (crc !== bytes.readUInt32BE(CRC_AT)) throw new CorruptFileError('snapshot whose CRC does not match its content')
  const count = bytes.readInt32BE(BODY_AT)
  if (bytes.byteLength !== HEADER_BYTES + count * ENTRY_BYTES) {
    throw new CorruptFileError(`snapshot of ${bytes.byteLength} bytes that says it has ${count} entries`)
  }
  return Array.from({ length: count }, (_, index) => decodeEntry(bytes, HEADER_BYTES + index * ENTRY_BYTES))
}

function decodeEntry(bytes: Buffer, at: number): ProducerStateEntry {
  const producerEpoch = bytes.readInt16BE(at + 8)
  const lastSequence = bytes.readInt32BE(at + 10)
  const lastOffset = Number(bytes.readBigInt64BE(at + 14))
  const offsetDelta = bytes.readInt32BE(at + 22)
  const timestamp = Number(bytes.readBigInt64BE(at + 26))
  const currentTxnFirstOffset = Number(bytes.readBigInt64BE(at + 38))
  const entry = new ProducerStateEntry({
    producerId: Number(bytes.readBigInt64BE(at)),
    producerEpoch,
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    lastTimestamp: timestamp,
    ...(currentTxnFirstOffset >= 0 ? { currentTxnFirstOffset } : {}),
  })
  if (lastOffset >= 0) {
    entry.add(producerEpoch, {
      firstSequence: decrementSequence(lastSequence, offsetDelta),
      lastSequence,
      firstOffset: lastOffset - offsetDelta,
      lastOffset,
      timestamp,
    })
  }
  return entry
}
