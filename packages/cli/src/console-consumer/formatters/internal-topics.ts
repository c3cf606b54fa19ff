import { decode, hasVersion, parseVersions, type Message } from '@milena/protocol'
import { GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue } from '@milena/protocol'
import { TransactionLogKey, TransactionLogValue } from '@milena/protocol'
import type { MessageFormatter } from './message-formatter.ts'

interface Schema {
  readonly key: Message
  readonly value: Message
}

/** Kinds of records by the number that their keys begin with. */
type Schemas = Readonly<Record<number, Schema>>

const offsets = { key: OffsetCommitKey, value: OffsetCommitValue }
const groups = { key: GroupMetadataKey, value: GroupMetadataValue }

/** Committed offsets in `__consumer_offsets`. */
export const offsetsFormatter = jsonFormatter({ 0: offsets, 1: offsets })
/** States of classic groups in `__consumer_offsets`. */
export const groupMetadataFormatter = jsonFormatter({ 2: groups })
/** States of transactions in `__transaction_state`. */
export const transactionLogFormatter = jsonFormatter({ 0: { key: TransactionLogKey, value: TransactionLogValue } })

/** Shows records of the kinds given as Apache's tools do: JSON, one after another, without line ends. */
function jsonFormatter(schemas: Schemas): MessageFormatter {
  return ({ key, value }) => {
    if (key === null || key.length < 2) return undefined
    const type = versionOf(key)
    const schema = schemas[type]
    if (schema === undefined) return undefined
    const shown = {
      key: { type, data: withoutOthers(schema.key, 0, decode(schema.key, 0, key, 2)) },
      value: value === null ? null : valueOf(schema.value, value),
    }
    return Buffer.from(JSON.stringify(shown))
  }
}

function valueOf(schema: Message, bytes: Uint8Array): unknown {
  const version = versionOf(bytes)
  const { min, max } = parseVersions(schema.versions)
  if (version < min || version > max) return { version, data: 'unknown' }
  return { version, data: withoutOthers(schema, version, decode(schema, version, bytes, 2)) }
}

const versionOf = (bytes: Uint8Array): number => (bytes[0]! << 8) | bytes[1]!

type Fields = Message['fields']

/** Only the fields that the version has; bytes as base64. */
function withoutOthers(schema: { readonly fields: Fields }, version: number, decoded: object): object {
  const values = decoded as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(schema.fields)
      .filter(([, { versions }]) => hasVersion(versions, version))
      .map(([name, { fields }]) => [name, fieldOf(fields, version, values[name])]),
  )
}

function fieldOf(fields: Fields | undefined, version: number, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (fields === undefined || value === null) return value
  if (Array.isArray(value)) return value.map((entry: object) => withoutOthers({ fields }, version, entry))
  return withoutOthers({ fields }, version, value as object)
}
