// A record batch, magic 2 (Kafka's DefaultRecordBatch), big-endian:
//
//    0 base offset (8)        17 CRC-32C of all that follows (4)   35 max timestamp (8)
//    8 length (4)             21 attributes (2)                    43 producer id (8)
//   12 leader epoch (4)       23 last offset delta (4)             51 producer epoch (2)
//   16 magic (1)              27 base timestamp (8)                53 base sequence (4)
//                                                                  57 records count (4)
//   61 records, compressed as a whole
//
//   attributes: 0-2 codec | 3 timestamp type | 4 transactional | 5 control | 6 base timestamp is a delete horizon

export const BASE_OFFSET_AT = 0
export const LENGTH_AT = 8
export const PARTITION_LEADER_EPOCH_AT = 12
export const MAGIC_AT = 16
export const CRC_AT = 17
export const ATTRIBUTES_AT = 21
export const LAST_OFFSET_DELTA_AT = 23
export const BASE_TIMESTAMP_AT = 27
export const MAX_TIMESTAMP_AT = 35
export const PRODUCER_ID_AT = 43
export const PRODUCER_EPOCH_AT = 51
export const BASE_SEQUENCE_AT = 53
export const RECORDS_COUNT_AT = 57
export const RECORDS_AT = 61

/** The bytes of a batch before its records. */
export const RECORD_BATCH_OVERHEAD = RECORDS_AT
/** The base offset and the length: what the length does not count. */
export const LOG_OVERHEAD = 12

export const MAGIC = 2

export const COMPRESSION_MASK = 0x07
export const LOG_APPEND_TIME_FLAG = 0x08
export const TRANSACTIONAL_FLAG = 0x10
export const CONTROL_FLAG = 0x20
export const DELETE_HORIZON_FLAG = 0x40

/** Stand for "none" in their fields. */
export const NO_TIMESTAMP = -1
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_PARTITION_LEADER_EPOCH = -1

/** What a timestamp of a record means: when it was made, or when the broker took it. */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** Sequence numbers go round: after 2^31 - 1 comes 0. */
export function incrementSequence(sequence: number, increment: number): number {
  return (sequence + increment) % 2 ** 31
}
