import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildBatch } from './batch-builder.ts'
import { compressionTypes } from './compression/compression-type.ts'
import { endTransactionMarker } from './control-record.ts'
import { deleteHorizonOf, emptyBatchOf, keepRecords } from './keep-records.ts'
import { RecordBatch } from './record-batch.ts'

const header = {
  baseOffset: 5000,
  partitionLeaderEpoch: 7,
  producerId: 42,
  producerEpoch: 3,
  baseSequence: 90,
  isTransactional: true,
}

const headerOf = (batch: RecordBatch) => ({
  baseOffset: batch.baseOffset,
  lastOffset: batch.lastOffset,
  partitionLeaderEpoch: batch.partitionLeaderEpoch,
  producerId: batch.producerId,
  producerEpoch: batch.producerEpoch,
  baseSequence: batch.baseSequence,
  lastSequence: batch.lastSequence,
  isTransactional: batch.isTransactional,
  isControl: batch.isControl,
  timestampType: batch.timestampType,
})

const records = fc.array(
  fc.record({
    timestamp: fc.integer({ min: -1, max: 2 ** 42 }),
    key: fc.uint8Array({ maxLength: 12 }),
    value: fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null }),
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 4 }), value: fc.uint8Array({ maxLength: 4 }) })),
  }),
  { minLength: 1, maxLength: 12 },
)

test('what is kept of a batch is what it was, with or without a delete horizon', () => {
  fc.assert(
    fc.property(
      records,
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      fc.option(fc.nat(2 ** 42), { nil: undefined }),
      fc.constantFrom(...compressionTypes),
      fc.constantFrom('CreateTime' as const, 'LogAppendTime' as const),
      (made, kept, deleteHorizonMs, compression, timestampType) => {
        if (!kept.slice(0, made.length).includes(true)) kept[0] = true
        const bytes = buildBatch({ ...header, records: made, compression, timestampType, logAppendTime: 1234 })
        const before = RecordBatch.at(bytes)
        const horizon = deleteHorizonMs === undefined ? {} : { deleteHorizonMs }
        const after = RecordBatch.at(keepRecords(before, before.decompressedPayload(), { kept, ...horizon }))
        const expected = [...before.records()].filter((_, index) => kept[index])
        assert.ok(after.isValidCrc())
        assert.deepEqual(headerOf(after), headerOf(before))
        assert.equal(after.compression, compression)
        assert.deepEqual([...after.records()], expected)
        assert.equal(after.maxTimestamp, Math.max(...expected.map(({ timestamp }) => timestamp)))
        assert.equal(deleteHorizonOf(after), deleteHorizonMs)
      },
    ),
    { numRuns: 200 },
  )
})

test('a horizon that is set stays when more records go', () => {
  const made = [1, 2, 3].map((at) => ({ timestamp: 1000 + at, key: Buffer.from(`k${at}`), value: null }))
  const before = RecordBatch.at(buildBatch({ ...header, records: made }))
  const once = RecordBatch.at(
    keepRecords(before, before.payload, { kept: [true, true, true], deleteHorizonMs: 99_000 }),
  )
  const twice = RecordBatch.at(keepRecords(once, once.payload, { kept: [false, true, true] }))
  assert.equal(deleteHorizonOf(twice), 99_000)
  assert.deepEqual(
    [...twice.records()].map(({ offset, timestamp }) => [offset, timestamp]),
    [
      [5001, 1002],
      [5002, 1003],
    ],
  )
})

test('a marker keeps what it says behind a horizon', () => {
  const marker = endTransactionMarker({
    producerId: 1,
    producerEpoch: 0,
    committed: true,
    coordinatorEpoch: 4,
    timestamp: 77,
  })
  const before = RecordBatch.at(marker)
  const after = RecordBatch.at(keepRecords(before, before.payload, { kept: [1], deleteHorizonMs: 500 }))
  assert.ok(after.isControl && after.isTransactional)
  assert.deepEqual([...after.records()], [...before.records()])
})

test('an empty batch is a header that keeps offsets and sequences', () => {
  const made = [1, 2, 3].map((at) => ({ timestamp: at, key: null, value: Buffer.alloc(100) }))
  const before = RecordBatch.at(buildBatch({ ...header, records: made, compression: 'gzip' }))
  const after = RecordBatch.at(emptyBatchOf(before))
  assert.ok(after.isValidCrc())
  assert.deepEqual(headerOf(after), headerOf(before))
  assert.deepEqual(
    [after.sizeInBytes, after.recordsCount, after.compression, after.baseTimestamp, after.maxTimestamp],
    [61, 0, 'none', -1, 3],
  )
  assert.deepEqual([...after.records()], [])
})

test('a batch that keeps nothing is refused', () => {
  const before = RecordBatch.at(buildBatch({ records: [{ timestamp: 0, key: null, value: null }] }))
  assert.throws(() => keepRecords(before, before.payload, { kept: [false] }), RangeError)
})
