import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { FileSystem } from '@milena/runtime'
import { MemoryFileSystem } from '@milena/runtime'
import { offsetFileName } from '../segment/log-files.ts'
import {
  StorageHarness,
  batchOf,
  copyFolder,
  logDir,
  partitionDir,
  readValues,
  topicPartition,
  write,
} from '../testing/harness.ts'

const FILE = path.join(partitionDir, offsetFileName(0, '.log'))
/** Larger than a sector, so that the loss of one shows. */
const FILLING = 'x'.repeat(700)

/** What a broker leaves behind that wrote five batches, synced as many as told and noted that, and lost its power. */
async function crashed(o: { flushed?: number; segmentBytes?: number; filling?: string } = {}): Promise<{
  readonly fs: MemoryFileSystem
  readonly batchBytes: number
}> {
  const config = { segmentBytes: o.segmentBytes ?? 1_000_000 }
  const harness = new StorageHarness({ config })
  const log = await harness.openLog()
  for (let index = 0; index < 5; index++) {
    await write(log, batchOf([`${index}${o.filling ?? FILLING}`]))
    if (index + 1 !== o.flushed) continue
    await log.flushed(o.flushed)
    await harness.manager.checkpointOffsets()
  }
  const fs = new MemoryFileSystem({ clock: harness.clock })
  await copyFolder(harness.fs, logDir, fs, logDir)
  return { fs, batchBytes: log.sizeInBytes / 5 }
}

async function change(fs: FileSystem, file: string, change: (bytes: Uint8Array) => Uint8Array | void): Promise<void> {
  const bytes = await fs.readFile(file)
  await fs.writeFile(file, change(bytes) ?? bytes)
}

interface Opened {
  readonly harness: StorageHarness
  /** The first characters of the values; undefined when the partition is offline. */
  readonly values: string[] | undefined
  readonly lines: string
}

async function open(fs: FileSystem, corruption?: 'offline' | 'truncate'): Promise<Opened> {
  const harness = new StorageHarness({ fs, options: corruption === undefined ? {} : { corruption } })
  await harness.start()
  const log = harness.manager.log(topicPartition)
  const values = log === undefined ? undefined : (await readValues(log)).map((value) => value.slice(0, 1))
  const lines = harness.capture.entries
    .map(({ message, fields }) => {
      const { error } = fields
      return `${message} ${error instanceof Error ? error.message : JSON.stringify(fields)}`
    })
    .join('\n')
  return { harness, values, lines }
}

