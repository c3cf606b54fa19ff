// How a metadata record lies in the value of a log record: frame version, record type and version as unsigned varints,
// then the record itself (Kafka's AbstractApiMessageSerde).
import { type ApiMessageFrame, decode, encode, hasVersion, type Message, readApiMessageFrame } from '@milena/protocol'
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
  const { frameVersion, apiKey, version, bodyStart } = frameOf(bytes)
  if (frameVersion !== FRAME_VERSION) throw new UnreadableRecordError(`Unknown frame version ${frameVersion}`)
  const name = namesByKey.get(apiKey)
  if (name === undefined) throw new UnreadableRecordError(`Unknown metadata record type ${apiKey}`)
  const schema: Message = metadataRecordSchemas[name]
  if (!hasVersion(schema.versions, version)) {
    throw new UnreadableRecordError(`Unknown version ${version} of ${name}`)
  }
  return { name, version, value: decode(schema, version, bytes, bodyStart) } as MetadataRecord
}

function frameOf(bytes: Uint8Array): ApiMessageFrame {
  try {
    return readApiMessageFrame(bytes)
  } catch (cause) {
    throw new UnreadableRecordError('A metadata record is cut short', { cause })
  }
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
