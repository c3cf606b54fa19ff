import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { FileSystem } from '@milena/runtime'
import { MemoryFileSystem } from '@milena/runtime'
import type { LogConfig } from '../log-config.ts'
import { offsetFileName } from '../segment/log-files.ts'
import type { LogManagerOptions } from '../manager/log-manager-options.ts'
import {
  StorageHarness,
  append,
  batchOf,
  copyFolder,
  logDir,
  partitionDir,
  readValues,
  write,
} from '../testing/harness.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'

const config: Partial<LogConfig> = { segmentBytes: 500, indexIntervalBytes: 60 }
const PRODUCER = { producerId: 77, producerEpoch: 2 }

/** A broker that dies after `count` single-record appends, and the disk that it leaves behind. */
async function crashAfter(
  count: number,
  prepare: (harness: StorageHarness, index: number) => Promise<void> = async () => undefined,
): Promise<{ fs: MemoryFileSystem; values: string[] }> {
  const harness = new StorageHarness({ config })
  const log = await harness.openLog()
  const values: string[] = []
  for (let index = 0; index < count; index++) {
    values.push(`value ${index}`)
    await write(log, batchOf([`value ${index}`], { ...PRODUCER, baseSequence: index }), {
      leaderEpoch: index < 3 ? 0 : 4,
    })
    await prepare(harness, index)
  }
  await harness.manager.checkpointHighWatermarks()
  const fs = new MemoryFileSystem({ clock: harness.clock })
  await copyFolder(harness.fs, logDir, fs, logDir)
  return { fs, values }
}

async function cloneOf(fs: FileSystem): Promise<MemoryFileSystem> {
  const clone = new MemoryFileSystem()
  await copyFolder(fs, logDir, clone, logDir)
  return clone
}

async function shorten(fs: FileSystem, file: string, size: number): Promise<void> {
  const handle = await fs.open(file, 'readwrite')
  await handle.truncate(size)
  await handle.close()
}

async function flipBit(fs: FileSystem, file: string, at: number): Promise<void> {
  const bytes = await fs.readFile(file)
  bytes[at]! ^= 0x04
  await fs.writeFile(file, bytes)
}

async function lastSegment(fs: FileSystem): Promise<string> {
  const names = (await fs.readdir(partitionDir)).filter((name) => name.endsWith('.log'))
  return path.join(partitionDir, names.at(-1)!)
}

/** Opens what a crash left, checks that it is a beginning of what was written, and that it goes on from there. */
async function recover(
  fs: FileSystem,
  values: readonly string[],
  options: Partial<LogManagerOptions> = {},
): Promise<{ recovered: number; harness: StorageHarness }> {
  const harness = new StorageHarness({ fs, config, options })
  const log = await harness.openLog()
  const found = await readValues(log)
  assert.deepEqual(found, values.slice(0, found.length))
  assert.equal(log.logEndOffset, found.length)
  assert.ok(log.highWatermark <= log.logEndOffset)
  const next = found.length
  if (next > 0) {
    const repeated = batchOf([values[next - 1]!], { ...PRODUCER, baseSequence: next - 1 })
    const again = append(log, repeated, { leaderEpoch: 5 })
    assert.deepEqual([again.duplicate, again.firstOffset], [true, next - 1], 'the last batch is known again')
    const gap = batchOf(['gap'], { ...PRODUCER, baseSequence: next + 1 })
    assert.equal(log.appendAsLeader(gap, { leaderEpoch: 5, origin: 'client' }).ok, false)
    assert.equal(log.latestEpoch, next <= 3 ? 0 : 4)
  }
  const after = await write(log, batchOf(['after'], { ...PRODUCER, baseSequence: next }), { leaderEpoch: 5 })
  assert.equal(after.firstOffset, next)
  assert.deepEqual(await readValues(log), [...found, 'after'])
  return { recovered: found.length, harness }
}

