// Random histories of compacted logs: keys, tombstones, transactions, idempotent producers, rolls, cuts, cleanings at
// any moment, orderly stops, and crashes in the middle of a cleaning, against a list of all that was ever written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompressionType } from '@milena/records'
import { batches, buildBatch, compressionTypes, endTransactionMarker } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import fc from 'fast-check'
import { clean } from '../testing/compaction.ts'
import { StorageHarness, append, copyFolder, logDir } from '../testing/harness.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const PRODUCERS = 3
const RETENTION_MS = 1000
const START_MS = 1_700_000_000_000

interface Written {
  readonly offset: number
  readonly timestamp: number
  readonly key: string
  /** Null for a tombstone. */
  readonly value: string | null
  readonly producerId: number | undefined
  readonly isTransactional: boolean
}

interface Marker {
  readonly offset: number
  readonly producerId: number
  readonly isCommit: boolean
}

interface Settings {
  readonly segmentBytes: number
  readonly indexIntervalBytes: number
  readonly tailCacheBytes: number
  readonly ioBufferBytes: number
  readonly keysAtOnce: number
}

const settings: fc.Arbitrary<Settings> = fc.record({
  segmentBytes: fc.integer({ min: 300, max: 1500 }),
  indexIntervalBytes: fc.constantFrom(1, 150, 4096),
  tailCacheBytes: fc.constantFrom(0, 1_000_000),
  ioBufferBytes: fc.constantFrom(100, 1000, 100_000),
  keysAtOnce: fc.constantFrom(20, 40, 1000),
})

/** What was written, in order, and what must be left of it. */
class Model {
  records: Written[] = []
  markers: Marker[] = []
  /** Before it there is at most one record of each key. */
  cleanedOffset = 0
  endOffset = 0
  #nextValue = 0

  value(): string {
    return `v${this.#nextValue++}`
  }

  cutAt(offset: number): void {
    this.records = this.records.filter((record) => record.offset < offset)
    this.markers = this.markers.filter((marker) => marker.offset < offset)
    this.cleanedOffset = Math.min(this.cleanedOffset, offset)
    this.endOffset = offset
  }

  openSince(producerId: number): number | undefined {
    const ended = this.markers.findLast((marker) => marker.producerId === producerId)?.offset ?? -1
    return this.records.find((one) => one.producerId === producerId && one.isTransactional && one.offset > ended)
      ?.offset
  }

  isAborted({ producerId, isTransactional, offset }: Written): boolean {
    if (!isTransactional) return false
    const end = this.markers.find((marker) => marker.producerId === producerId && marker.offset > offset)
    return end?.isCommit === false
  }

  /** The last record of each key before `offset` that was not aborted. */
  lastOfKeys(offset = Infinity): Map<string, Written> {
    const visible = this.records.filter((record) => record.offset < offset && !this.isAborted(record))
    return new Map(visible.map((record) => [record.key, record]))
  }
}

class World {
  readonly #settings: Settings
  readonly #model = new Model()
  #fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
  #harness: StorageHarness
  #log!: UnifiedLog
  readonly #sequences = new Map<number, number>()

  constructor(o: Settings) {
    this.#settings = o
    this.#harness = this.#harnessOn(this.#fs)
  }

