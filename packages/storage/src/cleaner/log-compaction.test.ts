import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { batches, deleteHorizonOf, endTransactionMarker } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import { clean, contents, keyed } from '../testing/compaction.ts'
import { StorageHarness, copyFolder, logDir, onBothFileSystems, write } from '../testing/harness.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const HOUR_MS = 3_600_000
const config = { cleanupPolicy: ['compact'] as const, deleteRetentionMs: HOUR_MS, fileDeleteDelayMs: 0 }

/** Each batch in a segment of its own, and an empty active one behind them. */
async function fill(log: UnifiedLog, contentOfSegments: readonly (readonly Uint8Array[])[]): Promise<void> {
  for (const segment of contentOfSegments) {
    for (const bytes of segment) await write(log, bytes, { origin: 'coordinator' })
    await log.roll()
  }
}

describe('a log that is cleaned', () => {
  const everywhere = onBothFileSystems(async (make) => {
    const harness = make({ config })
    const log = await harness.openLog()
    await fill(log, [[keyed(['a=1', 'b=1', 'a=2'])], [keyed(['c=1', 'b=2'])], [keyed(['a=3']), keyed(['d=1'])]])
    const before = log.logEndOffset
    const result = await clean(harness, log)
    assert.equal(result.endOffset, 7)
    assert.deepEqual(await contents(log), ['3:c=1', '4:b=2', '5:a=3', '6:d=1'])
    assert.deepEqual([log.logStartOffset, log.logEndOffset, log.numberOfSegments], [0, before, 2])
    await harness.restart()
    const reopened = harness.manager.log(log.topicPartition)!
    assert.deepEqual(await contents(reopened), ['3:c=1', '4:b=2', '5:a=3', '6:d=1'])
    assert.deepEqual(harness.warnings(), [])
    await harness.manager.close()
  })

  test('keeps the last record of each key, in memory', everywhere.memory)
  test('keeps the last record of each key, on disk', everywhere.disk)

  test('loses what has no key', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    log.updateConfig({ ...log.config, cleanupPolicy: ['delete'] })
    await fill(log, [[keyed(['a=1', '=2', 'b=3'])]])
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] })
    assert.equal((await clean(harness, log)).stats.invalidMessagesRead, 1)
    assert.deepEqual(await contents(log), ['0:a=1', '2:b=3'])
  })

  test('keeps a tombstone until its time has come, and the batch that ends the cleaned part even then', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [[keyed(['a=1', 'b=1'])], [keyed(['a'])], [keyed(['b=2'])], [keyed(['c'])]])
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['2:a', '3:b=2', '4:c'])
    const { slices } = await log.read(0, { maxBytes: 4096, maxOffset: Infinity, minOneMessage: true })
    const horizons = slices.flatMap((slice) => [...batches(slice)].map(deleteHorizonOf))
    const horizon = harness.clock.nowMs() + HOUR_MS
    assert.deepEqual(horizons, [horizon, undefined, horizon])
    harness.clock.advance(HOUR_MS - 1)
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['2:a', '3:b=2', '4:c'])
    harness.clock.advance(1)
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['3:b=2', '4-4'])
  })

  test('loses what was aborted at once, and the markers when nothing is left of their transactions', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    const [one, two] = [1, 2].map((producerId) => ({ producerId, producerEpoch: 0, isTransactional: true }))
    const end = (committed: boolean, producer: typeof one) =>
      endTransactionMarker({ ...producer!, committed, coordinatorEpoch: 0, timestamp: 0 })
    await fill(log, [
      [keyed(['a=1'], { ...one, baseSequence: 0 }), keyed(['b=1'], { ...two, baseSequence: 0 })],
      [end(false, one), end(true, two)],
      [keyed(['b=2', 'z=1'])],
    ])
    await clean(harness, log)
    // The last batches of both producers stay, as headers: they may go on.
    assert.deepEqual(await contents(log), ['0-0', '1-1', '2!', '3!', '4:b=2', '5:z=1'])
    assert.deepEqual(
      (await log.abortedTransactions(0, 6)).map(({ producerId, firstOffset }) => [producerId, firstOffset]),
      [[1, 0]],
    )
    // Once both are forgotten, the headers go; and once they are gone, the time of the markers runs.
    harness.clock.advance(HOUR_MS * 1000)
    log.removeExpiredProducers()
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['2!', '3!', '4:b=2', '5:z=1'])
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['2!', '3!', '4:b=2', '5:z=1'])
    assert.deepEqual(await log.abortedTransactions(0, 6), [])
    harness.clock.advance(HOUR_MS)
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['4:b=2', '5:z=1'])
  })

  test('is found again after a crash, and after a cut, when nothing was written behind what is clean', async () => {
    for (const cut of [undefined, 5, 4]) {
      const harness = new StorageHarness({ config })
      const log = await harness.openLog()
      await fill(log, [[keyed(['a=1']), keyed(['b=1']), keyed(['a=2', 'b=3', 'c=1'])], [keyed(['b=2'])]])
      await clean(harness, log)
      if (cut !== undefined) await log.truncateTo(cut)
      // A batch goes as a whole.
      const expected = cut === 4 ? [] : cut === 5 ? ['2:a=2', '4:c=1'] : ['2:a=2', '4:c=1', '5:b=2']
      assert.deepEqual(await contents(log), expected)
      const copied = new MemoryFileSystem()
      await copyFolder(harness.fs, logDir, copied, logDir)
      const reopened = new StorageHarness({ config, fs: copied })
      const again = await reopened.openLog()
      const end = cut ?? 6
      assert.deepEqual([again.logEndOffset, await contents(again)], [end, expected])
      // And what is written then stands in a segment of its own.
      await write(again, keyed(['z=1']))
      await reopened.restart()
      assert.deepEqual(await contents(reopened.manager.log(log.topicPartition)!), [...expected, `${end}:z=1`])
      assert.deepEqual((await reopened.segmentBases()).at(-1), end)
      assert.deepEqual(reopened.warnings(), [])
      await reopened.manager.close()
      await harness.manager.close()
    }
  })

  test('leaves what its table of keys has no room for to the next time', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    const rounds = [0, 1].map(() => Array.from({ length: 30 }, (_, index) => [keyed([`k${index}=${index}`])]))
    await fill(log, rounds.flat())
    const resources = { dedupeBufferBytes: 24 * 23, dedupeBufferLoadFactor: 0.5 }
    const offsets = [0]
    while (offsets.at(-1)! < log.logEndOffset) {
      const { endOffset } = await clean(harness, log, { firstDirtyOffset: offsets.at(-1)!, resources })
      offsets.push(endOffset)
    }
    assert.deepEqual(offsets, [0, 11, 22, 33, 44, 55, 60])
    assert.deepEqual(
      await contents(log),
      Array.from({ length: 30 }, (_, index) => `${30 + index}:k${index}=${index}`),
    )
  })

  test('says so when one batch has more keys than there is room for', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [[keyed(Array.from({ length: 30 }, (_, index) => `k${index}=1`))]])
    const cleaning = clean(harness, log, { resources: { dedupeBufferBytes: 24 * 20 } })
    await assert.rejects(cleaning, /more keys than log.cleaner.dedupe.buffer.size has room for/)
  })

  test('is not made to look sound when it is damaged', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [[keyed(['a=1', 'b=1'])], [keyed(['a=2'])]])
    const file = `${harness.partitionDir}/00000000000000000000.log`
    const bytes = Buffer.from(await harness.fs.readFile(file))
    bytes[bytes.length - 2]! ^= 1
    await harness.fs.writeFile(file, bytes)
    await assert.rejects(clean(harness, log), /damaged at byte 0: the batch of offset 0 does not match its CRC/)
    assert.deepEqual(await harness.segmentBases(), [0, 2, 3])
    assert.deepEqual(
      (await harness.fs.readdir(harness.partitionDir)).filter((name) => name.endsWith('.cleaned')),
      [],
    )
  })
})

