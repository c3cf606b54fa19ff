import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { buildBatch } from './batch-builder.ts'
import { patchBatch, writeCrc } from './patch-batch.ts'
import { batches, RecordBatch, sizeOfBatchAt } from './record-batch.ts'
import { RecordsError } from './records-error.ts'
import { comparable, newBatch } from './testing/arbitraries.ts'

/** Batches of real clients; `testdata/README.md` says how they were made. */
const clientBatches = readFileSync(new URL('../testdata/client-batches.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [name, hex] = line.split('|')
    return { name: name!, bytes: Buffer.from(hex!, 'hex') }
  })

const corrupt = (error: unknown): boolean => error instanceof RecordsError && error.error.name === 'CORRUPT_MESSAGE'
const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString())

describe('a batch of a real client is read:', () => {
  for (const { name, bytes } of clientBatches) {
    test(name, () => {
      const batch = RecordBatch.at(bytes)
      assert.equal(batch.sizeInBytes, bytes.length)
      assert.ok(batch.isValidCrc())
      const records = [...batch.records()]
      assert.equal(records.length, batch.recordsCount)
      if (batch.isControl) return
      if (name.endsWith('blocks')) {
        assert.equal(records.length, 1)
        const expected = Buffer.from(Array.from(records[0]!.value!, (_, index) => Math.floor(index / 300)))
        assert.ok(expected.length >= 70_000 && expected.equals(records[0]!.value!))
        return
      }
      assert.deepEqual(
        records.map(({ key, value }) => [text(key), text(value)]),
        [
          ['key-0', 'value zero zero zero zero zero zero'],
          [null, 'value one one one one one one one'],
          ['key-2', null],
          ['', ''],
        ],
      )
      assert.deepEqual(
        records.map(({ offset }) => offset - batch.baseOffset),
        [0, 1, 2, 3],
      )
      assert.deepEqual([records[0]!.headers[0]!.key, text(records[0]!.headers[0]!.value)], ['trace', 'abc'])
      if (!name.startsWith('kafkajs')) assert.equal(records[0]!.headers[1]!.key, 'näme')
      if (batch.timestampType === 'LogAppendTime') {
        assert.deepEqual(new Set(records.map(({ timestamp }) => timestamp)), new Set([1_700_000_009_999]))
      } else {
        const times = [1_700_000_000_000, 1_700_000_000_500, 1_699_999_990_000, 1_700_000_000_001]
        assert.deepEqual(
          records.map(({ timestamp }) => timestamp),
          times,
        )
        assert.equal(batch.maxTimestamp, 1_700_000_000_500)
      }
    })
  }

  test('the header of the Java client, field by field', () => {
    const batch = RecordBatch.at(clientBatches.find(({ name }) => name === 'java 4.3.1 zstd')!.bytes)
    const { baseOffset, lastOffset, nextOffset, lastOffsetDelta, partitionLeaderEpoch, magic, compression } = batch
    assert.deepEqual([baseOffset, lastOffset, nextOffset, lastOffsetDelta], [42, 45, 46, 3])
    assert.deepEqual([partitionLeaderEpoch, magic, compression], [3, 2, 'zstd'])
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch
    assert.deepEqual([producerId, producerEpoch, baseSequence, lastSequence], [1234567890123, 7, 2 ** 31 - 2, 1])
    const { isTransactional, isControl, hasDeleteHorizon, timestampType } = batch
    assert.deepEqual([isTransactional, isControl, hasDeleteHorizon, timestampType], [false, false, false, 'CreateTime'])
    assert.deepEqual(
      [...batch.records()].map(({ sequence }) => sequence),
      [2 ** 31 - 2, 2 ** 31 - 1, 0, 1],
    )
  })

  test('and built again from its records it is the same, byte for byte', () => {
    const { bytes } = clientBatches.find(({ name }) => name === 'java 4.3.1 none')!
    const batch = RecordBatch.at(bytes)
    const { baseOffset, partitionLeaderEpoch, producerId, producerEpoch, baseSequence } = batch
    const again = buildBatch({
      baseOffset,
      partitionLeaderEpoch,
      producerId,
      producerEpoch,
      baseSequence,
      records: [...batch.records()],
    })
    assert.ok(Buffer.from(again).equals(bytes))
  })
})

