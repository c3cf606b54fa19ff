import { ProtocolError } from '../protocol-error.ts'

/** What stands before a record that says by itself what it is. */
export interface ApiMessageFrame {
  readonly frameVersion: number
  /** Which schema the record has. */
  readonly apiKey: number
  readonly version: number
  /** Where the record itself begins. */
  readonly bodyStart: number
}

/**
 * Reads how a metadata record lies in the value of a log record (Kafka's AbstractApiMessageSerde): frame version, record
 * type and record version as unsigned varints, then the record. Throws `ProtocolError` when the bytes end before.
 */
export function readApiMessageFrame(bytes: Uint8Array): ApiMessageFrame {
  const frame = readUnsignedVarint(bytes, 0)
  const key = readUnsignedVarint(bytes, frame.end)
  const version = readUnsignedVarint(bytes, key.end)
  return { frameVersion: frame.value, apiKey: key.value, version: version.value, bodyStart: version.end }
}

function readUnsignedVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let index = start; index < start + 5; index++) {
    const byte = bytes[index]
    if (byte === undefined) break
    value |= (byte & 0x7f) << (7 * (index - start))
    if (byte < 0x80) return { value: value >>> 0, end: index + 1 }
  }
  throw new ProtocolError('the head of a metadata record is cut short')
}