describe('a cleaning', () => {
  test('is called off by a cut, which then goes on', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    await fill(log, [[keyed(['a=1'])], [keyed(['a=2'])], [keyed(['a=3'])]])
    const cleaning = clean(harness, log)
    const cut = log.truncateTo(2)
    await assert.rejects(cleaning, { name: 'CleaningAborted' })
    await cut
    assert.deepEqual(await contents(log), ['0:a=1', '1:a=2'])
    await write(log, keyed(['b=1']))
    await log.roll()
    await clean(harness, log)
    assert.deepEqual(await contents(log), ['1:a=2', '2:b=1'])
  })

  test('keeps retention away, and retention keeps it away', async () => {
    const harness = new StorageHarness({
      config: { ...config, cleanupPolicy: ['compact', 'delete'], retentionBytes: 0 },
    })
    const log = await harness.openLog()
    await fill(log, [[keyed(['a=1'])], [keyed(['a=2'])]])
    const cleaning = clean(harness, log)
    assert.equal(await log.deleteOldSegments(), 0)
    await cleaning
    assert.equal(await log.deleteOldSegments(), 1)
    assert.deepEqual([log.logStartOffset, await contents(log)], [2, []])
  })

  test('does not disturb who reads meanwhile', async () => {
    const harness = new StorageHarness({ config, options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    await fill(
      log,
      Array.from({ length: 20 }, (_, index) => [keyed([`k${index % 4}=${index}`, `x${index}=1`])]),
    )
    let isOver = false
    const cleaning = clean(harness, log).finally(() => {
      isOver = true
    })
    const kept = new Set((await contents(log)).filter((text) => text.includes('x') || /:k\d=1[6-9]/.test(text)))
    while (!isOver) {
      const found = await contents(log, 100)
      await setImmediate()
      for (const text of kept) assert.ok(found.includes(text), `${text} is missing`)
    }
    await cleaning
    assert.deepEqual(new Set(await contents(log, 100)), kept)
    assert.deepEqual(harness.warnings(), [])
  })
})
