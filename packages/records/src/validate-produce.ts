import { Errors } from '@milena/protocol/messages'
import {
  COMPRESSION_MASK,
  LENGTH_AT,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_AT,
  NO_TIMESTAMP,
  RECORD_BATCH_OVERHEAD,
} from './batch-layout.ts'
import { readInt32 } from './bytes.ts'
import { decompress } from './compression/codec.ts'
import { compressionById } from './compression/compression-type.ts'
import type { CompressionType } from './compression/compression-type.ts'
import { patchBatch } from './patch-batch.ts'
import type { InvalidBatch, ProduceValidationOptions, ValidBatch } from './produce-validation.ts'
import { rebuildBatch } from './rebuild-batch.ts'
import { checkRecords } from './record-checks.ts'
import type { RecordsSummary } from './record-checks.ts'
import { DEFAULT_MAX_DECOMPRESSED_BYTES, RecordBatch } from './record-batch.ts'
import { RecordsError } from './records-error.ts'

/**
 * Validates the bytes that a partition's leader was sent, as Kafka's ProduceRequest, UnifiedLog and LogValidator
 * do and in their order, assigns offsets, leader epoch and times, and compresses anew where the topic wants
 * another codec. Changes `bytes` in place, but only when all of them are right. Never throws for what the bytes
 * hold, makes no object for a record, and allocates nothing but what decompressing needs, within its limit.
 *
 * What follows the batch without being whole is cut off, as Kafka does. Other than Kafka it refuses compressed
 * records whose length is not that of their parts, which no reader could read.
 */
export function validateProduce(bytes: Uint8Array, options: ProduceValidationOptions): ValidBatch | InvalidBatch {
  try {
    const batch = singleBatch(bytes, options)
    checkHeader(batch, options)
    return acceptRecords(batch, options)
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    return { ok: false, error: error.error, message: error.message, recordErrors: [] }
  }
}

function invalid(message: string): RecordsError {
  return new RecordsError('INVALID_RECORD', message)
}

function corrupt(message: string): RecordsError {
  return new RecordsError('CORRUPT_MESSAGE', message)
}

/**
 * What Kafka has no error for. It answers UNKNOWN_SERVER_ERROR, and rightly no CORRUPT_MESSAGE: that one says
 * that the bytes suffered on the way, and clients send them again.
 */
function unanswerable(message: string): RecordsError {
  return new RecordsError('UNKNOWN_SERVER_ERROR', message)
}

/** The smallest record set of the oldest format, whose size Kafka looks for before it knows the format. */
const SMALLEST_LENGTH = 14

/** Where the batch at `at` ends; `undefined` when it is not whole. */
function endOfBatch(bytes: Uint8Array, at: number): number | undefined {
  const remaining = bytes.length - at
  if (remaining < LOG_OVERHEAD) return undefined
  const length = readInt32(bytes, at + LENGTH_AT)
  if (length < SMALLEST_LENGTH) throw corrupt(`a batch cannot have the length ${length}`)
  if (remaining <= MAGIC_AT) return undefined
  const magic = bytes[at + MAGIC_AT]!
  if (magic > MAGIC) throw corrupt(`there is no magic ${magic}`)
  return LOG_OVERHEAD + length > remaining ? undefined : at + LOG_OVERHEAD + length
}

function singleBatch(bytes: Uint8Array, options: ProduceValidationOptions): RecordBatch {
  const end = endOfBatch(bytes, 0)
  if (end === undefined) throw invalid('there is no whole record batch')
  if (bytes[MAGIC_AT] !== MAGIC) throw invalid(`only batches of magic ${MAGIC} are taken`)
  if (end < RECORD_BATCH_OVERHEAD) throw corrupt(`a batch of ${end} bytes is smaller than its header`)
  const batch = RecordBatch.at(bytes)
  if (options.requestVersion !== undefined && options.requestVersion < 7 && codecOf(batch) === 'zstd') {
    throw new RecordsError('UNSUPPORTED_COMPRESSION_TYPE', 'zstd may be used in Produce requests from version 7 on')
  }
  if (endOfBatch(bytes, end) !== undefined) throw invalid('there is more than one record batch')
  return batch
}

/** What the header says by itself, and the CRC. */
function checkHeader(batch: RecordBatch, options: ProduceValidationOptions): void {
  const fromClient = options.origin === 'client'
  if (fromClient && batch.baseOffset !== 0) throw invalid(`the base offset is ${batch.baseOffset} and not 0`)
  refuseIfTooLarge(batch.sizeInBytes, options)
  if (!batch.isValidCrc()) throw corrupt(`the records do not give the checksum ${batch.crc}`)
  // An unknown codec is refused before what the header says of the records.
  codecOf(batch)
  if (!fromClient) return
  const { lastOffsetDelta, recordsCount } = batch
  if (lastOffsetDelta < 0) throw invalid(`the last offset delta is ${lastOffsetDelta}`)
  if (recordsCount <= 0) throw invalid(`the number of records is ${recordsCount}`)
  if (lastOffsetDelta + 1 !== recordsCount) {
    throw invalid(`${recordsCount} records do not have ${lastOffsetDelta + 1} offsets`)
  }
  if (batch.isControl) throw invalid('clients may not write control records')
  if (batch.producerId > -1 && batch.baseSequence < 0) {
    throw invalid(`producer ${batch.producerId} sent the sequence number ${batch.baseSequence}`)
  }
}

