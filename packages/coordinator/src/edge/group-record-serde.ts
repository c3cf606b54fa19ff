import {
  GroupMetadataKey,
  GroupMetadataValue,
  LegacyOffsetCommitValue,
  OffsetCommitKey,
  OffsetCommitValue,
  ZERO_UUID,
  decode,
  encode,
} from '@milena/protocol'
import type { GroupRecord } from '../group/group-types.ts'
import type { CoordinatorRecord, LoadedRecord, Logger, RecordSerde } from './ports.ts'

/** What the first two bytes of a key say (Kafka's `CoordinatorRecordType`). */
const LEGACY_OFFSET_COMMIT = 0
const OFFSET_COMMIT = OffsetCommitKey.apiKey
const GROUP_METADATA = GroupMetadataKey.apiKey

const prefixed = (prefix: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length)
  new DataView(bytes.buffer).setInt16(0, prefix)
  bytes.set(body, 2)
  return bytes
}

const prefixOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0)

const serializeKey = (record: GroupRecord): Uint8Array =>
  record.type === 'OffsetCommit'
    ? prefixed(OFFSET_COMMIT, encode(OffsetCommitKey, 0, record.key))
    : prefixed(GROUP_METADATA, encode(GroupMetadataKey, 0, record.key))

const serializeValue = (record: GroupRecord): Uint8Array | null => {
  if (record.value === null) return null
  const { version } = record
  return record.type === 'OffsetCommit'
    ? prefixed(version, encode(OffsetCommitValue, version, record.value))
    : prefixed(version, encode(GroupMetadataValue, version, record.value))
}

/**
 * Records of `__consumer_offsets` as bytes: a key begins with the kind of record, a value with the version of its
 * schema. Kinds that this version does not know are left alone, as Kafka does: a newer broker may have written them.
 */
export const groupRecordSerde = (logger: Logger): RecordSerde<GroupRecord> => {
  const unknownTypes = new Set<number>()
  return {
    serialize: (record): CoordinatorRecord => ({ key: serializeKey(record), value: serializeValue(record) }),
    deserialize: ({ offset, key, value }: LoadedRecord): GroupRecord | undefined => {
      if (key === null || key.length < 2) {
        logger.warn('Ignored a record without a key in __consumer_offsets.', { offset })
        return undefined
      }
      const type = prefixOf(key)
      switch (type) {
        case LEGACY_OFFSET_COMMIT:
        case OFFSET_COMMIT:
          return { type: 'OffsetCommit', key: decode(OffsetCommitKey, 0, key, 2), ...commitValue(type, value) }
        case GROUP_METADATA:
          return { type: 'GroupMetadata', key: decode(GroupMetadataKey, 0, key, 2), ...metadataValue(value) }
      }
      if (!unknownTypes.has(type))
        logger.warn('Ignored records of an unknown type in __consumer_offsets.', { type, offset })
      unknownTypes.add(type)
      return undefined
    },
  }
}

const commitValue = (type: number, bytes: Uint8Array | null): { value: OffsetCommitValue | null; version: number } => {
  if (bytes === null) return { value: null, version: 0 }
  const version = prefixOf(bytes)
  if (type === OFFSET_COMMIT || version > 0) return { value: decode(OffsetCommitValue, version, bytes, 2), version }
  const legacy = decode(LegacyOffsetCommitValue, 0, bytes, 2)
  return { value: { ...legacy, leaderEpoch: -1, expireTimestamp: -1, topicId: ZERO_UUID }, version }
}

const metadataValue = (bytes: Uint8Array | null): { value: GroupMetadataValue | null; version: number } => {
  if (bytes === null) return { value: null, version: 0 }
  // A copy: subscriptions and assignments are kept for as long as the group, the bytes of the log are not.
  return { value: decode(GroupMetadataValue, prefixOf(bytes), bytes.slice(), 2), version: prefixOf(bytes) }
}