describe('recovery', () => {
  test('after a crash everything that was written is there, and nothing is complained of', async () => {
    const { fs, values } = await crashAfter(20)
    const { recovered, harness } = await recover(fs, values)
    assert.equal(recovered, 20)
    assert.deepEqual(harness.warnings(), [])
    assert.deepEqual(await readValues(await harness.restart()), [...values, 'after'], 'and an orderly stop after it')
  })

  test('a log cut at any byte of its last batches ends with the last whole one, and says so', async () => {
    const { fs, values } = await crashAfter(6)
    const file = await lastSegment(fs)
    const { size } = await fs.stat(file)
    for (let cut = 0; cut <= size; cut++) {
      const clone = await cloneOf(fs)
      await shorten(clone, file, cut)
      const { recovered, harness } = await recover(clone, values)
      const isWhole = harness.warnings().length === 0
      assert.ok(recovered >= 0 && recovered <= 6)
      assert.equal(isWhole, (await batchEnds(fs, file)).includes(cut), `cut at ${cut}`)
      await harness.manager.close()
    }
  })

  test('a flipped bit at any byte of the last segment ends the log before it, if told to cut it, and says so', async () => {
    const { fs, values } = await crashAfter(6)
    const file = await lastSegment(fs)
    const { size } = await fs.stat(file)
    const ends = await batchEnds(fs, file)
    for (let at = 0; at < size; at++) {
      const clone = await cloneOf(fs)
      await flipBit(clone, file, at)
      const harness = new StorageHarness({ fs: clone, config, options: { corruption: 'truncate' } })
      const log = await harness.openLog()
      const found = await readValues(log)
      const batch = ends.findIndex((end) => at < end) - 1
      const start = batch < 0 ? 0 : ends[batch]!
      // The leader epoch lies outside of the checksum: a flip there cannot be seen.
      const isUnseen = at - start >= 12 && at - start < 16
      if (isUnseen) continue
      assert.deepEqual(found, values.slice(0, found.length))
      assert.ok(found.length < 6, `byte ${at} was not noticed`)
      assert.ok(harness.warnings().includes('The log is damaged and is cut off before the damage'))
    }
  })

  test('a base offset that is wrong in an earlier segment is found by the batch behind it', async () => {
    const { fs, values } = await crashAfter(20)
    await flipBit(fs, path.join(partitionDir, offsetFileName(0, '.log')), 7)
    const { recovered, harness } = await recover(fs, values, { corruption: 'truncate' })
    assert.equal(recovered, 0)
    assert.ok(harness.warnings().includes('The log is damaged and is cut off before the damage'))
  })

  test('damage in an earlier segment takes the later ones with it', async () => {
    const { fs, values } = await crashAfter(20)
    await flipBit(fs, path.join(partitionDir, offsetFileName(0, '.log')), 100)
    const { recovered, harness } = await recover(fs, values, { corruption: 'truncate' })
    assert.equal(recovered, 1)
    const loud = harness.capture.entries.find(({ message }) => message.startsWith('The log is damaged'))!
    assert.equal(loud.fields['logEndOffset'], 1)
    assert.ok(Number(loud.fields['segmentsRemoved']) >= 3)
    assert.deepEqual((await harness.segmentBases()).slice(0, 1), [0])
  })

  test('indexes that are gone, short, empty or wrong are made again', async () => {
    const { fs, values } = await crashAfter(20, async ({ manager }, index) => {
      // So that some segments lie before the recovery point and are not validated again.
      if (index === 12) {
        const [log] = manager.logs()
        await log!.flushed(10)
        await manager.checkpointOffsets()
      }
    })
    const damages: ((clone: FileSystem, file: string) => Promise<void>)[] = [
      (clone, file) => clone.remove(file),
      (clone, file) => shorten(clone, file, 0),
      (clone, file) => shorten(clone, file, 5),
      async (clone, file) => clone.writeFile(file, Buffer.alloc((await clone.stat(file)).size)),
      async (clone, file) => clone.writeFile(file, Buffer.alloc((await clone.stat(file)).size, 0x7f)),
    ]
    const names = (await fs.readdir(partitionDir)).filter((name) => /\.(time)?index$/.test(name))
    assert.ok(names.length >= 6)
    for (const damage of damages) {
      const clone = await cloneOf(fs)
      for (const name of names) await damage(clone, path.join(partitionDir, name))
      const { recovered, harness } = await recover(clone, values)
      assert.equal(recovered, 20)
      const log = await harness.openLog()
      for (let offset = 0; offset < 20; offset++) {
        assert.equal((await readValues(log, offset, 1))[0], values[offset])
        const timestamp = 1_700_000_000_000
        assert.equal((await log.fetchOffsetByTimestamp(timestamp))!.offset, 0)
      }
      await harness.manager.close()
    }
  })

  test('an index that points between batches is found out by the read that follows it', async () => {
    const { fs, values } = await crashAfter(20)
    const stopped = new StorageHarness({ fs, config, options: { tailCacheBytes: 0 } })
    await stopped.start()
    await stopped.manager.close()
    const file = path.join(partitionDir, offsetFileName(0, '.index'))
    const index = Buffer.from(await fs.readFile(file))
    for (let at = 4; at < index.byteLength; at += 8) index.writeInt32BE(index.readInt32BE(at) + 3, at)
    await fs.writeFile(file, index)
    const harness = new StorageHarness({ fs, config, options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    for (let offset = 0; offset < 20; offset++) assert.equal((await readValues(log, offset, 1))[0], values[offset])
    assert.deepEqual(harness.warnings(), [
      'An index of a segment points to where no batch begins; it is made again from the log',
    ])
  })

  test('producers come back from snapshots, from older ones, or from the log alone', async () => {
    const { fs, values } = await crashAfter(20, async ({ manager }, index) => {
      if (index === 15) {
        const [log] = manager.logs()
        await log!.flushed(16)
        await manager.checkpointOffsets()
      }
    })
    const snapshots = (await fs.readdir(partitionDir)).filter((name) => name.endsWith('.snapshot'))
    assert.ok(snapshots.length >= 3)
    for (let damaged = 0; damaged <= snapshots.length; damaged++) {
      const clone = await cloneOf(fs)
      for (const name of snapshots.slice(snapshots.length - damaged))
        await flipBit(clone, path.join(partitionDir, name), 12)
      const { recovered } = await recover(clone, values)
      assert.equal(recovered, 20)
    }
    for (const name of snapshots) await fs.remove(path.join(partitionDir, name))
    assert.equal((await recover(fs, values)).recovered, 20)
  })

  test('leader epochs come back from the log when their file is damaged', async () => {
    const { fs, values } = await crashAfter(20)
    const stopped = new StorageHarness({ fs, config })
    await stopped.start()
    await stopped.manager.close()
    await fs.writeFile(path.join(partitionDir, 'leader-epoch-checkpoint'), '0\n2\n0 0')
    await fs.remove(path.join(logDir, 'milena-log-states'))
    for (const restarts of [false, true]) {
      const harness = new StorageHarness({ fs, config })
      const log = await harness.openLog()
      assert.deepEqual([log.endOffsetForEpoch(0), log.latestEpoch], [{ leaderEpoch: 0, endOffset: 3 }, 4])
      assert.equal(log.logEndOffset, values.length)
      assert.equal(harness.warnings().length, restarts ? 0 : 1)
      await harness.manager.close()
    }
  })

  test('an epoch begins where the batches say, also when its file knows of a past in which it began later', async () => {
    const { fs } = await crashAfter(6)
    await fs.writeFile(path.join(partitionDir, 'leader-epoch-checkpoint'), '0\n2\n0 0\n4 5\n')
    const log = await new StorageHarness({ fs, config }).openLog()
    assert.deepEqual([log.endOffsetForEpoch(0).endOffset, log.latestEpoch], [3, 4])
  })

  test('what lies before the recovery point is validated as far as producers and epochs are taken from it', async () => {
    const { fs } = await crashAfter(20, async ({ manager }, index) => {
      if (index !== 18) return
      const [log] = manager.logs()
      await log!.flushed(19)
      await manager.checkpointOffsets()
    })
    const file = await lastSegment(fs)
    // A bit in a value: of a segment that a snapshot of the producers spares the recovery, then of the last one.
    const spared = await cloneOf(fs)
    await flipBit(spared, path.join(partitionDir, offsetFileName(0, '.log')), 90)
    const harness = new StorageHarness({ fs: spared, config })
    assert.equal((await harness.openLog()).logEndOffset, 20)
    assert.deepEqual(harness.warnings(), [])
    const ends = await batchEnds(fs, file)
    await flipBit(fs, file, ends[1]! - 2)
    const refused = new StorageHarness({ fs, config })
    await refused.start()
    await assert.rejects(refused.openLog(), /does not match its CRC, but everything before offset 19 had been flushed/)
  })

  test('what lies behind the recovery point is written once more before the first sync, and nothing else is', async () => {
    const { fs } = await crashAfter(20, async ({ manager }, index) => {
      if (index !== 17) return
      const [log] = manager.logs()
      await log!.flushed(18)
      await manager.checkpointOffsets()
    })
    const calls: string[] = []
    const observed = new ObservedFileSystem(fs, partitionDir, ({ operation, path: file, detail }) => {
      if (file.endsWith('.log') && ['writev', 'sync'].includes(operation)) calls.push(`${operation} ${file} ${detail}`)
    })
    const harness = new StorageHarness({ fs: observed, config })
    const log = await harness.openLog()
    assert.deepEqual(calls, [], 'a start writes nothing')
    const file = await lastSegment(fs)
    const ends = await batchEnds(fs, file)
    const bytesBehind = ends.at(-1)! - ends.at(-3)!
    await log.flushed(log.logEndOffset)
    const name = path.basename(file)
    assert.deepEqual(calls, [`writev ${name} ${bytesBehind} at ${ends.at(-3)}`, `sync ${name} `])
    calls.length = 0
    await write(log, batchOf(['more']))
    await log.flushed(log.logEndOffset)
    assert.equal(calls.length, 2, 'once is enough')
    await harness.manager.close()
  })

  test('what the system has forgotten since the start is not said to be flushed', async () => {
    const { fs, values } = await crashAfter(6)
    const harness = new StorageHarness({ fs, config, options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    const file = await lastSegment(fs)
    const ends = await batchEnds(fs, file)
    const handle = await fs.open(file, 'readwrite')
    await handle.writev([new Uint8Array(ends.at(-1)! - ends.at(-2)!)], ends.at(-2)!)
    await handle.close()
    await assert.rejects(log.flushed(log.logEndOffset), { error: 'KAFKA_STORAGE_ERROR' })
    await harness.clock.advanceAsync(1100)
    const [back] = harness.manager.logs()
    assert.deepEqual(await readValues(back!), values.slice(0, 5))
    await harness.manager.close()
  })

  test('what a stop left half done is cleared away', async () => {
    const { fs, values } = await crashAfter(3)
    const leftovers = ['00000000000000000000.log.deleted', '00000000000000000099.index', 'leader-epoch-checkpoint.tmp']
    for (const name of leftovers) await fs.writeFile(path.join(partitionDir, name), 'x')
    await recover(fs, values)
    const names = await fs.readdir(partitionDir)
    assert.deepEqual(
      names.filter((name) => leftovers.includes(name)),
      [],
    )
  })

  test('a producer is known although the log starts within its last batch', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    const batch = (): Uint8Array => batchOf(['a', 'b', 'c'], { ...PRODUCER, baseSequence: 0 })
    await write(log, batch())
    await log.flushed(3)
    log.deleteRecordsTo(2)
    await harness.manager.checkpointOffsets()
    const fs = new MemoryFileSystem()
    await copyFolder(harness.fs, logDir, fs, logDir)
    const recovered = await new StorageHarness({ config, fs }).openLog()
    assert.equal(recovered.logStartOffset, 2)
    const again = append(recovered, batch())
    assert.deepEqual([again.firstOffset, again.duplicate], [0, true])
  })

  test('a log that ends before its start offset is emptied and goes on there', async () => {
    const harness = new StorageHarness({ config })
    const log = await harness.openLog()
    for (let index = 0; index < 3; index++) await write(log, batchOf([`value ${index}`]))
    log.deleteRecordsTo(3)
    await log.flushed(3)
    await harness.manager.checkpointOffsets()
    const fs = new MemoryFileSystem()
    await copyFolder(harness.fs, logDir, fs, logDir)
    await shorten(fs, path.join(partitionDir, offsetFileName(0, '.log')), 10)
    const after = new StorageHarness({ fs, config, options: { corruption: 'truncate' } })
    const emptied = await after.openLog()
    assert.deepEqual([emptied.logStartOffset, emptied.logEndOffset], [3, 3])
    assert.ok(after.warnings().includes('Records are missing that had been flushed to the disk'))
    assert.equal((await write(emptied, batchOf(['x']))).firstOffset, 3)
  })
})

/** Where the batches of a segment end, with 0 for its begin. */
async function batchEnds(fs: FileSystem, file: string): Promise<number[]> {
  const bytes = Buffer.from(await fs.readFile(file))
  const ends = [0]
  while (ends.at(-1)! < bytes.byteLength) ends.push(ends.at(-1)! + 12 + bytes.readInt32BE(ends.at(-1)! + 8))
  return ends
}
