import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LegacyOffsetCommitValue, OffsetCommitKey, encode } from '@milena/protocol'
import { emptyGroupMetadataRecord, groupTombstone, offsetTombstone } from '../group/group-records.ts'
import { silentLogger } from '../testing/shard-bench.ts'
import { groupRecordSerde } from './group-record-serde.ts'

const serde = groupRecordSerde(silentLogger)
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** Records as Apache Kafka 4.3.1 wrote them into its `__consumer_offsets`. */
const written = {
  emptyGroup: {
    key: '0002000167',
    value: '0003000000000000ffffffff000001a20560253700000000',
  },
  group: {
    key: '0002000167',
    value:
      '00030008636f6e73756d657200000001000572616e6765002a70726f62652d37316130643566322d356134312d346230382d623930352d' +
      '316162343534353736376434000001a20560255600000001002a70726f62652d37316130643566322d356134312d346230382d62393035' +
      '2d316162343534353736376434ffff000570726f6265000a2f3132372e302e302e3100004e200000271000000012000100000001000274' +
      '31ffffffff00000000000000024141',
  },
  commitWithRetention: {
    key: '00010001670002743100000000',
    value: '0001000000000000000500046d657461000001a20560257a000001a205603902',
  },
  commit: {
    key: '00010001670002743100000000',
    value: '0004000000000000000500000003056d657461000001a20560259901001040d6d70343b84b58bb382f5ed7001c05',
  },
}

for (const [name, { key, value }] of Object.entries(written)) {
  test(`${name}: what Kafka wrote is read, and written the same`, () => {
    const record = serde.deserialize({ offset: 0, key: fromHex(key), value: fromHex(value) })
    assert.ok(record !== undefined)
    const bytes = serde.serialize(record)
    assert.equal(Buffer.from(bytes.key).toString('hex'), key)
    assert.equal(Buffer.from(bytes.value ?? []).toString('hex'), value)
  })
}

test('what a record says', () => {
  const group = serde.deserialize({ offset: 0, key: fromHex(written.group.key), value: fromHex(written.group.value) })
  assert.ok(group?.type === 'GroupMetadata' && group.value !== null)
  assert.equal(group.value.generation, 1)
  assert.deepEqual(
    group.value.members.map(({ clientId, clientHost, sessionTimeout }) => [clientId, clientHost, sessionTimeout]),
    [['probe', '/127.0.0.1', 10_000]],
  )
  const commit = serde.deserialize({
    offset: 0,
    key: fromHex(written.commit.key),
    value: fromHex(written.commit.value),
  })
  assert.ok(commit?.type === 'OffsetCommit' && commit.value !== null)
  assert.deepEqual([commit.key.topic, commit.value.offset, commit.value.leaderEpoch], ['t1', 5, 3])
  assert.equal(commit.value.topicId, 'QNbXA0O4S1i7OC9e1wAcBQ')
})

test('our own records survive', () => {
  const place = { groupId: 'g', topic: 't', partition: 7 }
  for (const record of [emptyGroupMetadataRecord('g', 5), groupTombstone('g'), offsetTombstone(place)]) {
    const bytes = serde.serialize(record)
    const read = serde.deserialize({ offset: 0, ...bytes })
    assert.deepEqual({ ...read, version: record.version }, record)
  }
})

test('what is kept does not look into the bytes of the log', () => {
  const value = fromHex(written.group.value)
  const record = serde.deserialize({ offset: 0, key: fromHex(written.group.key), value })
  assert.ok(record?.type === 'GroupMetadata')
  value.fill(0xff)
  assert.equal(Buffer.from(record.value?.members[0]?.assignment ?? []).toString(), 'AA')
})

test('commits of very old brokers are read too', () => {
  const key = fromHex('0000000167000274310000000000'.slice(0, -2))
  const body = encode(LegacyOffsetCommitValue, 0, { offset: 9, metadata: 'm', commitTimestamp: 4 })
  const record = serde.deserialize({ offset: 0, key, value: Uint8Array.of(0, 0, ...body) })
  assert.ok(record?.type === 'OffsetCommit' && record.value !== null)
  assert.deepEqual([record.key.group, record.value.offset, record.value.leaderEpoch], ['g', 9, -1])
  const old = serde.deserialize({
    offset: 0,
    key: Uint8Array.of(0, 1, ...encode(OffsetCommitKey, 0, { group: 'g', topic: 't', partition: 0 })),
    value: Uint8Array.of(0, 0, ...body),
  })
  assert.ok(old?.type === 'OffsetCommit' && old.value?.offset === 9)
})

test('kinds of records that are not known are left alone', () => {
  assert.equal(serde.deserialize({ offset: 0, key: Uint8Array.of(0, 99, 1, 2, 3), value: null }), undefined)
  assert.equal(serde.deserialize({ offset: 0, key: null, value: null }), undefined)
  assert.equal(serde.deserialize({ offset: 0, key: Uint8Array.of(1), value: null }), undefined)
})
