import {
  ShareSnapshotKey,
  ShareSnapshotValue,
  ShareUpdateKey,
  ShareUpdateValue,
  decode,
  encode,
} from '@milena/protocol'
import type { ShareRecord } from '../share/share-types.ts'
import type { CoordinatorRecord, LoadedRecord, Logger, RecordSerde } from './ports.ts'

/** What the first two bytes of a key say (Kafka's `CoordinatorRecordType` of the share coordinator). */
const SHARE_SNAPSHOT = ShareSnapshotKey.apiKey
const SHARE_UPDATE = ShareUpdateKey.apiKey
const VALUE_VERSION = 0

const prefixed = (prefix: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length)
  new DataView(bytes.buffer).setInt16(0, prefix)
  bytes.set(body, 2)
  return bytes
}

const prefixOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0)

const serialize = (record: ShareRecord): CoordinatorRecord => {
  if (record.type === 'ShareSnapshot') {
    const { key, value } = record
    return {
      key: prefixed(SHARE_SNAPSHOT, encode(ShareSnapshotKey, 0, key)),
      value: value && prefixed(VALUE_VERSION, encode(ShareSnapshotValue, VALUE_VERSION, value)),
    }
  }
  const { key, value } = record
  return {
    key: prefixed(SHARE_UPDATE, encode(ShareUpdateKey, 0, key)),
    value: value && prefixed(VALUE_VERSION, encode(ShareUpdateValue, VALUE_VERSION, value)),
  }
}

/**
 * Records of `__share_group_state` as bytes: a key begins with the kind of record, a value with the version of its
 * schema. Kinds that this version does not know are left alone, as Kafka does.
 */
export const shareRecordSerde = (logger: Logger): RecordSerde<ShareRecord> => ({
  serialize,
  deserialize: ({ offset, key, value }: LoadedRecord): ShareRecord | undefined => {
    const type = key === null || key.length < 2 ? undefined : prefixOf(key)
    if (key !== null && type === SHARE_SNAPSHOT) {
      return {
        type: 'ShareSnapshot',
        key: decode(ShareSnapshotKey, 0, key, 2),
        value: value && decode(ShareSnapshotValue, prefixOf(value), value, 2),
      }
    }
    if (key !== null && type === SHARE_UPDATE) {
      return {
        type: 'ShareUpdate',
        key: decode(ShareUpdateKey, 0, key, 2),
        value: value && decode(ShareUpdateValue, prefixOf(value), value, 2),
      }
    }
    logger.warn('Ignored a record of an unknown type in __share_group_state.', { type, offset })
    return undefined
  },
})