describe('damage behind the recovery point', () => {
  test('a write that broke off ends the log, whatever of it is there', async () => {
    const { fs, batchBytes } = await crashed()
    for (const kept of [1, 60, 61, 62, 512, batchBytes - 2]) {
      for (const isZeroed of [false, true]) {
        const clone = new MemoryFileSystem()
        await copyFolder(fs, logDir, clone, logDir)
        const cut = 3 * batchBytes + kept
        await change(clone, FILE, (bytes) => (isZeroed ? void bytes.fill(0, cut) : bytes.subarray(0, cut)))
        assert.deepEqual((await open(clone)).values, ['0', '1', '2'], `${kept} bytes kept`)
      }
    }
  })

  test('a write that was lost before one that was not is no corruption: nobody was promised either', async () => {
    const { fs, batchBytes } = await crashed()
    const sector = Math.ceil(batchBytes / 512) * 512
    for (const [from, to] of [
      [batchBytes, 2 * batchBytes],
      [batchBytes + 100, 2 * batchBytes],
      [sector, sector + 512],
      [2 * batchBytes - 3, 2 * batchBytes],
    ] as const) {
      const clone = new MemoryFileSystem()
      await copyFolder(fs, logDir, clone, logDir)
      await change(clone, FILE, (bytes) => void bytes.fill(0, from, to))
      const { values, lines } = await open(clone)
      assert.deepEqual(values, ['0'], `zeros from ${from} to ${to}`)
      assert.match(lines, /The log is damaged and is cut off before the damage/)
    }
  })

  test('what has changed although it is whole, with sound batches behind it, is kept from harm: offline', async () => {
    const { fs, batchBytes } = await crashed()
    // In the value, in the length, in the base offset.
    for (const at of [batchBytes + 90, batchBytes + 10, batchBytes + 7]) {
      const clone = new MemoryFileSystem()
      await copyFolder(fs, logDir, clone, logDir)
      await change(clone, FILE, (bytes) => void (bytes[at]! ^= 4))
      const before = await clone.readFile(FILE)
      const { values, lines, harness } = await open(clone)
      assert.equal(values, undefined, `byte ${at}`)
      assert.match(lines, new RegExp(`${FILE} is damaged at byte ${batchBytes} \\(offset 1\\)`))
      assert.match(lines, /milena\.log\.corruption=truncate/)
      await assert.rejects(harness.openLog(), { error: 'KAFKA_STORAGE_ERROR' })
      await harness.manager.close()
      assert.deepEqual(await clone.readFile(FILE), before, 'nothing of it is touched')
      const again = await open(clone)
      assert.equal(again.values, undefined, 'and the next start says the same')
      await again.harness.manager.close()
      const told = await open(clone, 'truncate')
      assert.deepEqual(told.values, ['0'])
      assert.equal((await write(await told.harness.openLog(), batchOf(['y']))).firstOffset, 1)
      await told.harness.manager.close()
      assert.deepEqual((await open(clone)).values, ['0', 'y'])
    }
  })

  test('a single bit that has changed is no write that broke off, wherever it is, and with nothing behind it either', async () => {
    const { fs, batchBytes } = await crashed()
    const sound = await fs.readFile(FILE)
    for (const batch of [0, 2, 4]) {
      for (const at of [
        ...Array(12).keys(),
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        24,
        25,
        26,
        34,
        60,
        61,
        70,
        batchBytes - 1,
      ]) {
        const bytes = sound.slice()
        bytes[batch * batchBytes + at]! ^= 1 << (at % 8)
        await fs.writeFile(FILE, bytes)
        const { values, lines, harness } = await open(fs)
        assert.equal(values, undefined, `byte ${at} of batch ${batch}`)
        assert.match(lines, new RegExp(`is damaged at byte ${batch * batchBytes} .*all its bytes are there`))
        await harness.manager.close()
        assert.deepEqual(await fs.readFile(FILE), bytes, 'nothing of it is touched')
      }
    }
  })

  test('a batch that holds next to nothing but zeros is no sign of missing bytes', async () => {
    const { fs, batchBytes } = await crashed({ filling: '\0'.repeat(1400) })
    const sound = await fs.readFile(FILE)
    for (const at of [7, 9, 11, 26, 40, 62, batchBytes - 1]) {
      const bytes = sound.slice()
      bytes[batchBytes + at]! ^= 0x40
      await fs.writeFile(FILE, bytes)
      const { values, harness } = await open(fs)
      assert.equal(values, undefined, `byte ${at}`)
      await harness.manager.close()
    }
    // But a bit that is not set any more, where all is zeros up to the end, may be of a write that broke off.
    await fs.writeFile(FILE, Buffer.from(sound).fill(0, batchBytes + 61, 2 * batchBytes))
    assert.deepEqual((await open(fs)).values, ['0'])
  })

  test('damage that later segments lie behind', async () => {
    const { fs, batchBytes } = await crashed({ segmentBytes: 1600 })
    const clone = new MemoryFileSystem()
    await copyFolder(fs, logDir, clone, logDir)
    await change(fs, FILE, (bytes) => void (bytes[batchBytes + 90]! ^= 4))
    assert.equal((await open(fs)).values, undefined)
    // The end of the segment was not written when the power went, and that of the next one was.
    await change(clone, FILE, (bytes) => bytes.subarray(0, batchBytes + 100))
    assert.deepEqual((await open(clone)).values, ['0'])
  })
})

describe('damage before the recovery point', () => {
  test('missing records keep the partition offline, also after more starts, until told otherwise', async () => {
    const { fs, batchBytes } = await crashed({ flushed: 4 })
    await change(fs, FILE, (bytes) => bytes.subarray(0, 3 * batchBytes))
    for (let starts = 0; starts < 3; starts++) {
      const { values, lines, harness } = await open(fs)
      assert.equal(values, undefined)
      assert.match(lines, /everything before offset 4 had been flushed to the disk/)
      await harness.manager.checkpointOffsets()
      await harness.manager.close()
    }
    assert.deepEqual((await open(fs, 'truncate')).values, ['0', '1', '2'])
  })

  test('a deleted topic takes its offline partition with it', async () => {
    const { fs, batchBytes } = await crashed({ flushed: 4 })
    await change(fs, FILE, (bytes) => bytes.subarray(0, batchBytes))
    const { harness } = await open(fs)
    await harness.manager.deleteLog(topicPartition)
    assert.equal(await fs.exists(partitionDir), false)
    await write(await harness.openLog(), batchOf(['new']))
    await harness.manager.close()
    assert.deepEqual((await open(fs)).values, ['n'])
  })

  test('a checkpoint that is damaged costs time, not the start', async () => {
    const { fs } = await crashed({ flushed: 4 })
    await fs.writeFile(path.join(logDir, 'recovery-point-offset-checkpoint'), '0\n7\ntopic')
    const { values, lines } = await open(fs)
    assert.deepEqual(values, ['0', '1', '2', '3', '4'])
    assert.match(lines, /A checkpoint is damaged and says nothing/)
  })
})
