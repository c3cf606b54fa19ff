// Random histories of one log against the simplest model there is: an array of records.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildBatch } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import fc from 'fast-check'
import { StorageHarness, copyFolder, logDir, readValues, recordsOf, write } from '../testing/harness.ts'
import type { UnifiedLog } from './unified-log.ts'
import { assertHistoriesHold } from '../testing/random-histories.ts'

const NOW = 1_700_000_000_000

interface Settings {
  readonly segmentBytes: number
  readonly indexIntervalBytes: number
  readonly tailCacheBytes: number
  readonly openFilesMax: number
}

const settings: fc.Arbitrary<Settings> = fc.record({
  segmentBytes: fc.integer({ min: 600, max: 2000 }),
  indexIntervalBytes: fc.constantFrom(1, 100, 4096),
  tailCacheBytes: fc.constantFrom(0, 1000, 1_000_000),
  openFilesMax: fc.constantFrom(1, 100),
})

/** A log, what should be in it, and what can be done to both. */
class World {
  readonly #settings: Settings
  readonly #records: { readonly value: string; readonly timestamp: number }[] = []
  /** Where batches begin, and the end. */
  #boundaries = [0]
  #logStartOffset = 0
  #harness: StorageHarness
  #log!: UnifiedLog

  constructor(o: Settings) {
    this.#settings = o
    this.#harness = this.#harnessOn(new MemoryFileSystem())
  }

