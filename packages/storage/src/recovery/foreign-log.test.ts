import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { FileSystem } from '@milena/runtime'
import { MemoryFileSystem } from '@milena/runtime'
import { clean, contents, keyed } from '../testing/compaction.ts'
import { StorageHarness, batchOf, copyFolder, logDir, partitionDir, write } from '../testing/harness.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const config = { segmentBytes: 300, cleanupPolicy: ['compact'] as const, fileDeleteDelayMs: 0 }
const RECOVERY_POINTS = path.join(logDir, 'recovery-point-offset-checkpoint')
const MARKER = path.join(logDir, '.kafka_cleanshutdown')
const NOTE = path.join(logDir, 'milena-foreign-logs')

function harnessOn(fs: FileSystem, corruption: 'offline' | 'truncate' = 'offline'): StorageHarness {
  return new StorageHarness({ fs, config, options: { corruption, tailCacheBytes: 0 } })
}

async function copyOf(fs: FileSystem): Promise<MemoryFileSystem> {
  const copy = new MemoryFileSystem()
  await copyFolder(fs, logDir, copy, logDir)
  return copy
}

/** A log of two keys, of which all but the last segment was compacted; stopped in order. */
async function compacted(segmentBytes = config.segmentBytes): Promise<{ fs: FileSystem; all: string[] }> {
  const harness = new StorageHarness({ config: { ...config, segmentBytes } })
  const log = await harness.openLog()
  for (let index = 0; index < 12; index++)
    await write(log, keyed([`${index % 4 === 3 ? `own${index}` : 'often'}=${index}`]))
  await log.roll()
  await write(log, keyed(['last=12']))
  await clean(harness, log)
  await harness.clock.advanceAsync(1)
  const all = await contents(log)
  assert.ok(all.length < 8 && all.length > 4, 'there are gaps')
  await harness.manager.close()
  return { fs: harness.fs, all }
}

async function segments(fs: FileSystem): Promise<string[]> {
  return (await fs.readdir(partitionDir)).filter((name) => name.endsWith('.log'))
}

/** Opens what was left behind, writes a record, dies, and opens it again. */
async function liveAndDie(fs: FileSystem): Promise<{ log: UnifiedLog; harness: StorageHarness; found: string[] }> {
  const harness = harnessOn(fs)
  const log = await harness.openLog()
  const found = await contents(log)
  const { firstOffset, written } = await write(log, keyed(['more=x']))
  await written
  const died = harnessOn(await copyOf(fs))
  const again = await died.openLog()
  assert.deepEqual(await contents(again), [...found, `${firstOffset}:more=x`])
  await died.manager.close()
  return { log, harness, found }
}

describe('a log that Apache Kafka has written', () => {
  for (const wasStopped of [true, false]) {
    test(`whose last segment has gaps goes on in a new one (${wasStopped ? 'stopped in order' : 'killed'})`, async () => {
      const { fs, all } = await compacted()
      // As after a cut in Kafka: what has been compacted is last.
      const last = (await segments(fs)).at(-1)!
      await fs.remove(path.join(partitionDir, last))
      await fs.remove(path.join(partitionDir, last.replace('.log', '.snapshot')))
      const end = Number(all.at(-2)!.split(/[:-]/)[0]) + 1
      await fs.writeFile(RECOVERY_POINTS, `0\n1\ntopic 0 ${end}\n`)
      await fs.writeFile(MARKER, '{"version":0,"brokerEpoch":-1}')
      await fs.remove(path.join(logDir, 'milena-log-states'))
      if (!wasStopped) {
        await fs.remove(MARKER)
        await fs.writeFile(NOTE, '')
      }
      const { harness, found } = await liveAndDie(fs)
      assert.deepEqual(found, all.slice(0, -1))
      assert.equal((await segments(fs)).at(-1), `${String(end).padStart(20, '0')}.log`)
      assert.equal(await fs.exists(NOTE), false, 'and is as its own from now on')
      await harness.manager.close()
    })
  }

  test('without gaps goes on where it is', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    for (let index = 0; index < 3; index++) await write(log, batchOf([`${index}`]))
    await harness.manager.close()
    await harness.fs.writeFile(MARKER, '{"version":0,"brokerEpoch":-1}')
    const { log: opened, harness: after } = await liveAndDie(harness.fs)
    assert.equal(opened.logEndOffset, 4)
    assert.equal((await segments(harness.fs)).length, 1)
    await after.manager.close()
  })
})