function refuseIfTooLarge(sizeInBytes: number, { maxMessageBytes }: ProduceValidationOptions): void {
  if (sizeInBytes <= maxMessageBytes) return
  throw new RecordsError('MESSAGE_TOO_LARGE', `a batch of ${sizeInBytes} bytes exceeds the limit of ${maxMessageBytes}`)
}

/** The records themselves; then, and only then, the batch is changed. */
function acceptRecords(batch: RecordBatch, options: ProduceValidationOptions): ValidBatch | InvalidBatch {
  const source = codecOf(batch)
  const target = targetCompression(batch, source, options)
  const payload = decompressedPayload(batch, source, options)
  const summary = checkRecords(batch, payload, options)
  if (summary.recordErrorsCount > 0) return refusal(summary)

  // Offset deltas that are not 0, 1, 2 and so on: Kafka leaves them as they are in a batch that is not
  // compressed, makes them right where it changes the codec, and fails in its code where it would not.
  const recompressed = source !== target
  if (!recompressed && source !== 'none' && !summary.consecutive) {
    throw unanswerable('the offset deltas of the compressed records do not count from 0')
  }
  const isLogAppendTime = options.timestampType === 'LogAppendTime'
  const maxTimestamp = isLogAppendTime ? options.nowMs : summary.maxTimestamp
  const result = recompressed
    ? rebuildBatch(batch, payload, {
        compression: target,
        ...(options.compressionLevel === undefined ? {} : { compressionLevel: options.compressionLevel }),
        consecutive: summary.consecutive,
        maxTimestamp,
      })
    : batch.bytes
  if (recompressed) refuseIfTooLarge(result.length, options)

  const lastOffset = options.nextOffset + batch.recordsCount - 1
  const ready = RecordBatch.at(result)
  patchBatch(result, 0, {
    baseOffset: lastOffset - ready.lastOffsetDelta,
    partitionLeaderEpoch: options.leaderEpoch,
    ...(isLogAppendTime ? { logAppendTime: maxTimestamp } : { maxTimestamp }),
  })
  return {
    ok: true,
    bytes: result,
    firstOffset: options.nextOffset,
    lastOffset,
    recordsCount: ready.recordsCount,
    maxTimestamp,
    offsetOfMaxTimestamp: maxTimestamp === NO_TIMESTAMP ? -1 : lastOffset,
    logAppendTimeMs: isLogAppendTime ? options.nowMs : NO_TIMESTAMP,
    compression: target,
    recompressed,
    producerId: ready.producerId,
    producerEpoch: ready.producerEpoch,
    baseSequence: ready.baseSequence,
    lastSequence: ready.lastSequence,
    isTransactional: ready.isTransactional,
    isControl: ready.isControl,
  }
}

function codecOf(batch: RecordBatch): CompressionType {
  const id = batch.attributes & COMPRESSION_MASK
  const type = compressionById(id)
  if (type === undefined) throw unanswerable(`there is no compression type ${id}`)
  return type
}

function decompressedPayload(
  batch: RecordBatch,
  source: CompressionType,
  options: ProduceValidationOptions,
): Uint8Array {
  if (source === 'none') return batch.payload
  try {
    return decompress(source, batch.payload, options.maxDecompressedBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES)
  } catch (error) {
    if (error instanceof RecordsError && error.error === Errors.CORRUPT_MESSAGE) throw unanswerable(error.message)
    throw error
  }
}

function targetCompression(
  batch: RecordBatch,
  source: CompressionType,
  { targetCompression: target }: ProduceValidationOptions,
): CompressionType {
  if (target === 'producer') return source
  // Control records are not compressed unless they came so.
  return source === 'none' && batch.isControl ? 'none' : target
}

function refusal(summary: RecordsSummary): InvalidBatch {
  const { recordErrors, recordErrorsCount, timestampRefused } = summary
  return {
    ok: false,
    // One timestamp among the reasons makes it that error, as in Kafka.
    error: timestampRefused ? Errors.INVALID_TIMESTAMP : Errors.INVALID_RECORD,
    message: timestampRefused
      ? 'One or more records have been rejected due to invalid timestamp'
      : `One or more records have been rejected due to ${recordErrorsCount} record errors in total; the first: ${recordErrors[0]!.message}`,
    recordErrors,
  }
}
