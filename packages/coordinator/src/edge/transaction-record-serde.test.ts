import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../testing/shard-bench.ts'
import { transactionTombstone } from '../transaction/transaction-records.ts'
import { transactionRecordSerde } from './transaction-record-serde.ts'

const serde = transactionRecordSerde(silentLogger)
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const toHex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex')
const decoded = (key: string, value: string | null) =>
  serde.deserialize({ offset: 0, key: fromHex(key), value: value === null ? null : fromHex(value) })

/** Records as Apache Kafka 4.3.1 wrote them into its `__transaction_state`. */
const written: Readonly<Record<string, { readonly key: string; readonly value: string; readonly says: object }>> = {
  empty: {
    key: '000000087931363932353432',
    value: '0001000000000000000600000000ea600000000001a205f36e55ffffffffffffffff0100080000000000000006',
    says: { producerId: 6, previousProducerId: 6, transactionStatus: 0, transactionPartitions: null },
  },
  prepareCommitOfSecondGeneration: {
    key: '0000000a79323138323939313035',
    value:
      '0001000000000000002100010000ea6002030261020000000000135f5f636f6e73756d65725f6f666673657473020000000300000001a205' +
      'f430ac000001a205f4306d020008000000000000002102020002',
    says: {
      producerId: 33,
      producerEpoch: 1,
      transactionStatus: 2,
      transactionPartitions: [
        { topic: 'a', partitionIds: [0] },
        { topic: '__consumer_offsets', partitionIds: [3] },
      ],
      clientTransactionVersion: 2,
    },
  },
  ongoingOfVersion0: {
    key: '0000000a78333033393536323133',
    value:
      '000000000000000000ad00010000ea60010000000200016100000001000000010001620000000100000001000001a205f57ce5000001a205' +
      'f57ce5',
    says: {
      producerId: 173,
      previousProducerId: -1,
      transactionStatus: 1,
      transactionPartitions: [
        { topic: 'a', partitionIds: [1] },
        { topic: 'b', partitionIds: [1] },
      ],
    },
  },
  completeCommit: {
    key: '0000000a79323138323939313035',
    value: '0001000000000000002100010000ea600401000001a205f430ad000001a205f4306d020008000000000000002102020002',
    says: { transactionStatus: 4, transactionPartitions: [], transactionTimeoutMs: 60_000 },
  },
}

for (const [name, { key, value, says }] of Object.entries(written)) {
  test(`a record of Kafka is read and written again byte for byte: ${name}`, () => {
    const record = decoded(key, value)
    assert.ok(record?.value)
    assert.partialDeepStrictEqual(record.value, says)
    const again = serde.serialize(record)
    assert.deepEqual([toHex(again.key), toHex(again.value)], [key, value])
  })
}

test('a tombstone has the key alone', () => {
  const { key, value } = serde.serialize(transactionTombstone('t'))
  assert.deepEqual([toHex(key), value], ['0000000174', null])
  assert.deepEqual(decoded('0000000174', null), transactionTombstone('t'))
})

test('what a newer broker may have written is left alone', () => {
  assert.equal(decoded('0001000174', null), undefined)
  assert.equal(decoded('00', null), undefined)
  assert.equal(decoded('0000000174', '000200'), undefined)
})
