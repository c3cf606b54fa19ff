import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LogConfig } from '../log-config.ts'
import { StorageHarness, append, batchOf, readValues, write } from '../testing/harness.ts'
import type { UnifiedLog } from './unified-log.ts'

const NOW = 1_700_000_000_000

/** Ten records, each in a segment of its own, one second apart, the youngest at the harness's now. */
async function tenSegments(config: Partial<LogConfig>): Promise<{ harness: StorageHarness; log: UnifiedLog }> {
  const harness = new StorageHarness({ config: { segmentBytes: 70, ...config } })
  const log = await harness.openLog()
  for (let index = 0; index < 10; index++)
    await write(log, batchOf([`${index}`], { timestamp: NOW - (9 - index) * 1000 }))
  assert.equal(log.numberOfSegments, 10)
  return { harness, log }
}

describe('retention', () => {
  test('by time: whole segments whose youngest record is too old', async () => {
    const { log, harness } = await tenSegments({ retentionMs: 4000 })
    assert.equal(await log.deleteOldSegments(), 5)
    assert.deepEqual(await readValues(log), ['5', '6', '7', '8', '9'])
    assert.equal(log.logStartOffset, 5)
    harness.clock.advance(4000)
    assert.equal(await log.deleteOldSegments(), 4)
  })

  test('by time: the active segment is rolled and goes too, and the end of the log stays known', async () => {
    const { log, harness } = await tenSegments({ retentionMs: 4000, fileDeleteDelayMs: 0 })
    harness.clock.advance(60_000)
    assert.equal(await log.deleteOldSegments(), 10)
    assert.deepEqual([log.logStartOffset, log.logEndOffset, log.numberOfSegments], [10, 10, 1])
    assert.deepEqual(await harness.segmentBases(), [10])
    assert.equal(await log.deleteOldSegments(), 0)
    const reopened = await harness.restart()
    assert.deepEqual([reopened.logStartOffset, reopened.logEndOffset], [10, 10])
    assert.equal((await write(reopened, batchOf(['x'], { timestamp: NOW }))).firstOffset, 10)
  })

  test('by size: the oldest segments, as long as what is left is enough', async () => {
    const { log } = await tenSegments({ retentionMs: -1, retentionBytes: 0 })
    const one = log.sizeInBytes / 10
    log.updateConfig({ ...log.config, retentionBytes: one * 3 })
    assert.equal(await log.deleteOldSegments(), 7)
    log.updateConfig({ ...log.config, retentionBytes: one * 2 + 1 })
    assert.equal(await log.deleteOldSegments(), 0)
    assert.equal(log.sizeInBytes, one * 3)
  })

  test('never what is not committed', async () => {
    const { log } = await tenSegments({ retentionMs: -1 })
    await log.truncateTo(6)
    for (let index = 6; index < 9; index++) await append(log, batchOf([`${index}`], { timestamp: NOW })).written
    log.updateConfig({ ...log.config, retentionBytes: 0 })
    assert.equal(log.highWatermark, 6)
    assert.equal(await log.deleteOldSegments(), 6)
    assert.deepEqual(await readValues(log), ['6', '7', '8'])
  })

  test('a record from the future holds its segment back, and a person is told', async () => {
    const { log, harness } = await tenSegments({ retentionMs: 4000, messageTimestampAfterMaxMs: 1e12 })
    await log.truncateTo(0)
    await write(log, batchOf(['f'], { timestamp: NOW + 1e9 }))
    await write(log, batchOf(['o'], { timestamp: NOW - 1e9 }))
    for (let checks = 0; checks < 2; checks++) assert.equal(await log.deleteOldSegments(), 0)
    assert.equal(harness.warnings().filter((message) => message.startsWith('A record is from the future')).length, 1)
  })

  test('records without a timestamp are as old as their file', async () => {
    const { log, harness } = await tenSegments({ retentionMs: 4000 })
    await log.truncateTo(0)
    await write(log, batchOf(['n'], { timestamp: -1 }))
    await write(log, batchOf(['n'], { timestamp: -1 }))
    assert.equal(await log.deleteOldSegments(), 0)
    harness.clock.advance(4001)
    assert.equal(await log.deleteOldSegments(), 2)
  })

  test('compacted topics keep what is old and large, but not what was deleted', async () => {
    const { log } = await tenSegments({ retentionMs: 4000 })
    log.deleteRecordsTo(3)
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'], retentionBytes: 0 })
    assert.equal(await log.deleteOldSegments(), 3)
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact', 'delete'] })
    assert.equal(await log.deleteOldSegments(), 7)
  })

  test('files are renamed at once and removed after file.delete.delay.ms; a reader is not disturbed', async () => {
    const { harness, log } = await tenSegments({ retentionMs: 4000, fileDeleteDelayMs: 60_000 })
    const reading = log.read(0, { maxBytes: 10, maxOffset: 10, minOneMessage: true })
    await log.deleteOldSegments()
    assert.equal((await reading).nextOffset, 1)
    const deleted = async () =>
      (await harness.fs.readdir(harness.partitionDir)).filter((name) => name.endsWith('.deleted'))
    assert.ok((await deleted()).length >= 5)
    await harness.clock.advanceAsync(59_999)
    assert.ok((await deleted()).length >= 5)
    await harness.clock.advanceAsync(1)
    await log.roll()
    assert.deepEqual(await deleted(), [])
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('after a restart the age of a segment is read from its time index alone', async () => {
    const { harness } = await tenSegments({ retentionMs: -1 })
    const log = await harness.restart()
    log.updateConfig({ ...log.config, retentionMs: 4000 })
    assert.equal(await log.deleteOldSegments(), 5)
    assert.deepEqual(await readValues(log), ['5', '6', '7', '8', '9'])
  })
})
