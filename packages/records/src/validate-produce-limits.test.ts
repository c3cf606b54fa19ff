import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { buildBatch } from './batch-builder.ts'
import { compressionTypes } from './compression/compression-type.ts'
import { writeCrc } from './patch-batch.ts'
import type { ProduceValidationOptions } from './produce-validation.ts'
import { RecordBatch } from './record-batch.ts'
import { comparable, newBatch } from './testing/arbitraries.ts'
import { produceCases } from './testing/produce-cases.ts'
import { validateProduce } from './validate-produce.ts'

const options: ProduceValidationOptions = {
  origin: 'client',
  nextOffset: 1000,
  leaderEpoch: 3,
  nowMs: 1_700_000_000_000,
  maxMessageBytes: 1 << 20,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Infinity,
  timestampAfterMaxMs: Infinity,
  compacted: false,
  targetCompression: 'producer',
}

describe('validateProduce', () => {
  test('takes what clients build, and leaves the records as they were', () =>
    fc.assert(
      fc.property(newBatch, fc.constantFrom('producer', ...compressionTypes), fc.boolean(), (batch, target, append) => {
        const bytes = buildBatch({ ...batch, baseOffset: 0, isControl: false, baseSequence: 0 })
        const before = [...RecordBatch.at(Uint8Array.from(bytes)).records()]
        const timestampType = append ? 'LogAppendTime' : 'CreateTime'
        const result = validateProduce(bytes, { ...options, targetCompression: target, timestampType })
        assert.ok(result.ok, result.ok ? '' : result.message)
        const stored = RecordBatch.at(result.bytes)
        assert.ok(stored.isValidCrc())
        assert.deepEqual([stored.baseOffset, stored.lastOffset], [result.firstOffset, result.lastOffset])
        assert.equal(stored.partitionLeaderEpoch, 3)
        assert.equal(stored.compression, target === 'producer' ? batch.compression : target)
        assert.equal(stored.producerId, batch.producerId)
        assert.equal(stored.maxTimestamp, append ? options.nowMs : result.maxTimestamp)
        const expected = before.map((record) => ({
          ...record,
          offset: record.offset + 1000,
          timestamp: append ? options.nowMs : record.timestamp,
        }))
        assert.deepEqual([...stored.records()].map(comparable), expected.map(comparable))
      }),
      { numRuns: 100 },
    ))

  test('answers whatever bytes, throws for none, and changes none that it refuses', () => {
    const starts = [...produceCases()].map(({ bytes }) => bytes)
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.constantFrom('producer', ...compressionTypes),
        (start, changes, rightCrc, targetCompression) => {
          const bytes = Uint8Array.from(start)
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
          if (rightCrc && bytes.length > 61) writeCrc(bytes, 0)
          const before = Buffer.from(bytes)
          const result = validateProduce(bytes, { ...options, targetCompression, compacted: changes.length === 2 })
          if (result.ok) assert.ok(RecordBatch.at(result.bytes).isValidCrc())
          else assert.ok(before.equals(bytes))
        },
      ),
      { numRuns: 1500 },
    )
  })

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`refuses a bomb of ${compression}`, () => {
      const record = { timestamp: options.nowMs, key: null, value: Buffer.alloc(16 << 20) }
      const bytes = buildBatch({ compression, records: [record] })
      const before = process.memoryUsage().arrayBuffers
      const result = validateProduce(bytes, { ...options, maxMessageBytes: 2 << 20, maxDecompressedBytes: 1 << 20 })
      assert.equal(result.ok ? 'OK' : result.error.name, 'MESSAGE_TOO_LARGE')
      assert.ok(process.memoryUsage().arrayBuffers - before < 8 << 20)
    })
  }

  test('names a bounded number of refused records and counts all', () => {
    const records = Array.from({ length: 12_000 }, () => ({ timestamp: options.nowMs, key: null, value: null }))
    const result = validateProduce(buildBatch({ records }), { ...options, compacted: true })
    assert.ok(!result.ok)
    assert.equal(result.error.name, 'INVALID_RECORD')
    assert.equal(result.recordErrors.length, 10_000)
    assert.match(result.message, /^One or more records have been rejected due to 12000 record errors in total/)
  })

  test('says of a timestamp that is refused what Kafka says, which clients pass on', () => {
    const record = { timestamp: options.nowMs, key: null, value: Buffer.from('v') }
    const records = [{ ...record, timestamp: options.nowMs - 2000 }, record]
    const result = validateProduce(buildBatch({ records }), { ...options, timestampBeforeMaxMs: 1000 })
    assert.ok(!result.ok)
    assert.equal(result.error.name, 'INVALID_TIMESTAMP')
    assert.equal(result.message, 'One or more records have been rejected due to invalid timestamp')
  })

  test('says what is stored', () => {
    const record = { timestamp: options.nowMs, key: Buffer.from('k'), value: Buffer.from('v') }
    const bytes = buildBatch({
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 2 ** 31 - 1,
      isTransactional: true,
      records: [record, { ...record, timestamp: options.nowMs + 1 }],
    })
    assert.deepEqual(validateProduce(bytes, options), {
      ok: true,
      bytes,
      firstOffset: 1000,
      lastOffset: 1001,
      recordsCount: 2,
      maxTimestamp: options.nowMs + 1,
      offsetOfMaxTimestamp: 1001,
      logAppendTimeMs: -1,
      compression: 'none',
      recompressed: false,
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 2 ** 31 - 1,
      lastSequence: 0,
      isTransactional: true,
      isControl: false,
    })
  })
})
