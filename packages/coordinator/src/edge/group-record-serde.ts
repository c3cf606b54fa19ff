import type { Message } from '@milena/protocol'
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
  GroupMetadataKey,
  GroupMetadataValue,
  LegacyOffsetCommitValue,
  OffsetCommitKey,
  OffsetCommitValue,
  ShareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue,
  ShareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue,
  ShareGroupMetadataKey,
  ShareGroupMetadataValue,
  ShareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue,
  ShareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue,
  ShareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue,
  ZERO_UUID,
  decode,
  encode,
} from '@milena/protocol'
import type { GroupRecord } from '../group/group-types.ts'
import type { CoordinatorRecord, LoadedRecord, Logger, RecordSerde } from './ports.ts'

/** What the first two bytes of a key say are the schemas' numbers (Kafka's `CoordinatorRecordType`), and this one. */
const LEGACY_OFFSET_COMMIT = 0

interface RecordSchemas {
  readonly key: Message
  readonly value: Message
}

/** Every kind of record on `__consumer_offsets`. A new kind of group adds its rows. */
const schemas: Readonly<Record<GroupRecord['type'], RecordSchemas>> = {
  OffsetCommit: { key: OffsetCommitKey, value: OffsetCommitValue },
  GroupMetadata: { key: GroupMetadataKey, value: GroupMetadataValue },
  ConsumerGroupMetadata: { key: ConsumerGroupMetadataKey, value: ConsumerGroupMetadataValue },
  ConsumerGroupPartitionMetadata: {
    key: ConsumerGroupPartitionMetadataKey,
    value: ConsumerGroupPartitionMetadataValue,
  },
  ConsumerGroupMemberMetadata: { key: ConsumerGroupMemberMetadataKey, value: ConsumerGroupMemberMetadataValue },
  ConsumerGroupTargetAssignmentMetadata: {
    key: ConsumerGroupTargetAssignmentMetadataKey,
    value: ConsumerGroupTargetAssignmentMetadataValue,
  },
  ConsumerGroupTargetAssignmentMember: {
    key: ConsumerGroupTargetAssignmentMemberKey,
    value: ConsumerGroupTargetAssignmentMemberValue,
  },
  ConsumerGroupCurrentMemberAssignment: {
    key: ConsumerGroupCurrentMemberAssignmentKey,
    value: ConsumerGroupCurrentMemberAssignmentValue,
  },
  ConsumerGroupRegularExpression: {
    key: ConsumerGroupRegularExpressionKey,
    value: ConsumerGroupRegularExpressionValue,
  },
  ShareGroupMetadata: { key: ShareGroupMetadataKey, value: ShareGroupMetadataValue },
  ShareGroupMemberMetadata: { key: ShareGroupMemberMetadataKey, value: ShareGroupMemberMetadataValue },
  ShareGroupTargetAssignmentMetadata: {
    key: ShareGroupTargetAssignmentMetadataKey,
    value: ShareGroupTargetAssignmentMetadataValue,
  },
  ShareGroupTargetAssignmentMember: {
    key: ShareGroupTargetAssignmentMemberKey,
    value: ShareGroupTargetAssignmentMemberValue,
  },
  ShareGroupCurrentMemberAssignment: {
    key: ShareGroupCurrentMemberAssignmentKey,
    value: ShareGroupCurrentMemberAssignmentValue,
  },
  ShareGroupStatePartitionMetadata: {
    key: ShareGroupStatePartitionMetadataKey,
    value: ShareGroupStatePartitionMetadataValue,
  },
}

const typesByNumber: ReadonlyMap<number, GroupRecord['type']> = new Map(
  Object.entries(schemas).map(([type, { key }]) => [key.apiKey, type as GroupRecord['type']]),
)

const prefixed = (prefix: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length)
  new DataView(bytes.buffer).setInt16(0, prefix)
  bytes.set(body, 2)
  return bytes
}

const prefixOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0)

/**
 * Records of `__consumer_offsets` as bytes: a key begins with the kind of record, a value with the version of its
 * schema. Kinds that this version does not know are left alone, as Kafka does: a newer broker may have written them.
 */
export const groupRecordSerde = (logger: Logger): RecordSerde<GroupRecord> => {
  const unknownTypes = new Set<number>()
  return {
    serialize: ({ type, key, value, version }): CoordinatorRecord => ({
      key: prefixed(schemas[type].key.apiKey, encode(schemas[type].key, 0, key)),
      value: value === null ? null : prefixed(version, encode(schemas[type].value, version, value)),
    }),
    deserialize: ({ offset, key, value }: LoadedRecord): GroupRecord | undefined => {
      if (key === null || key.length < 2) {
        logger.warn('Ignored a record without a key in __consumer_offsets.', { offset })
        return undefined
      }
      const number = prefixOf(key)
      const isLegacy = number === LEGACY_OFFSET_COMMIT
      const type = isLegacy ? 'OffsetCommit' : typesByNumber.get(number)
      if (type === undefined) {
        if (!unknownTypes.has(number)) {
          logger.warn('Ignored records of an unknown type in __consumer_offsets.', { type: number, offset })
        }
        unknownTypes.add(number)
        return undefined
      }
      // The schemas of a type are those of its records.
      return { type, key: decode(schemas[type].key, 0, key, 2), ...decodedValue(type, value, isLegacy) } as GroupRecord
    },
  }
}

const decodedValue = (
  type: GroupRecord['type'],
  bytes: Uint8Array | null,
  isLegacy: boolean,
): { value: unknown; version: number } => {
  if (bytes === null) return { value: null, version: 0 }
  const version = prefixOf(bytes)
  if (isLegacy && version === 0) return { value: legacyCommit(bytes), version }
  // A copy: subscriptions and assignments are kept for as long as the group, the bytes of the log are not.
  return { value: decode(schemas[type].value, version, bytes.slice(), 2), version }
}

const legacyCommit = (bytes: Uint8Array): OffsetCommitValue => ({
  ...decode(LegacyOffsetCommitValue, 0, bytes, 2),
  leaderEpoch: -1,
  expireTimestamp: -1,
  topicId: ZERO_UUID,
})
