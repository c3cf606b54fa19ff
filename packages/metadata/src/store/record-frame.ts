// How a metadata record lies in the value of a log record: frame version, record type and version as unsigned varints,
// then the record itself (Kafka's AbstractApiMessageSerde).
import { decode, encode, hasVersion, type Message } from '@milena/protocol'
import { type MetadataRecord, type MetadataRecordName, metadataRecordSchemas } from '../image/metadata-record.ts'

const FRAME_VERSION = 1

const namesByKey = new Map<number, MetadataRecordName>(
  Object.entries(metadataRecordSchemas).map(([name, schema]) => [schema.apiKey, name as MetadataRecordName]),
)

/** A record that this release cannot read: a newer one wrote it, or it is damaged. */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError'
}

export function encodeRecord(record: MetadataRecord): Uint8Array {
  const schema: Message = metadataRecordSchemas[record.name]
  const body = encode(schema, record.version, record.value)
  const head = [...varint(FRAME_VERSION), ...varint(schema.apiKey), ...varint(record.version)]
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

/** @throws UnreadableRecordError, or ProtocolError when the record ends too early */
export function decodeRecord(bytes: Uint8Array): MetadataRecord {
  const frame = readVarint(bytes, 0)
  const key = readVarint(bytes, frame.end)
  const version = readVarint(bytes, key.end)
  if (frame.value !== FRAME_VERSION) throw new UnreadableRecordError(`Unknown frame version ${frame.value}`)
  const name = namesByKey.get(key.value)
  if (name === undefined) throw new UnreadableRecordError(`Unknown metadata record type ${key.value}`)
  const schema: Message = metadataRecordSchemas[name]
  if (!hasVersion(schema.versions, version.value)) {
    throw new UnreadableRecordError(`Unknown version ${version.value} of ${name}`)
  }
  return { name, version: version.value, value: decode(schema, version.value, bytes, version.end) } as MetadataRecord
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0
  for (let index = start; index < start + 5; index++) {
    const byte = bytes[index]
    if (byte === undefined) break
    value |= (byte & 0x7f) << (7 * (index - start))
    if (byte < 0x80) return { value: value >>> 0, end: index + 1 }
  }
  throw new UnreadableRecordError('A metadata record is cut short')
}
