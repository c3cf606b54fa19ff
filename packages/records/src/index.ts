export {
  incrementSequence,
  LOG_OVERHEAD,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  RECORD_BATCH_OVERHEAD,
} from './batch-layout.ts'
export type { TimestampType } from './batch-layout.ts'
export { buildBatch } from './batch-builder.ts'
export type { NewBatch, NewRecord } from './batch-builder.ts'
export { describeChange, SECTOR_BYTES } from './changed-batch.ts'
export type { BatchInFile } from './changed-batch.ts'
export { findFlippedBit, isOneBit } from './flipped-bit.ts'
export { compress, decompress } from './compression/codec.ts'
export { compressionById, compressionId, compressionLevels, compressionTypes } from './compression/compression-type.ts'
export type { CompressionType } from './compression/compression-type.ts'
export {
  controlRecordType,
  controlRecordTypes,
  endTransactionMarker,
  parseEndTransactionMarker,
} from './control-record.ts'
export type { ControlRecordType, EndTransactionMarker } from './control-record.ts'
export { crc32c } from './crc32c.ts'
export { deleteHorizonOf, emptyBatchOf, keepRecords } from './keep-records.ts'
export { patchBatch } from './patch-batch.ts'
export { batches, DEFAULT_MAX_DECOMPRESSED_BYTES, RecordBatch, sizeOfBatchAt } from './record-batch.ts'
export { RecordWalker } from './record-walker.ts'
export type { Record, RecordHeader } from './record.ts'
export { RecordsError } from './records-error.ts'
export type { RecordsErrorName } from './records-error.ts'
export { validateProduce } from './validate-produce.ts'
export type {
  AppendOrigin,
  InvalidBatch,
  ProduceValidationOptions,
  RecordError,
  ValidBatch,
} from './produce-validation.ts'
