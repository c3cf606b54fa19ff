// The batches of a `.log` or `.checkpoint`, and the records in them.
import { compressionById, RecordsError, type Record, type RecordBatch } from '@milena/records'
import { longText } from '../message-json.ts'
import { controlRecordText } from './control-records.ts'
import type { DumpContext, DumpedFile } from './dump-context.ts'
import { fileBatches, INT_MAX, type FileBatch } from './file-batches.ts'
import { openedFile } from './opened-file.ts'
import { UncaughtException } from './java-exception.ts'
import type { RecordParser } from './record-parser.ts'
import { titleOf } from './file-names.ts'

export interface DumpBatchesOptions {
  readonly isDeepIteration: boolean
  readonly printContents: boolean
  readonly skipRecordMetadata: boolean
  /** How much of each file to read; `INT_MAX` for all. */
  readonly maxBytes: number
  readonly parse: RecordParser
}

/** In front of what belongs to a record rather than to a batch. */
const RECORD_INDENT = '|'
const MAX_DECOMPRESSED_BYTES = INT_MAX
const COMPRESSION_MASK = 7

export async function dumpBatches(context: DumpContext, file: DumpedFile, options: DumpBatchesOptions): Promise<void> {
  const { out } = context
  out.line(titleOf(file))
  await using opened = await openedFile(context.fs, file)
  if (options.maxBytes < 0) {
    throw new UncaughtException('java.lang.IllegalArgumentException', `Invalid size: ${options.maxBytes} in read`)
  }
  const size = Math.min(await opened.file.size(), options.maxBytes)
  let validBytes = 0
  let previousOffset = -1
  for await (const found of fileBatches(opened.file, 0, size)) {
    dumpHeader(context, found)
    if (options.isDeepIteration) {
      for (const record of recordsOf(found)) {
        if (record.offset !== previousOffset + 1) {
          context.findings.nonConsecutive(file.absolute, previousOffset, record.offset)
        }
        previousOffset = record.offset
        dumpRecord(context, found.batch, record, options)
        await out.breathe()
      }
    }
    validBytes += found.sizeInBytes
    await out.breathe()
    if (out.closed) return
  }
  if (size > validBytes && options.maxBytes === INT_MAX) {
    out.line(
      `Found ${size - validBytes} invalid bytes at the end of ${file.shown.slice(file.shown.lastIndexOf('/') + 1)}`,
    )
  }
}

function dumpHeader({ out }: DumpContext, { batch, position, sizeInBytes, isTooSmall }: FileBatch): void {
  const horizon = batch.hasDeleteHorizon ? `OptionalLong[${longText(batch.baseTimestamp)}]` : 'OptionalLong.empty'
  out.write(
    `baseOffset: ${longText(batch.baseOffset)} lastOffset: ${longText(batch.lastOffset)} count: ${batch.recordsCount}` +
      ` baseSequence: ${batch.baseSequence} lastSequence: ${batch.lastSequence}` +
      ` producerId: ${longText(batch.producerId)} producerEpoch: ${batch.producerEpoch}` +
      ` partitionLeaderEpoch: ${batch.partitionLeaderEpoch} isTransactional: ${batch.isTransactional}` +
      ` isControl: ${batch.isControl} deleteHorizonMs: ${horizon}`,
  )
  const codec = batch.attributes & COMPRESSION_MASK
  const compression = compressionById(codec)
  if (compression === undefined) {
    throw new UncaughtException('java.lang.IllegalArgumentException', `Unknown compression type id: ${codec}`)
  }
  out.line(
    ` position: ${position} ${batch.timestampType}: ${longText(batch.maxTimestamp)} size: ${sizeInBytes}` +
      ` magic: ${(batch.magic << 24) >> 24} compresscodec: ${compression} crc: ${batch.crc}` +
      ` isvalid: ${!isTooSmall && batch.isValidCrc()}`,
  )
}

/** Compressed ones are read to the end before the first is given, as Kafka does. */
export function recordsOf({ batch, isTooSmall }: FileBatch): Iterable<Record> {
  if (isTooSmall) throw new UncaughtException('java.lang.IndexOutOfBoundsException', 'the batch ends in its header')
  const isCompressed = (batch.attributes & COMPRESSION_MASK) !== 0
  return translated(isCompressed ? () => Array.from(batch.records(MAX_DECOMPRESSED_BYTES)) : () => batch.records())
}

function* translated(records: () => Iterable<Record>): Iterable<Record> {
  try {
    yield* records()
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    throw new UncaughtException('org.apache.kafka.common.InvalidRecordException', error.message)
  }
}

function dumpRecord({ out }: DumpContext, batch: RecordBatch, record: Record, options: DumpBatchesOptions): void {
  if (!options.skipRecordMetadata) {
    const headers = record.headers.map(({ key }) => key).join(',')
    out.write(
      `${RECORD_INDENT} offset: ${longText(record.offset)} ${batch.timestampType}: ${longText(record.timestamp)}` +
        ` keySize: ${record.key?.length ?? -1} valueSize: ${record.value?.length ?? -1}` +
        ` sequence: ${record.sequence} headerKeys: [${headers}]`,
    )
    if (batch.isControl) out.write(controlRecordText(record))
  }
  if (options.printContents && !batch.isControl) {
    const { key, payload } = options.parse(record)
    const parts = [
      ...(key === undefined ? [] : [`key: ${key}`]),
      ...(payload === undefined ? [] : [`payload: ${payload}`]),
    ]
    const prefix = options.skipRecordMetadata ? `${RECORD_INDENT} ` : ' '
    if (parts.length > 0) out.write(prefix + parts.join(' '))
  }
  out.line()
}