describe('buildBatch', () => {
  test('builds what is then read', () =>
    fc.assert(
      fc.property(newBatch, (batch) => {
        const bytes = buildBatch(batch)
        const read = RecordBatch.at(bytes)
        assert.ok(read.isValidCrc())
        assert.equal(read.baseOffset, batch.baseOffset)
        assert.equal(read.partitionLeaderEpoch, batch.partitionLeaderEpoch)
        assert.equal(read.compression, batch.compression)
        assert.equal(read.producerId, batch.producerId)
        assert.equal(read.producerEpoch, batch.producerEpoch)
        assert.equal(read.baseSequence, batch.baseSequence)
        assert.equal(read.isTransactional, batch.isTransactional)
        assert.equal(read.isControl, batch.isControl)
        assert.equal(read.maxTimestamp, Math.max(...batch.records.map(({ timestamp }) => timestamp)))
        const records = [...read.records()].map(({ offset, timestamp, key, value, headers }) =>
          comparable({ offset: offset - read.baseOffset, timestamp, key, value, headers }),
        )
        assert.deepEqual(
          records,
          batch.records.map((record, offset) => comparable({ offset, ...record })),
        )
      }),
      { numRuns: 150 },
    ))

  test('keeps the offsets that records had', () => {
    const record = { timestamp: 5, key: null, value: null }
    const bytes = buildBatch({
      baseOffset: 100,
      lastOffsetDelta: 20,
      records: [
        { ...record, offsetDelta: 3 },
        { ...record, offsetDelta: 11 },
      ],
    })
    const batch = RecordBatch.at(bytes)
    assert.equal(batch.lastOffset, 120)
    assert.deepEqual(
      [...batch.records()].map(({ offset }) => offset),
      [103, 111],
    )
    assert.throws(() => buildBatch({ records: [] }), RangeError)
    const twice = { ...record, offsetDelta: 3 }
    assert.throws(() => buildBatch({ records: [twice, twice] }), RangeError)
  })
})

describe('batches', () => {
  const first = buildBatch({ records: [{ timestamp: 1, key: null, value: Buffer.from('first') }] })
  const second = buildBatch({ baseOffset: 1, records: [{ timestamp: 2, key: null, value: Buffer.from('second') }] })
  const both = Buffer.concat([first, second])

  test('are found one behind the other, up to a tail that is cut', () => {
    for (let length = 0; length <= both.length; length++) {
      const found = [...batches(both.subarray(0, length))].map(({ baseOffset }) => baseOffset)
      const whole = length === both.length ? [0, 1] : length >= first.length ? [0] : []
      assert.deepEqual(found, whole)
    }
    assert.equal(sizeOfBatchAt(both, first.length), second.length)
    assert.equal(RecordBatch.at(both, first.length).bytes.length, second.length)
    assert.throws(() => RecordBatch.at(both.subarray(0, 40)), corrupt)
    assert.throws(() => RecordBatch.at(both, both.length), corrupt)
  })

  test('are not looked for in other bytes', () => {
    const damaged = Uint8Array.from(both)
    damaged[first.length + 16] = 1
    assert.throws(() => [...batches(damaged)], corrupt)
    damaged.fill(0, first.length)
    assert.throws(() => [...batches(damaged)], corrupt)
  })

  test('that were damaged are either found out or still read, never anything else', () =>
    fc.assert(
      fc.property(newBatch, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (batch, changes) => {
        const bytes = Uint8Array.from(buildBatch(batch))
        for (const [at, value] of changes) bytes[17 + (at % (bytes.length - 17))] = value
        // As if the sender had made it so: the CRC is no help.
        writeCrc(bytes, 0)
        try {
          const read = RecordBatch.at(bytes)
          for (const { key, value } of read.records(1 << 20)) assert.ok((key?.length ?? 0) + (value?.length ?? 0) >= 0)
        } catch (error) {
          assert.ok(error instanceof RecordsError, String(error))
        }
      }),
      { numRuns: 300 },
    ))
})

describe('patchBatch', () => {
  const make = (): Uint8Array =>
    buildBatch({
      isTransactional: true,
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
      records: [{ timestamp: 7, key: null, value: null }],
    })

  test('changes what is not under the CRC and leaves that alone', () => {
    const bytes = make()
    const { crc } = RecordBatch.at(bytes)
    patchBatch(bytes, 0, { baseOffset: 2 ** 40, partitionLeaderEpoch: 9, maxTimestamp: 7 })
    const batch = RecordBatch.at(bytes)
    assert.deepEqual([batch.baseOffset, batch.partitionLeaderEpoch, batch.crc], [2 ** 40, 9, crc])
  })

  test('changes times, also behind another batch, and makes the CRC right', () => {
    const bytes = Buffer.concat([make(), make()])
    const offset = bytes.length / 2
    patchBatch(bytes, offset, { logAppendTime: 99 })
    const batch = RecordBatch.at(bytes, offset)
    assert.deepEqual([batch.timestampType, batch.maxTimestamp, batch.isTransactional], ['LogAppendTime', 99, true])
    assert.ok(batch.isValidCrc())
    assert.equal([...batch.records()][0]!.timestamp, 99)
    assert.ok(RecordBatch.at(bytes).isValidCrc())
    patchBatch(bytes, offset, { maxTimestamp: 7 })
    assert.deepEqual([batch.timestampType, batch.isValidCrc()], ['CreateTime', true])
    assert.ok(Buffer.from(batch.bytes).equals(make()))
  })
})
