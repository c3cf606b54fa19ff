import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RecordBatch, batches } from '@milena/records'
import { topicPartitionName } from '../topic-partition.ts'
import { StorageHarness, append, batchOf, onBothFileSystems, readValues, write } from '../testing/harness.ts'

const everything = { maxBytes: 1_000_000, maxOffset: Infinity, minOneMessage: true }

describe('UnifiedLog', () => {
  test('gives offsets in the order of the calls and writes all that waits at once', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    const first = append(log, batchOf(['a', 'b']), { leaderEpoch: 5 })
    const second = append(log, batchOf(['c']), { leaderEpoch: 5 })
    assert.deepEqual([first.firstOffset, first.lastOffset, second.firstOffset], [0, 1, 2])
    assert.deepEqual(
      [log.logEndOffset, log.writtenOffset, log.pendingBytes],
      [3, 0, first.sizeInBytes + second.sizeInBytes],
    )
    assert.equal(first.written, second.written, 'one write for both')
    await second.written
    assert.deepEqual([log.writtenOffset, log.pendingBytes], [3, 0])
    const { slices } = await log.read(0, everything)
    const [batch] = [...batches(slices[0]!)]
    assert.deepEqual([batch!.baseOffset, batch!.partitionLeaderEpoch, batch!.isValidCrc()], [0, 5, true])
    assert.equal(log.latestEpoch, 5)
  })

  test('shows nothing that is not written, and no high watermark beyond it', async () => {
    const log = await new StorageHarness().openLog()
    const appended = append(log, batchOf(['a']))
    assert.equal((await log.read(0, everything)).sizeInBytes, 0)
    assert.equal(log.updateHighWatermark(1), 0)
    await appended.written
    assert.equal(log.updateHighWatermark(99), 1)
    assert.equal(log.lastStableOffset, 1)
  })

  const reads = onBothFileSystems(async (make) => {
    for (const tailCacheBytes of [0, 600, 1_000_000]) {
      const harness = make({ config: { segmentBytes: 1500, indexIntervalBytes: 100 }, options: { tailCacheBytes } })
      const log = await harness.openLog()
      const values: string[] = []
      for (let index = 0; index < 60; index++) {
        const value = `value ${index}`.repeat((index % 5) + 1)
        values.push(value)
        await write(log, batchOf([value]))
      }
      assert.ok(log.numberOfSegments > 3)
      assert.deepEqual(await readValues(log, 0, 1), values, 'batch by batch')
      assert.deepEqual(await readValues(log, 0, 500), values)
      assert.deepEqual(await readValues(log, 0, 1_000_000), values, 'all at once')
      for (let offset = 0; offset < 60; offset++) {
        assert.deepEqual(await readValues(log, offset, 300), values.slice(offset))
      }
      await harness.manager.close()
      await harness.fs.removeDirectory(harness.logDir)
    }
  })
  test('reads from any offset, across segments, from memory or files', reads.memory)
  test('reads from any offset on a real disk', reads.disk)

  test('never gives more than maxBytes, except a first batch that must be given whole', async () => {
    for (const tailCacheBytes of [0, 1_000_000]) {
      const log = await new StorageHarness({ options: { tailCacheBytes } }).openLog()
      for (const value of ['a', 'b'.repeat(50_000), 'c']) await write(log, batchOf([value]))
      const small = RecordBatch.at((await log.read(0, { ...everything, maxBytes: 1 })).slices[0]!).sizeInBytes
      const read = async (offset: number, maxBytes: number, minOneMessage: boolean) => {
        const { sizeInBytes, nextOffset } = await log.read(offset, { maxBytes, maxOffset: Infinity, minOneMessage })
        return [sizeInBytes, nextOffset]
      }
      assert.deepEqual(await read(0, small - 1, false), [0, 0])
      assert.deepEqual(await read(0, small - 1, true), [small, 1])
      assert.deepEqual(await read(0, small * 2, true), [small, 1])
      assert.deepEqual(await read(1, 10, false), [0, 1])
      assert.deepEqual((await read(1, 10, true))[1], 2)
      assert.deepEqual(await read(2, small, false), [small, 3])
      await assert.rejects(log.read(4, everything), { name: 'StorageError', error: 'OFFSET_OUT_OF_RANGE' })
      await assert.rejects(log.read(-1, everything), { error: 'OFFSET_OUT_OF_RANGE' })
      assert.deepEqual(await read(3, 100, true), [0, 3], 'at the end there is nothing yet')
    }
  })

  test('cuts a read at the batch that reaches beyond maxOffset', async () => {
    for (const tailCacheBytes of [0, 1_000_000]) {
      const log = await new StorageHarness({ options: { tailCacheBytes } }).openLog()
      await write(log, batchOf(['a', 'b']))
      await write(log, batchOf(['c', 'd']))
      assert.equal((await log.read(0, { ...everything, maxOffset: 4 })).nextOffset, 4)
      assert.equal((await log.read(0, { ...everything, maxOffset: 3 })).nextOffset, 2)
      assert.equal((await log.read(1, { ...everything, maxOffset: 2 })).nextOffset, 2)
      assert.equal((await log.read(2, { ...everything, maxOffset: 3 })).sizeInBytes, 0)
    }
  })

  test('answers a repeated batch with where it was, and refuses a gap', async () => {
    const log = await new StorageHarness().openLog()
    const batch = (baseSequence: number, producerEpoch = 0) =>
      batchOf(['x', 'y'], { producerId: 9, producerEpoch, baseSequence, timestamp: 1_699_999_999_000 })
    const first = append(log, batch(0))
    const again = append(log, batch(0))
    assert.deepEqual([again.duplicate, again.firstOffset, again.lastOffset, again.sizeInBytes], [true, 0, 1, 0])
    assert.equal(again.logAppendTime, 1_699_999_999_001, 'the original batch timestamp')
    assert.equal(log.logEndOffset, 2)
    await again.written
    assert.equal(log.writtenOffset, 2, 'the repetition is answered when the original is written')
    assert.equal(first.duplicate, false)
    const refused = log.appendAsLeader(batch(3), { leaderEpoch: 0, origin: 'client' })
    assert.ok(!refused.ok)
    assert.equal(refused.error.name, 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal(log.logEndOffset, 2)
    assert.equal(log.activeProducers()[0]!.lastSequence, 1)
  })

  test('refuses what no segment can hold and what validation finds', async () => {
    const log = await new StorageHarness({ config: { segmentBytes: 200 } }).openLog()
    const large = log.appendAsLeader(batchOf(['x'.repeat(500)]), { leaderEpoch: 0, origin: 'client' })
    assert.ok(!large.ok)
    assert.equal(large.error.name, 'RECORD_LIST_TOO_LARGE')
    const damaged = batchOf(['x'])
    damaged[65]! ^= 1
    const corrupt = log.appendAsLeader(damaged, { leaderEpoch: 0, origin: 'client' })
    assert.ok(!corrupt.ok)
    assert.equal(corrupt.error.name, 'CORRUPT_MESSAGE')
    assert.equal(log.logEndOffset, 0)
  })

  test('obeys the config: time of appending, compression, changes at run time', async () => {
    const harness = new StorageHarness({ config: { messageTimestampType: 'LogAppendTime', compressionType: 'gzip' } })
    const log = await harness.openLog()
    const appended = await write(log, batchOf(['x']))
    assert.equal(appended.logAppendTime, harness.clock.nowMs())
    const first = RecordBatch.at((await log.read(0, everything)).slices[0]!)
    assert.deepEqual([first.compression, first.timestampType], ['gzip', 'LogAppendTime'])
    harness.manager.updateConfig('topic', {
      ...harness.config,
      messageTimestampType: 'CreateTime',
      compressionType: 'producer',
    })
    const second = await write(log, batchOf(['y']))
    assert.equal(second.logAppendTime, -1)
    assert.equal(RecordBatch.at((await log.read(1, everything)).slices[0]!).compression, 'none')
  })

  test('rolls by size, by age of the first record, and by a full index', async () => {
    const bySize = await new StorageHarness({ config: { segmentBytes: 300 } }).openLog()
    for (let index = 0; index < 8; index++) await write(bySize, batchOf(['x'.repeat(40)]))
    assert.equal(bySize.numberOfSegments, 4)

    const byAge = new StorageHarness({ config: { segmentMs: 1000, messageTimestampAfterMaxMs: 1e6 } })
    for (const age of [5000, 6000, 6001, 7001, 7002]) {
      await write(await byAge.openLog(), batchOf(['x'], { timestamp: 1_700_000_000_000 + age }))
    }
    assert.deepEqual(await byAge.segmentBases(), [0, 2, 4])

    const byIndex = new StorageHarness({ config: { segmentIndexBytes: 36, indexIntervalBytes: 1 } })
    for (let index = 0; index < 8; index++) {
      await write(await byIndex.openLog(), batchOf(['x'], { timestamp: 1_700_000_000_000 + index }))
    }
    assert.deepEqual(await byIndex.segmentBases(), [0, 3, 6], 'two time index entries, and one place kept')
  })

  test('tells who listens that something was written, committed, deleted', async () => {
    const log = await new StorageHarness().openLog()
    const heard: string[] = []
    const stop = log.listen({
      onWritten: ({ writtenOffset }) => heard.push(`written ${writtenOffset}`),
      onHighWatermark: ({ highWatermark }) => heard.push(`committed ${highWatermark}`),
      onLogStartOffset: ({ logStartOffset }) => heard.push(`starts at ${logStartOffset}`),
    })
    await write(log, batchOf(['a', 'b']))
    log.deleteRecordsTo(1)
    stop()
    await write(log, batchOf(['c']))
    assert.deepEqual(heard, ['written 2', 'committed 2', 'starts at 1'])
  })

  test('keeps offsets, epochs, producers and config through an orderly restart', async () => {
    const harness = new StorageHarness({ config: { segmentBytes: 400 } })
    let log = await harness.openLog()
    for (let sequence = 0; sequence < 10; sequence++) {
      const batch = batchOf([`value ${sequence}`], { producerId: 4, producerEpoch: 1, baseSequence: sequence })
      await write(log, batch, { leaderEpoch: Math.floor(sequence / 4) })
    }
    log = await harness.restart()
    assert.deepEqual([log.logStartOffset, log.logEndOffset, log.highWatermark, log.recoveryPoint], [0, 10, 10, 10])
    assert.deepEqual(log.endOffsetForEpoch(0), { leaderEpoch: 0, endOffset: 4 })
    assert.deepEqual(log.endOffsetForEpoch(2), { leaderEpoch: 2, endOffset: 10 })
    const again = append(log, batchOf(['value 9'], { producerId: 4, producerEpoch: 1, baseSequence: 9 }))
    assert.deepEqual([again.duplicate, again.firstOffset], [true, 9])
    await write(log, batchOf(['value 10'], { producerId: 4, producerEpoch: 1, baseSequence: 10 }))
    assert.equal((await readValues(log)).at(-1), 'value 10')
    assert.deepEqual(harness.warnings(), [])
  })

  test('an orderly restart of a log that is not touched writes nothing and changes nothing', async () => {
    const harness = new StorageHarness()
    await write(await harness.openLog(), batchOf(['a'], { producerId: 4, producerEpoch: 0, baseSequence: 0 }))
    await harness.restart()
    const log = await harness.restart()
    assert.deepEqual(await readValues(log), ['a'])
    assert.equal(log.activeProducers().length, 1)
  })

  test('deletes records up to an offset: whole segments leave, the rest hides', async () => {
    const harness = new StorageHarness({ config: { segmentBytes: 200 } })
    let log = await harness.openLog()
    for (let index = 0; index < 10; index++)
      await write(log, batchOf([`${index}`], {}), { leaderEpoch: index < 5 ? 1 : 2 })
    assert.equal(log.deleteRecordsTo(5), 5)
    assert.equal(log.deleteRecordsTo(3), 5, 'the start never goes back')
    assert.throws(() => log.deleteRecordsTo(11), { error: 'OFFSET_OUT_OF_RANGE' })
    await assert.rejects(log.read(4, everything), { error: 'OFFSET_OUT_OF_RANGE' })
    const before = log.numberOfSegments
    await log.deleteOldSegments()
    assert.ok(log.numberOfSegments < before)
    log = await harness.restart()
    assert.equal(log.logStartOffset, 5)
    assert.deepEqual(await readValues(log), ['5', '6', '7', '8', '9'])
    assert.deepEqual(log.endOffsetForEpoch(1), { leaderEpoch: 1, endOffset: 5 })
    assert.equal(log.deleteRecordsTo(-1), 10)
    assert.equal((await log.fetchOffsetByTimestamp(-2))!.offset, 10)
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] })
    assert.throws(() => log.deleteRecordsTo(10), { error: 'POLICY_VIOLATION' })
  })

  test('is truncated to an offset, within a segment and across segments', async () => {
    const harness = new StorageHarness({ config: { segmentBytes: 400, indexIntervalBytes: 50 } })
    let log = await harness.openLog()
    for (let sequence = 0; sequence < 20; sequence++) {
      const batch = batchOf([`value ${sequence}`], { producerId: 4, producerEpoch: 0, baseSequence: sequence })
      await write(log, batch, { leaderEpoch: sequence < 10 ? 0 : 1 })
    }
    await log.truncateTo(12)
    assert.deepEqual([log.logEndOffset, log.highWatermark], [12, 12])
    assert.equal(log.activeProducers()[0]!.lastSequence, 11)
    await log.truncateTo(5)
    assert.equal(log.latestEpoch, 0)
    assert.equal((await readValues(log)).length, 5)
    const batch = batchOf(['new'], { producerId: 4, producerEpoch: 0, baseSequence: 5 })
    assert.equal((await write(log, batch, { leaderEpoch: 2 })).firstOffset, 5)
    log = await harness.restart()
    assert.deepEqual((await readValues(log)).slice(4), ['value 4', 'new'])
    await log.truncateFullyAndStartAt(100)
    assert.deepEqual([log.logStartOffset, log.logEndOffset, log.numberOfSegments], [100, 100, 1])
    assert.equal((await write(log, batchOf(['x']))).firstOffset, 100)
    log = await harness.restart()
    assert.deepEqual([log.logStartOffset, log.logEndOffset], [100, 101])
  })

  test('is found by the timestamps that a cut leaves, also where no index entry tells of them', async () => {
    const harness = new StorageHarness()
    let log = await harness.openLog()
    for (const timestamp of [1000, 2000, 3000]) await write(log, batchOf(['x'], { timestamp }))
    await log.truncateTo(2)
    for (const isReopened of [false, true]) {
      if (isReopened) log = await harness.restart()
      log.updateHighWatermark(2)
      assert.equal((await log.fetchOffsetByTimestamp(2000))?.offset, 1)
      assert.equal(await log.fetchOffsetByTimestamp(2001), undefined)
    }
  })

  test('a closed log takes and gives nothing', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    await harness.manager.close()
    const result = log.appendAsLeader(batchOf(['b']), { leaderEpoch: 0, origin: 'client' })
    assert.ok(!result.ok)
    assert.equal(result.error.name, 'NOT_LEADER_OR_FOLLOWER')
    await assert.rejects(log.read(0, everything), { error: 'NOT_LEADER_OR_FOLLOWER' })
    assert.equal(topicPartitionName(log.topicPartition), 'topic-0')
  })
})
