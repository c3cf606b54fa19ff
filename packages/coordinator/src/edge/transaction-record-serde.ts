import { TransactionLogKey, TransactionLogValue, decode, encode } from '@milena/protocol'
import type { TransactionRecord } from '../transaction/transaction-types.ts'
import type { CoordinatorRecord, LoadedRecord, Logger, RecordSerde } from './ports.ts'

const TRANSACTION_LOG = TransactionLogKey.apiKey
const LATEST_VALUE_VERSION = 1

const prefixed = (prefix: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length)
  new DataView(bytes.buffer).setInt16(0, prefix)
  bytes.set(body, 2)
  return bytes
}

const prefixOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0)

/**
 * Records of `__transaction_state` as bytes: a key begins with the kind of record, a value with the version of its
 * schema. What a newer broker may have written is left alone, as Kafka does.
 */
export const transactionRecordSerde = (logger: Logger): RecordSerde<TransactionRecord> => ({
  serialize: ({ key, value, version }): CoordinatorRecord => ({
    key: prefixed(TRANSACTION_LOG, encode(TransactionLogKey, 0, key)),
    value: value && prefixed(version, encode(TransactionLogValue, version, value)),
  }),
  deserialize: ({ offset, key, value }: LoadedRecord): TransactionRecord | undefined => {
    if (key === null || key.length < 2 || prefixOf(key) !== TRANSACTION_LOG) {
      logger.warn('Ignored a record of an unknown kind in __transaction_state.', { offset })
      return undefined
    }
    const decodedKey = decode(TransactionLogKey, 0, key, 2)
    if (value === null) return { key: decodedKey, value: null, version: 0 }
    const version = prefixOf(value)
    if (version < 0 || version > LATEST_VALUE_VERSION) {
      logger.warn('Ignored a record of an unknown version in __transaction_state.', { offset, version })
      return undefined
    }
    return { key: decodedKey, value: decode(TransactionLogValue, version, value, 2), version }
  },
})
