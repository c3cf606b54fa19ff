// Snapshots of the metadata: `<end offset>-<epoch>.checkpoint`, a header control record, the image as records, a footer
// control record (Kafka's RecordsSnapshotWriter).
import { buildBatch } from '@milena/records'
import { encode, type Message, SnapshotFooterRecord, SnapshotHeaderRecord } from '@milena/protocol'
import { imageRecords } from '../image/image-records.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import { emptyImage, replayAll } from '../image/replay.ts'
import { CorruptMetadataError, readMetadataLog } from './metadata-log-reader.ts'
import { encodeRecord } from './record-frame.ts'

/** One controller without elections never begins another epoch of the metadata log. */
export const METADATA_EPOCH = 1

const SNAPSHOT_HEADER = 3
const SNAPSHOT_FOOTER = 4
const RECORDS_PER_BATCH = 5000

export function snapshotFileName(endOffset: number): string {
  return `${String(endOffset).padStart(20, '0')}-${String(METADATA_EPOCH).padStart(10, '0')}.checkpoint`
}

/** The end offset that a file's name says, or undefined when it is no snapshot. */
export function snapshotEndOffset(fileName: string): number | undefined {
  const match = /^(\d{20})-\d{10}\.checkpoint$/.exec(fileName)
  return match === null ? undefined : Number(match[1])
}

export function encodeSnapshot(image: MetadataImage, timestamp: number): Uint8Array {
  const parts: Uint8Array[] = []
  let baseOffset = 0
  const add = (values: readonly { key: Uint8Array | null; value: Uint8Array }[], isControl: boolean) => {
    const records = values.map(({ key, value }) => ({ timestamp, key, value }))
    parts.push(buildBatch({ baseOffset, partitionLeaderEpoch: METADATA_EPOCH, isControl, records }))
    baseOffset += records.length
  }
  add([control(SNAPSHOT_HEADER, SnapshotHeaderRecord, { version: 0, lastContainedLogTimestamp: timestamp })], true)
  let pending: { key: null; value: Uint8Array }[] = []
  for (const record of imageRecords(image)) {
    pending.push({ key: null, value: encodeRecord(record) })
    if (pending.length === RECORDS_PER_BATCH) {
      add(pending, false)
      pending = []
    }
  }
  if (pending.length > 0) add(pending, false)
  add([control(SNAPSHOT_FOOTER, SnapshotFooterRecord, { version: 0 })], true)
  return Buffer.concat(parts)
}

/** The image that a snapshot holds. @throws CorruptMetadataError when it is not whole */
export function decodeSnapshot(path: string, bytes: Uint8Array, clusterId: string): MetadataImage {
  const { batches, validBytes } = readMetadataLog({ path, bytes, baseOffset: 0 })
  const [header, footer] = [batches[0], batches.at(-1)]
  if (validBytes < bytes.length || batches.length < 2 || header?.records !== null || footer?.records !== null) {
    throw new CorruptMetadataError(`${path} is not a whole snapshot; restore it from a copy`)
  }
  return replayAll(
    emptyImage(clusterId),
    batches.flatMap((batch) => batch.records ?? []),
  ).image
}

function control(type: number, schema: Message, body: object): { key: Uint8Array; value: Uint8Array } {
  return { key: Uint8Array.of(0, 0, 0, type), value: encode(schema, 0, body as never) }
}
