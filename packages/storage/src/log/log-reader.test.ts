import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recordsOf } from '../testing/harness.ts'
import { StorageHarness, batchOf, partitionDir, write } from '../testing/harness.ts'
import type { UnifiedLog } from './unified-log.ts'
import { StorageError } from '../storage-error.ts'

const FILE = `${partitionDir}/00000000000000000000.log`

/** Reads on until the end or an error, in small pieces, and returns the values by offset. */
async function readAll(log: UnifiedLog, from: number): Promise<{ values: Map<number, string>; error: unknown }> {
  const values = new Map<number, string>()
  try {
    for (let next = from; next < log.writtenOffset;) {
      const { slices, nextOffset } = await log.read(next, { maxBytes: 150, maxOffset: Infinity, minOneMessage: true })
      for (const { offset, value } of recordsOf(slices)) values.set(offset, Buffer.from(value!).toString())
      if (nextOffset === next) break
      next = nextOffset
    }
    return { values, error: undefined }
  } catch (error) {
    return { values, error }
  }
}

describe('reads of files', () => {
  test('whatever bit has changed on the disk, nothing is served that was not written', async () => {
    const harness = new StorageHarness({ options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    const written = new Map<number, string>()
    for (let index = 0; index < 6; index++) {
      await write(log, batchOf([`value ${index}`]))
      written.set(index, `value ${index}`)
    }
    const sound = await harness.fs.readFile(FILE)
    const file = await harness.fs.open(FILE, 'readwrite')
    const batchBytes = sound.byteLength / 6
    for (let bit = 0; bit < sound.byteLength * 8; bit += 3) {
      const bytes = sound.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      await file.writev([bytes], 0)
      const { values, error } = await readAll(log, 0)
      for (const [offset, value] of values) assert.equal(value, written.get(offset), `bit ${bit}`)
      if (error !== undefined)
        assert.ok(error instanceof StorageError && error.error === 'CORRUPT_MESSAGE', `bit ${bit}`)
      // The leader epoch is under no checksum.
      const at = (bit >> 3) % batchBytes
      if (at < 12 || at >= 16) assert.ok(values.size < 6, `bit ${bit} was not noticed`)
    }
    await file.close()
    await harness.manager.close()
  })

  test('a changed offset or length, in any of several segments: each offset gets its own batch, or an error', async () => {
    const config = { segmentBytes: 400, indexIntervalBytes: 100 }
    const harness = new StorageHarness({ config, options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    const written: Buffer[] = []
    for (let index = 0; index < 9; index++) {
      const batch = Buffer.from(batchOf(Array.from({ length: 1 + (index % 3) }, () => `value ${index}`)))
      // The log gives the bytes their offset.
      const { firstOffset, lastOffset } = await write(log, batch)
      for (let offset = firstOffset; offset <= lastOffset; offset++) written.push(batch)
    }
    const files = (await harness.fs.readdir(partitionDir)).filter((name) => name.endsWith('.log'))
    assert.equal(files.length, 3)
    let refused = 0
    for (const name of files) {
      const sound = await harness.fs.readFile(`${partitionDir}/${name}`)
      const file = await harness.fs.open(`${partitionDir}/${name}`, 'readwrite')
      let batchAt = 0
      for (const batch of new Set(written.slice(Number.parseInt(name, 10)))) {
        if (batchAt === sound.byteLength) break
        // First offset and length, then the last offset.
        const bits = [...Array(12 * 8).keys(), ...Array.from({ length: 32 }, (_, index) => 23 * 8 + index)]
        for (const bit of bits.filter((each) => each % 8 < 2 || (each + batchAt) % 5 === 0)) {
          const bytes = sound.slice()
          bytes[batchAt + (bit >> 3)]! ^= 1 << (bit & 7)
          await file.writev([bytes], 0)
          for (const [offset, due] of written.entries()) {
            const read = log.read(offset, { maxBytes: 1, maxOffset: Infinity, minOneMessage: true })
            const found = await read.catch((error: unknown) => {
              assert.ok(error instanceof StorageError, `${offset}, ${bit}: ${String(error)}`)
            })
            refused += found === undefined ? 1 : 0
            if (found !== undefined) assert.deepEqual(Buffer.from(found.slices[0] ?? []), due, `${offset}, bit ${bit}`)
          }
        }
        batchAt += batch.byteLength
      }
      await file.writev([sound], 0)
      await file.close()
    }
    assert.ok(refused > 500, `${refused} times`)
    await harness.manager.close()
  })

  test('the batches before the damage are served, those behind it can be asked for, and a person is told where it is', async () => {
    const harness = new StorageHarness({ options: { tailCacheBytes: 0 } })
    const log = await harness.openLog()
    for (let index = 0; index < 4; index++) await write(log, batchOf([`value ${index}`]))
    const batchBytes = log.sizeInBytes / 4
    const bytes = await harness.fs.readFile(FILE)
    bytes[2 * batchBytes + 70]! ^= 1
    const file = await harness.fs.open(FILE, 'readwrite')
    await file.writev([bytes], 0)
    await file.close()
    const { values, error } = await readAll(log, 0)
    assert.deepEqual([...values.keys()], [0, 1])
    assert.match(String(error), new RegExp(`${FILE} is damaged at byte ${2 * batchBytes}: the batch of offset 2`))
    assert.deepEqual([...(await readAll(log, 3)).values.keys()], [3])
    assert.equal((await write(log, batchOf(['more']))).firstOffset, 4, 'and writes go on')
    assert.equal(harness.warnings().filter((message) => message.startsWith('A partition cannot be read')).length, 1)
    await harness.manager.close()
  })
})
