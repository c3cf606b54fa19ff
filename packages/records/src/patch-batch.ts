import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  CRC_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD,
  MAX_TIMESTAMP_AT,
  PARTITION_LEADER_EPOCH_AT,
} from './batch-layout.ts'
import { readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from './bytes.ts'
import { crc32c } from './crc32c.ts'

/** Changes the header of the batch at `offset` where it lies; computes the CRC anew only where it must. */
export function patchBatch(
  bytes: Uint8Array,
  offset: number,
  changes: {
    readonly baseOffset?: number
    readonly partitionLeaderEpoch?: number
    /** The timestamps are those of the records, and this is the largest. */
    readonly maxTimestamp?: number
    /** The time of all records is this one: when the broker took them. */
    readonly logAppendTime?: number
  },
): void {
  if (changes.baseOffset !== undefined) writeInt64(bytes, offset + BASE_OFFSET_AT, changes.baseOffset)
  if (changes.partitionLeaderEpoch !== undefined) {
    writeInt32(bytes, offset + PARTITION_LEADER_EPOCH_AT, changes.partitionLeaderEpoch)
  }
  const timestamp = changes.logAppendTime ?? changes.maxTimestamp
  if (timestamp === undefined) return
  const before = readInt16(bytes, offset + ATTRIBUTES_AT)
  const attributes =
    changes.logAppendTime === undefined ? before & ~LOG_APPEND_TIME_FLAG : before | LOG_APPEND_TIME_FLAG
  if (attributes === before && timestamp === readInt64(bytes, offset + MAX_TIMESTAMP_AT)) return
  writeInt16(bytes, offset + ATTRIBUTES_AT, attributes)
  writeInt64(bytes, offset + MAX_TIMESTAMP_AT, timestamp)
  writeCrc(bytes, offset)
}

/** Computes the CRC of the batch at `offset` and writes it where it belongs. */
export function writeCrc(bytes: Uint8Array, offset: number): void {
  const end = offset + LOG_OVERHEAD + readInt32(bytes, offset + LENGTH_AT)
  writeInt32(bytes, offset + CRC_AT, crc32c(bytes.subarray(offset + ATTRIBUTES_AT, end)))
}