  #harnessOn(fs: MemoryFileSystem): StorageHarness {
    const { segmentBytes, indexIntervalBytes, tailCacheBytes, openFilesMax } = this.#settings
    const config = { segmentBytes, indexIntervalBytes, retentionMs: -1, fileDeleteDelayMs: 0 }
    return new StorageHarness({ fs, config, options: { tailCacheBytes, openFilesMax } })
  }

  async open(): Promise<void> {
    this.#log = await this.#harness.openLog()
  }

  async append(sizes: readonly number[], age: number): Promise<void> {
    const first = this.#records.length
    for (const [index, size] of sizes.entries()) {
      this.#records.push({ value: `${first + index}`.padEnd(size, '.'), timestamp: NOW - age + ((index * 7) % 5) })
    }
    const records = this.#records.slice(first)
    const batch = buildBatch({
      producerId: 1,
      producerEpoch: 0,
      baseSequence: first,
      records: records.map(({ value, timestamp }) => ({ timestamp, key: null, value: Buffer.from(value) })),
    })
    assert.equal((await write(this.#log, batch)).firstOffset, first)
    this.#boundaries.push(this.#records.length)
  }

  async read(at: number, maxBytes: number, hwAt: number): Promise<void> {
    const startOffset = this.#offsetAt(at)
    const maxOffset = this.#boundaryAt(hwAt)
    const { slices, sizeInBytes, nextOffset } = await this.#log.read(startOffset, {
      maxBytes,
      maxOffset,
      minOneMessage: true,
    })
    const records = recordsOf(slices)
    const batchStart = this.#boundaries.findLast((boundary) => boundary <= startOffset)!
    assert.deepEqual(
      records.map((record) => Buffer.from(record.value!).toString()),
      records.length === 0 ? [] : this.#records.slice(batchStart, nextOffset).map(({ value }) => value),
    )
    assert.ok(nextOffset <= Math.max(maxOffset, startOffset))
    assert.equal(records.length > 0, maxOffset > startOffset)
    const firstEnd = this.#boundaries.find((boundary) => boundary > startOffset)
    assert.ok(sizeInBytes <= maxBytes || nextOffset === firstEnd)
  }

  async find(age: number): Promise<void> {
    const expected = this.#records.findIndex(
      ({ timestamp }, offset) => offset >= this.#logStartOffset && timestamp >= NOW - age,
    )
    assert.equal((await this.#log.fetchOffsetByTimestamp(NOW - age))?.offset ?? -1, expected)
  }

  deleteRecords(at: number): void {
    this.#logStartOffset = this.#log.deleteRecordsTo(this.#offsetAt(at))
  }

  async truncate(at: number): Promise<void> {
    const atLeast = this.#boundaryAt(at)
    const offset = this.#boundaries.find((boundary) => boundary >= Math.max(atLeast, this.#logStartOffset))!
    await this.#log.truncateTo(offset)
    this.#records.length = offset
    this.#boundaries = this.#boundaries.filter((boundary) => boundary <= offset)
    if (this.#boundaries.at(-1) !== offset) this.#boundaries.push(offset)
  }

  async act(kind: 'roll' | 'flush' | 'retention' | 'checkpoint' | 'restart' | 'crash'): Promise<void> {
    if (kind === 'roll') await this.#log.roll()
    if (kind === 'flush') await this.#log.flushed(this.#log.logEndOffset)
    if (kind === 'retention') await this.#log.deleteOldSegments()
    if (kind === 'checkpoint') {
      await this.#harness.manager.checkpointOffsets()
      await this.#harness.manager.checkpointHighWatermarks()
    }
    if (kind === 'restart') this.#log = await this.#harness.restart()
    if (kind === 'crash') await this.#crash()
  }

  /** The process dies: what it wrote is there, what it only had in memory is not. */
  async #crash(): Promise<void> {
    const fs = new MemoryFileSystem()
    await copyFolder(this.#harness.fs, logDir, fs, logDir)
    await this.#harness.manager.close()
    this.#harness = this.#harnessOn(fs)
    await this.open()
    this.#log.updateHighWatermark(this.#log.writtenOffset)
    // The log start offset is written down from time to time only: it may be an earlier one again.
    assert.ok(this.#log.logStartOffset <= this.#logStartOffset)
    this.#logStartOffset = this.#log.logStartOffset
  }

  async check(): Promise<void> {
    const log = this.#log
    assert.deepEqual([log.logStartOffset, log.logEndOffset], [this.#logStartOffset, this.#records.length])
    assert.deepEqual(
      await readValues(log, log.logStartOffset, 300),
      this.#records.slice(this.#logStartOffset).map(({ value }) => value),
    )
    const sequence = log.activeProducers()[0]?.lastSequence
    assert.ok(sequence === undefined || sequence === this.#records.length - 1)
    assert.deepEqual(this.#harness.warnings(), [])
  }

  async close(): Promise<void> {
    await this.#harness.manager.close()
    assert.equal(this.#harness.clock.pendingTimers, 0)
  }

  #offsetAt(fraction: number): number {
    return this.#logStartOffset + Math.round(fraction * (this.#records.length - this.#logStartOffset))
  }

  #boundaryAt(fraction: number): number {
    return this.#boundaries[Math.round(fraction * (this.#boundaries.length - 1))]!
  }
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const step: fc.Arbitrary<(world: World) => Promise<void> | void> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.array(fc.nat(80), { minLength: 1, maxLength: 4 }), fc.nat(1000)).map(
      ([sizes, age]) =>
        (world: World) =>
          world.append(sizes, age),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fraction, fc.nat(800), fraction).map(
      ([at, maxBytes, hwAt]) =>
        (world: World) =>
          world.read(at, maxBytes, hwAt),
    ),
  },
  { weight: 2, arbitrary: fc.nat(1000).map((age) => (world: World) => world.find(age)) },
  { weight: 1, arbitrary: fraction.map((at) => (world: World) => world.deleteRecords(at)) },
  { weight: 1, arbitrary: fraction.map((at) => (world: World) => world.truncate(at)) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        'roll' as const,
        'flush' as const,
        'retention' as const,
        'checkpoint' as const,
        'restart' as const,
        'crash' as const,
      )
      .map((kind) => (world: World) => world.act(kind)),
  },
)

test('whatever is done to a log, it is what the model says', async () => {
  await assertHistoriesHold({ settings, step, makeWorld: (chosen) => new World(chosen) })
})
