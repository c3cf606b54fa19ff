import type { Record } from '@milena/records'
import { ToolExit } from '../options/option-error.ts'
import { UncaughtException } from './java-exception.ts'

/** What is printed of a record behind `key:` and `payload:`; nothing of what is not printed. */
export interface ParsedRecord {
  readonly key?: string | undefined
  readonly payload?: string | undefined
}

export type RecordParser = (record: Record) => ParsedRecord

type Decoder = (bytes: Uint8Array) => string

const DECODERS = 'org.apache.kafka.tools.api.'

/** The decoders that Kafka brings along. */
const decoders: Readonly<{ [className: string]: Decoder }> = {
  StringDecoder: (bytes) => asBuffer(bytes).toString('utf8'),
  IntegerDecoder: (bytes) => String(enough(bytes, 4).readInt32BE(0)),
  LongDecoder: (bytes) => String(enough(bytes, 8).readBigInt64BE(0)),
}

/** Keys and values as the decoders of these classes of Java read them. */
export function decoderParser(keyDecoder: string, valueDecoder: string): RecordParser {
  const value = decoderOf('value', valueDecoder)
  const key = decoderOf('key', keyDecoder)
  return (record) => ({
    key: record.key === null ? undefined : key(record.key),
    payload: record.value === null ? undefined : value(record.value),
  })
}

function decoderOf(what: 'key' | 'value', className: string): Decoder {
  const name = className.startsWith(DECODERS) ? className.slice(DECODERS.length) : ''
  if (Object.hasOwn(decoders, name)) return decoders[name]!
  const known = Object.keys(decoders).join(', ')
  throw new ToolExit(1, `--${what}-decoder-class ${className} needs Java; here there are, of ${DECODERS}*: ${known}.`)
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function enough(bytes: Uint8Array, length: number): Buffer {
  if (bytes.length < length) throw new UncaughtException('java.nio.BufferUnderflowException', `${bytes.length} bytes`)
  return asBuffer(bytes)
}
