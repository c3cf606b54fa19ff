// The records that Apache Kafka writes to its metadata log: those that Milena keeps, and those that it does not.
import {
  AbortTransactionRecord,
  AccessControlEntryRecord,
  BeginTransactionRecord,
  decode,
  DelegationTokenRecord,
  EndTransactionRecord,
  hasVersion,
  type Infer,
  type Message,
  readApiMessageFrame,
  RemoveAccessControlEntryRecord,
  RemoveDelegationTokenRecord,
  ZkMigrationStateRecord,
} from '@milena/protocol'
import type { MetadataRecord } from '../image/metadata-record.ts'
import { decodeRecord, UnreadableRecordError } from './record-frame.ts'

const otherSchemas = {
  AbortTransactionRecord,
  AccessControlEntryRecord,
  BeginTransactionRecord,
  DelegationTokenRecord,
  EndTransactionRecord,
  RemoveAccessControlEntryRecord,
  RemoveDelegationTokenRecord,
  ZkMigrationStateRecord,
} as const

type OtherName = keyof typeof otherSchemas

/** A record that has no place in a `MetadataImage`. */
export type OtherRecord = {
  [N in OtherName]: { readonly name: N; readonly value: Infer<(typeof otherSchemas)[N]> }
}[OtherName]

export type KafkaMetadataRecord =
  | { readonly kept: MetadataRecord }
  | { readonly other: OtherRecord }
  /** Of a Kafka newer than this release knows. */
  | { readonly unknownType: number }

const otherNames = new Map<number, OtherName>(
  Object.entries(otherSchemas).map(([name, schema]) => [schema.apiKey, name as OtherName]),
)

/** @throws UnreadableRecordError when a known record is of a version that is not known: it cannot be passed over */
export function decodeKafkaRecord(bytes: Uint8Array, keptTypes: ReadonlySet<number>): KafkaMetadataRecord {
  const { frameVersion, apiKey, version, bodyStart } = readApiMessageFrame(bytes)
  if (frameVersion !== 1 || keptTypes.has(apiKey)) return { kept: decodeRecord(bytes) }
  const name = otherNames.get(apiKey)
  if (name === undefined) return { unknownType: apiKey }
  const schema: Message = otherSchemas[name]
  if (!hasVersion(schema.versions, version)) throw new UnreadableRecordError(`Unknown version ${version} of ${name}`)
  return { other: { name, value: decode(schema, version, bytes, bodyStart) } as OtherRecord }
}
