import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CompressionType } from '@milena/records'
import { buildBatch } from '@milena/records'
import { ListOffsets } from './offset-lookup.ts'
import { StorageHarness, batchOf, write } from '../testing/harness.ts'

const NOW = 1_700_000_000_000

/** Single-segment or many, batches of three records with the given timestamps relative to now. */
async function logWith(
  timestamps: readonly (readonly number[])[],
  o: { segmentBytes?: number; compression?: CompressionType } = {},
) {
  const harness = new StorageHarness({
    config: { segmentBytes: o.segmentBytes ?? 1_000_000, indexIntervalBytes: 100, messageTimestampAfterMaxMs: 1e12 },
  })
  const log = await harness.openLog()
  for (const [index, batch] of timestamps.entries()) {
    const records = batch.map((timestamp) => ({ timestamp: NOW + timestamp, key: null, value: Buffer.from('value') }))
    await write(log, buildBatch({ records, compression: o.compression ?? 'none' }), { leaderEpoch: index })
  }
  return { harness, log }
}

describe('offsets by timestamp', () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    test(`the first record that is at least as young, exact within the batch (${compression})`, async () => {
      const { log } = await logWith(
        [
          [0, 10, 20],
          [30, 25, 40],
          [35, 50, 45],
        ],
        { compression },
      )
      const find = async (timestamp: number) => (await log.fetchOffsetByTimestamp(NOW + timestamp))?.offset
      assert.deepEqual(await Promise.all([-5, 0, 1, 10, 20, 21, 31, 41, 46, 51].map(find)), [
        0,
        0,
        1,
        1,
        2,
        3,
        5,
        7,
        7,
        undefined,
      ])
      assert.deepEqual(await log.fetchOffsetByTimestamp(NOW + 31), { timestamp: NOW + 40, offset: 5, leaderEpoch: 1 })
    })
  }

  test('equals a search through all records, in many segments, also after a restart', async () => {
    const timestamps = Array.from({ length: 60 }, (_, batch) =>
      [0, 1, 2].map((record) => ((batch * 37 + record * 11) % 500) + batch * 3),
    )
    const { harness, log } = await logWith(timestamps, { segmentBytes: 700 })
    const all = timestamps.flat()
    for (const restarts of [false, true]) {
      const current = restarts ? await harness.restart() : log
      for (let timestamp = -10; timestamp < 700; timestamp += 7) {
        const expected = all.findIndex((candidate) => candidate >= timestamp)
        const found = await current.fetchOffsetByTimestamp(NOW + timestamp)
        assert.equal(found?.offset ?? -1, expected, `timestamp ${timestamp}`)
      }
    }
  })

  test('the places that have a name', async () => {
    const { log } = await logWith([
      [0, 10, 20],
      [90, 25, 90],
      [35, 50, 45],
    ])
    const find = (timestamp: number) => log.fetchOffsetByTimestamp(timestamp)
    assert.deepEqual(await find(ListOffsets.LATEST), { timestamp: -1, offset: 9, leaderEpoch: 2 })
    assert.deepEqual(await find(ListOffsets.EARLIEST), { timestamp: -1, offset: 0, leaderEpoch: 0 })
    assert.deepEqual(await find(ListOffsets.EARLIEST_LOCAL), { timestamp: -1, offset: 0, leaderEpoch: 0 })
    assert.deepEqual(await find(ListOffsets.MAX_TIMESTAMP), { timestamp: NOW + 90, offset: 3, leaderEpoch: 1 })
    assert.deepEqual(await find(ListOffsets.LATEST_TIERED), { timestamp: -1, offset: -1, leaderEpoch: -1 })
    assert.equal(await find(-7), undefined)
    log.deleteRecordsTo(4)
    assert.deepEqual(await find(ListOffsets.EARLIEST), { timestamp: -1, offset: 4, leaderEpoch: 1 })
    assert.equal((await find(NOW))!.offset, 4, 'deleted records are not found')
  })

  test('what is left of a segment that was cut is found, also where the time index knows nothing of it', async () => {
    const { harness, log } = await logWith(
      [
        [0, 10],
        [20, 30],
        [90, 90],
      ],
      { segmentBytes: 1_000_000 },
    )
    await log.truncateTo(4)
    const find = async (timestamp: number) => (await log.fetchOffsetByTimestamp(NOW + timestamp))?.offset
    assert.deepEqual([await find(10), await find(25), await find(31)], [1, 3, undefined])
    assert.deepEqual((await log.fetchOffsetByTimestamp(ListOffsets.MAX_TIMESTAMP))?.offset, 3)
    const again = await harness.restart()
    assert.equal((await again.fetchOffsetByTimestamp(NOW + 25))?.offset, 3)
  })

  test('where no record has a timestamp, the first stands for the youngest', async () => {
    const { log } = await logWith([[-1 - NOW, -1 - NOW], [-1 - NOW]])
    const expected = { timestamp: -1, offset: 0, leaderEpoch: 0 }
    assert.deepEqual(await log.fetchOffsetByTimestamp(ListOffsets.MAX_TIMESTAMP), expected)
    assert.equal(await log.fetchOffsetByTimestamp(0), undefined)
  })

  test('an empty log has no youngest record, and nothing beyond maxOffset is found', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    assert.equal(await log.fetchOffsetByTimestamp(ListOffsets.MAX_TIMESTAMP), undefined)
    assert.equal(await log.fetchOffsetByTimestamp(0), undefined)
    assert.deepEqual(await log.fetchOffsetByTimestamp(ListOffsets.LATEST), {
      timestamp: -1,
      offset: 0,
      leaderEpoch: undefined,
    })
    await write(log, batchOf(['a', 'b']))
    assert.equal(await log.fetchOffsetByTimestamp(NOW + 1, { maxOffset: 1 }), undefined)
    assert.equal((await log.fetchOffsetByTimestamp(ListOffsets.LATEST, { maxOffset: 1 }))!.offset, 1)
  })
})