describe('gaps that compaction has made', () => {
  test('a cut among them, after damage, is followed by a new segment', async () => {
    const { fs, all } = await compacted(2000)
    await fs.remove(MARKER)
    await fs.writeFile(RECOVERY_POINTS, '0\n0\n')
    for (const name of await fs.readdir(partitionDir)) {
      if (name.endsWith('.snapshot')) await fs.remove(path.join(partitionDir, name))
    }
    const file = path.join(partitionDir, (await segments(fs))[0]!)
    const bytes = await fs.readFile(file)
    bytes[bytes.byteLength - 3]! ^= 1
    await fs.writeFile(file, bytes)
    const harness = harnessOn(fs, 'truncate')
    const log = await harness.openLog()
    const found = await contents(log)
    assert.deepEqual(found, all.slice(0, found.length))
    assert.ok(found.length > 1 && found.length < all.length, `${found.length} of ${all.length}`)
    await harness.manager.close()
    await fs.remove(MARKER)
    const { harness: after, found: later } = await liveAndDie(fs)
    assert.deepEqual(later, found)
    await after.manager.close()
  })

  test('are no loss when the checkpoint of recovery points is damaged', async () => {
    const { fs, all } = await compacted()
    await fs.remove(MARKER)
    await fs.writeFile(RECOVERY_POINTS, '0\n7\n')
    const harness = harnessOn(fs)
    assert.deepEqual(await contents(await harness.openLog()), all)
    await harness.manager.close()
  })
})

describe('after an orderly stop', () => {
  async function stopped(): Promise<FileSystem> {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    for (let index = 0; index < 3; index++) await write(log, batchOf([`${index}`]))
    await harness.manager.close()
    return harness.fs
  }

  test('a recovery point beyond the end does not move the end', async () => {
    const fs = await stopped()
    await fs.writeFile(RECOVERY_POINTS, '0\n1\ntopic 0 700\n')
    const harness = harnessOn(fs)
    const log = await harness.openLog()
    assert.equal(log.logEndOffset, 3)
    assert.equal((await write(log, keyed(['k=3']))).firstOffset, 3)
    await harness.manager.close()
  })

  test('where nothing but the recovery point says how much there was, a log that is shorter stays offline', async () => {
    const fs = await stopped()
    await fs.writeFile(RECOVERY_POINTS, '0\n1\ntopic 0 700\n')
    await fs.remove(path.join(logDir, 'milena-log-states'))
    const harness = harnessOn(fs)
    await harness.start()
    await assert.rejects(harness.openLog(), /everything before offset 700 had been flushed/)
    await harness.manager.close()
  })

  test('a log start offset beyond the end deletes nothing', async () => {
    const fs = await stopped()
    await fs.writeFile(path.join(logDir, 'log-start-offset-checkpoint'), '0\n1\ntopic 0 4002\n')
    const before = await fs.readFile(path.join(partitionDir, (await segments(fs))[0]!))
    const harness = harnessOn(fs)
    await harness.start()
    await assert.rejects(harness.openLog(), /the checkpoint of log start offsets lets it begin at 4002/)
    await harness.manager.close()
    assert.deepEqual(await fs.readFile(path.join(partitionDir, (await segments(fs))[0]!)), before)
  })

  test('no write can have broken off: a short file is damage', async () => {
    const fs = await stopped()
    const file = path.join(partitionDir, (await segments(fs))[0]!)
    await fs.writeFile(file, (await fs.readFile(file)).subarray(0, -9))
    await fs.remove(path.join(logDir, 'milena-log-states'))
    await fs.writeFile(RECOVERY_POINTS, '0\n0\n')
    const harness = harnessOn(fs)
    await harness.start()
    await assert.rejects(harness.openLog(), /the log had been closed in order/)
    await harness.manager.close()
  })
})