  #harnessOn(fs: ObservedFileSystem): StorageHarness {
    const { segmentBytes, indexIntervalBytes, tailCacheBytes } = this.#settings
    const config = {
      segmentBytes,
      indexIntervalBytes,
      cleanupPolicy: ['compact'] as const,
      deleteRetentionMs: RETENTION_MS,
      fileDeleteDelayMs: 0,
    }
    return new StorageHarness({ fs, config, options: { tailCacheBytes } })
  }

  async open(): Promise<void> {
    this.#log = await this.#harness.openLog()
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  async write(
    producer: number,
    keys: readonly number[],
    o: { tombstones: boolean; compression: CompressionType },
  ): Promise<void> {
    const { tombstones, compression } = o
    const producerId = producer < 0 ? undefined : producer % PRODUCERS
    const isTransactional =
      producer >= PRODUCERS || (producerId !== undefined && this.#model.openSince(producerId) !== undefined)
    const written = keys.map((key, index): Written => {
      const value = tombstones && index % 2 === 0 ? null : this.#model.value()
      const offset = this.#model.endOffset + index
      return { offset, timestamp: START_MS + offset, key: `k${key}`, value, producerId, isTransactional }
    })
    const records = written.map(({ key, value, timestamp }) => ({
      timestamp,
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    }))
    const baseSequence = this.#sequences.get(producerId ?? -1) ?? 0
    const header = producerId === undefined ? {} : { producerId, producerEpoch: 0, baseSequence, isTransactional }
    await append(this.#log, buildBatch({ records, compression, ...header })).written
    if (producerId !== undefined) this.#sequences.set(producerId, baseSequence + keys.length)
    this.#model.records.push(...written)
    this.#committed(keys.length)
  }

  async end(producerId: number, isCommit: boolean): Promise<void> {
    if (this.#model.openSince(producerId) === undefined) return
    const marker = { producerId, producerEpoch: 0, committed: isCommit, coordinatorEpoch: 0, timestamp: START_MS }
    await append(this.#log, endTransactionMarker(marker), { origin: 'coordinator' }).written
    this.#model.markers.push({ offset: this.#model.endOffset, producerId, isCommit })
    this.#committed(1)
  }

  #committed(count: number): void {
    this.#model.endOffset += count
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  async clean(): Promise<void> {
    const { keysAtOnce, ioBufferBytes } = this.#settings
    const firstDirtyOffset = this.#model.cleanedOffset
    const resources = { ioBufferBytes, dedupeBufferBytes: 24 * keysAtOnce }
    if (this.#log.compaction.segmentBaseOf(this.#log.lastStableOffset) < firstDirtyOffset) return
    const { endOffset } = await clean(this.#harness, this.#log, { firstDirtyOffset, resources })
    this.#model.cleanedOffset = endOffset
  }

  /** The process dies before one of the calls of a cleaning: what it had done by then is there. */
  async crashWhileCleaning(atCall: number): Promise<void> {
    let calls = 0
    const copied = new MemoryFileSystem()
    const copy = copyFolder.bind(undefined, this.#fs, logDir, copied, logDir)
    let isCopied = false
    this.#fs.observer = async () => {
      if (isCopied || calls++ < atCall) return
      isCopied = true
      await copy()
    }
    await this.clean()
    this.#fs.observer = () => undefined
    if (!isCopied) await copy()
    await this.#harness.manager.close()
    // How far the cleaning had come is not known.
    this.#model.cleanedOffset = 0
    this.#fs = new ObservedFileSystem(copied, logDir)
    const { clock } = this.#harness
    this.#harness = this.#harnessOn(this.#fs)
    this.#harness.clock.advance(clock.nowMs() - this.#harness.clock.nowMs())
    await this.open()
  }

  async act(kind: 'roll' | 'restart' | 'late' | 'checkpoint'): Promise<void> {
    if (kind === 'roll') await this.#log.roll()
    if (kind === 'late') this.#harness.clock.advance(RETENTION_MS)
    if (kind === 'checkpoint') await this.#harness.manager.checkpointOffsets()
    if (kind === 'restart') this.#log = await this.#harness.restart()
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  async check(): Promise<void> {
    const model = this.#model
    const left = await this.#read()
    const byOffset = new Map(model.records.map((record) => [record.offset, record]))
    let before = -1
    for (const { offset, key, value, timestamp } of left) {
      assert.ok(offset > before, `offset ${offset} comes behind ${before}`)
      before = offset
      const written = byOffset.get(offset)
      assert.deepEqual(
        { key, value, timestamp },
        { key: written?.key, value: written?.value, timestamp: written?.timestamp },
      )
    }
    const offsets = new Set(left.map(({ offset }) => offset))
    for (const record of model.lastOfKeys().values()) {
      assert.ok(offsets.has(record.offset) || record.value === null, `the last record of ${record.key} is gone`)
    }
    for (const record of model.records) {
      if (record.offset >= model.cleanedOffset && !this.#mayBeGone(record)) {
        assert.ok(offsets.has(record.offset), `the record at ${record.offset}, which was never cleaned, is gone`)
      }
    }
    // What was cleaned holds one record of each key at most, and nothing that was aborted.
    const clean = model.lastOfKeys(model.cleanedOffset)
    for (const { offset, key } of left) {
      if (offset < model.cleanedOffset) assert.equal(clean.get(key)?.offset, offset, `${key} at ${offset} is obsolete`)
    }
    assert.equal(this.#log.logEndOffset, model.endOffset)
    await this.#checkCommitted()
    assert.deepEqual(this.#harness.warnings(), [])
  }

  /** After a crash nobody knows what had been cleaned: what has a successor may be gone, and what was aborted. */
  #mayBeGone(record: Written): boolean {
    const last = this.#model.lastOfKeys().get(record.key)
    return (
      this.#wasCrashed && (record.value === null || this.#model.isAborted(record) || last?.offset !== record.offset)
    )
  }

  get #wasCrashed(): boolean {
    return this.#model.cleanedOffset === 0
  }

  async #read(): Promise<{ offset: number; key: string; value: string | null; timestamp: number }[]> {
    const found = []
    for (let next = 0; next < this.#log.logEndOffset;) {
      const data = await this.#log.read(next, { maxBytes: 500, maxOffset: Infinity, minOneMessage: true })
      if (data.slices.length === 0) break
      for (const slice of data.slices) {
        for (const batch of batches(slice)) {
          if (batch.isControl || batch.lastOffset < next) continue
          for (const { offset, key, value, timestamp } of batch.records()) {
            found.push({
              offset,
              key: Buffer.from(key!).toString(),
              value: value === null ? null : Buffer.from(value).toString(),
              timestamp,
            })
          }
        }
      }
      next = data.nextOffset
    }
    return found
  }

  /** A reader of what is committed sees no record that was aborted, and misses none of the others. */
  async #checkCommitted(): Promise<void> {
    const end = this.#log.lastStableOffset
    const aborted = await this.#log.abortedTransactions(0, end)
    const all = (await this.#read()).filter(({ offset }) => offset < end)
    const markers = await this.#abortMarkers()
    const hidden = all.filter(({ offset }) => {
      const { producerId, isTransactional } = this.#model.records.find((record) => record.offset === offset)!
      return (
        isTransactional &&
        aborted.some(
          (one) =>
            one.producerId === producerId &&
            offset >= one.firstOffset &&
            offset <
              (markers.find((marker) => marker.producerId === producerId && marker.offset > one.firstOffset)?.offset ??
                Infinity),
        )
      )
    })
    for (const record of all) {
      const written = this.#model.records.find(({ offset }) => offset === record.offset)!
      assert.equal(hidden.includes(record), this.#model.isAborted(written), `the record at ${record.offset}`)
    }
  }

  /** The markers that are still there: where a consumer stops to pass over a producer's records. */
  async #abortMarkers(): Promise<{ producerId: number; offset: number }[]> {
    const found: { producerId: number; offset: number }[] = []
    for (let next = 0; next < this.#log.logEndOffset;) {
      const data = await this.#log.read(next, { maxBytes: 500, maxOffset: Infinity, minOneMessage: true })
      if (data.slices.length === 0) break
      for (const slice of data.slices) {
        for (const batch of batches(slice)) {
          if (!batch.isControl || batch.recordsCount === 0) continue
          const isCommit = this.#model.markers.find(({ offset }) => offset === batch.baseOffset)!.isCommit
          if (!isCommit) found.push({ producerId: batch.producerId, offset: batch.baseOffset })
        }
      }
      next = data.nextOffset
    }
    return found
  }

  async close(): Promise<void> {
    await this.#harness.manager.close()
    assert.equal(this.#harness.clock.pendingTimers, 0)
  }
}

const step: fc.Arbitrary<(world: World) => Promise<void>> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .record({
        producer: fc.integer({ min: -1, max: 2 * PRODUCERS - 1 }),
        keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
        tombstones: fc.boolean(),
        compression: fc.constantFrom(...compressionTypes),
      })
      .map(
        ({ producer, keys, ...o }) =>
          (world: World) =>
            world.write(producer, keys, o),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(PRODUCERS - 1), fc.boolean()).map(
      ([producer, isCommit]) =>
        (world: World) =>
          world.end(producer, isCommit),
    ),
  },
  { weight: 4, arbitrary: fc.constant((world: World) => world.clean()) },
  {
    weight: 2,
    // Nothing is written behind what is clean before the process dies, or stops.
    arbitrary: fc.boolean().map((dies) => async (world: World) => {
      await world.act('roll')
      await world.clean()
      await (dies ? world.crashWhileCleaning(0) : world.act('restart'))
    }),
  },
  { weight: 2, arbitrary: fc.nat(60).map((call) => (world: World) => world.crashWhileCleaning(call)) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('roll' as const, 'roll' as const, 'restart' as const, 'late' as const, 'checkpoint' as const)
      .map((kind) => (world: World) => world.act(kind)),
  },
)

test('whatever is cleaned, the last record of each key is there as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (chosen, steps) => {
      const world = new World(chosen)
      await world.open()
      for (const act of steps) {
        await act(world)
        await world.check()
      }
      await world.act('restart')
      await world.check()
      await world.close()
    }),
    { numRuns: Number(process.env['RUNS'] ?? 12) },
  )
})
