// Random transactions of several producers in one log, through rolls, restarts, crashes and losses of power, read as a
// consumer reads them that wants what is committed, against a model that is a list of batches.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { batches, endTransactionMarker, parseEndTransactionMarker } from '@milena/records'
import { MemoryFileSystem } from '@milena/runtime'
import fc from 'fast-check'
import type { AbortedTransaction } from '../segment/aborted-transaction.ts'
import { StorageHarness, append, batchOf, copyFolder, logDir, partitionDir } from '../testing/harness.ts'
import type { UnifiedLog } from './unified-log.ts'
import { assertHistoriesHold } from '../testing/random-histories.ts'

const PRODUCERS = 4

interface Entry {
  readonly kind: 'plain' | 'transactional' | 'commit' | 'abort'
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly firstOffset: number
  readonly values: readonly string[]
}

interface Transaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Of the marker. */
  readonly lastOffset: number
  readonly isCommitted: boolean
}

/** What the log should hold. */
class Model {
  entries: Entry[] = []

  get endOffset(): number {
    const last = this.entries.at(-1)
    return last === undefined ? 0 : last.firstOffset + (last.values.length || 1)
  }

  /** Batches from `offset` on did not survive. */
  cutAt(offset: number): void {
    this.entries = this.entries.filter(({ firstOffset }) => firstOffset < offset)
    assert.equal(this.endOffset, offset, 'a log ends where a batch ends')
  }

  /** Where an open transaction of the producer begins. */
  openSince(producerId: number): number | undefined {
    let first: number | undefined
    for (const entry of this.entries) {
      if (entry.producerId !== producerId) continue
      if (entry.kind === 'transactional') first ??= entry.firstOffset
      else first = undefined
    }
    return first
  }

  /** The epoch and the sequence with which the producer goes on. */
  next(producerId: number): { readonly producerEpoch: number; readonly baseSequence: number } {
    const own = this.entries.filter((entry) => entry.producerId === producerId)
    const last = own.at(-1)
    if (last === undefined) return { producerEpoch: 0, baseSequence: 0 }
    const data = own.findLast(({ kind }) => kind === 'plain' || kind === 'transactional')
    const goesOn = data?.producerEpoch === last.producerEpoch
    return {
      producerEpoch: last.producerEpoch,
      baseSequence: goesOn ? data.baseSequence + data.values.length : 0,
    }
  }

  transactions(): Transaction[] {
    const open = new Map<number, number>()
    const done: Transaction[] = []
    for (const { kind, producerId, firstOffset: at } of this.entries) {
      if (kind === 'transactional' && !open.has(producerId)) open.set(producerId, at)
      const firstOffset = open.get(producerId)
      if ((kind !== 'commit' && kind !== 'abort') || firstOffset === undefined) continue
      open.delete(producerId)
      done.push({ producerId, firstOffset, lastOffset: at, isCommitted: kind === 'commit' })
    }
    for (const [producerId, firstOffset] of open) {
      done.push({ producerId, firstOffset, lastOffset: Infinity, isCommitted: false })
    }
    return done
  }

  lastStableOffset(highWatermark: number): number {
    const unstable = this.transactions().filter(({ lastOffset }) => lastOffset >= highWatermark)
    return Math.min(highWatermark, ...unstable.map(({ firstOffset }) => firstOffset))
  }

  /** What a reader of committed records sees between the two offsets. */
  visible(from: number, to: number): string[] {
    const aborted = this.transactions().filter(({ isCommitted }) => !isCommitted)
    return this.entries.flatMap(({ kind, producerId, firstOffset, values }) => {
      const isHidden =
        kind === 'transactional' &&
        aborted.some(
          (transaction) =>
            producerId === transaction.producerId &&
            firstOffset >= transaction.firstOffset &&
            firstOffset < transaction.lastOffset,
        )
      return isHidden ? [] : values.filter((_, index) => firstOffset + index >= from && firstOffset + index < to)
    })
  }
}

interface Settings {
  readonly segmentBytes: number
  readonly indexIntervalBytes: number
  readonly tailCacheBytes: number
}

const settings: fc.Arbitrary<Settings> = fc.record({
  segmentBytes: fc.integer({ min: 400, max: 2000 }),
  indexIntervalBytes: fc.constantFrom(1, 150, 4096),
  tailCacheBytes: fc.constantFrom(0, 1_000_000),
})

class World {
  readonly #settings: Settings
  readonly #model = new Model()
  #harness: StorageHarness
  #log!: UnifiedLog
  #nextValue = 0

  constructor(o: Settings) {
    this.#settings = o
    this.#harness = this.#harnessOn(new MemoryFileSystem())
  }

  #harnessOn(fs: MemoryFileSystem): StorageHarness {
    const { segmentBytes, indexIntervalBytes, tailCacheBytes } = this.#settings
    const config = { segmentBytes, indexIntervalBytes, retentionMs: -1, fileDeleteDelayMs: 0 }
    return new StorageHarness({ fs, config, options: { tailCacheBytes } })
  }

  async open(): Promise<void> {
    this.#log = await this.#harness.openLog()
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  async write(producer: number, count: number, isTransactional: boolean): Promise<void> {
    const producerId = 100 + producer
    // While a transaction is open its producer writes nothing else.
    const kind = isTransactional || this.#model.openSince(producerId) !== undefined ? 'transactional' : 'plain'
    const values = Array.from({ length: count }, () => `v${this.#nextValue++}`)
    const next = this.#model.next(producerId)
    const batch = batchOf(values, { producerId, ...next, isTransactional: kind === 'transactional' })
    await append(this.#log, batch).written
    this.#model.entries.push({ kind, producerId, ...next, firstOffset: this.#model.endOffset, values })
  }

  /** Ends the producer's transaction, if there is one; version 2 of the protocol does so with a new epoch. */
  async end(producer: number, isCommit: boolean, transactionVersion: number): Promise<void> {
    const producerId = 100 + producer
    const { producerEpoch: before } = this.#model.next(producerId)
    const producerEpoch = transactionVersion === 2 ? before + 1 : before
    const marker = endTransactionMarker({
      producerId,
      producerEpoch,
      committed: isCommit,
      coordinatorEpoch: 3,
      timestamp: 1_700_000_000_000,
    })
    await append(this.#log, marker, { origin: 'coordinator', transactionVersion }).written
    const kind = isCommit ? 'commit' : 'abort'
    const firstOffset = this.#model.endOffset
    this.#model.entries.push({ kind, producerId, producerEpoch, baseSequence: -1, firstOffset, values: [] })
  }

  commitTo(fraction: number): void {
    const { highWatermark, writtenOffset } = this.#log
    const atMost = highWatermark + fraction * (writtenOffset - highWatermark)
    const boundary = this.#model.entries.findLast(({ firstOffset }) => firstOffset <= atMost)?.firstOffset ?? 0
    this.#log.updateHighWatermark(Math.max(highWatermark, boundary))
  }

  async act(kind: 'roll' | 'flush' | 'checkpoint' | 'restart' | 'crash'): Promise<void> {
    if (kind === 'roll') await this.#log.roll()
    if (kind === 'flush') await this.#log.flushed(this.#log.logEndOffset)
    if (kind === 'checkpoint') await this.#harness.manager.checkpointOffsets()
    if (kind === 'restart') this.#log = await this.#harness.restart()
    if (kind === 'crash') await this.#reopenAfterCrash(1)
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  async losePower(kept: number): Promise<void> {
    await this.#reopenAfterCrash(kept)
    this.#log.updateHighWatermark(this.#log.writtenOffset)
  }

  /** `kept` is the part of the bytes behind the recovery point that reached the disk; with 1 only the process died. */
  async #reopenAfterCrash(kept: number): Promise<void> {
    const fs = new MemoryFileSystem()
    const { recoveryPoint } = this.#log
    await copyFolder(this.#harness.fs, logDir, fs, logDir)
    await this.#harness.manager.close()
    if (kept < 1) await cutUnsynced(fs, recoveryPoint, kept)
    this.#harness = this.#harnessOn(fs)
    await this.open()
    assert.ok(this.#log.logEndOffset >= recoveryPoint)
    this.#model.cutAt(this.#log.logEndOffset)
  }

  async truncate(at: number): Promise<void> {
    const { entries } = this.#model
    const offset = entries[Math.floor(at * entries.length)]?.firstOffset ?? 0
    await this.#log.truncateTo(offset)
    this.#model.cutAt(offset)
  }

  /** Reads on from an offset, in pieces of `maxBytes`, and passes over what was aborted. */
  async read(at: number, maxBytes: number): Promise<void> {
    const log = this.#log
    assert.equal(log.lastStableOffset, this.#model.lastStableOffset(log.highWatermark))
    const from = Math.round(at * log.lastStableOffset)
    const values: string[] = []
    for (let next = from; next < log.lastStableOffset;) {
      const { slices, nextOffset } = await log.read(next, {
        maxBytes,
        maxOffset: log.lastStableOffset,
        minOneMessage: true,
      })
      assert.ok(nextOffset > next, `read at ${next} makes no progress`)
      const aborted = await log.abortedTransactions(next, nextOffset)
      values.push(...committedValues(slices, aborted, next))
      next = nextOffset
    }
    assert.deepEqual(values, this.#model.visible(from, log.lastStableOffset))
  }

  async check(): Promise<void> {
    await this.#checkAborted()
    await this.read(0, 1_000_000)
    await this.read(0, 1)
    for (const { producerId, currentTxnFirstOffset } of this.#log.activeProducers()) {
      assert.equal(currentTxnFirstOffset, this.#model.openSince(producerId))
    }
  }

  async #checkAborted(): Promise<void> {
    const { logEndOffset } = this.#log
    const told = await this.#log.abortedTransactions(0, logEndOffset)
    const aborted = this.#model
      .transactions()
      .filter(({ isCommitted, lastOffset }) => !isCommitted && lastOffset !== Infinity)
      .toSorted((left, right) => left.firstOffset - right.firstOffset)
    assert.deepEqual(
      told.map(({ producerId, firstOffset, lastOffset }) => ({ producerId, firstOffset, lastOffset })),
      aborted.map(({ producerId, firstOffset, lastOffset }) => ({ producerId, firstOffset, lastOffset })),
    )
  }

  async close(): Promise<void> {
    await this.#harness.manager.close()
  }
}

/** Cuts the last segment somewhere behind the recovery point. */
async function cutUnsynced(fs: MemoryFileSystem, recoveryPoint: number, kept: number): Promise<void> {
  const name = (await fs.readdir(partitionDir))
    .filter((each) => each.endsWith('.log'))
    .toSorted()
    .at(-1)
  if (name === undefined) return
  const file = path.join(partitionDir, name)
  const bytes = await fs.readFile(file)
  let synced = 0
  for (const batch of batches(bytes)) if (batch.lastOffset < recoveryPoint) synced += batch.sizeInBytes
  await fs.writeFile(file, bytes.subarray(0, synced + Math.floor(kept * (bytes.length - synced))))
}

/** As Kafka's consumer does it: a producer is passed over from its aborted transaction's begin to its marker. */
function committedValues(
  slices: readonly Uint8Array[],
  aborted: readonly AbortedTransaction[],
  from: number,
): string[] {
  assert.deepEqual(
    aborted,
    aborted.toSorted((left, right) => left.firstOffset - right.firstOffset),
  )
  const upcoming = [...aborted]
  const passedOver = new Set<number>()
  const values: string[] = []
  for (const batch of slices.flatMap((slice) => [...batches(slice)])) {
    while (upcoming[0] !== undefined && upcoming[0].firstOffset <= batch.lastOffset) {
      passedOver.add(upcoming.shift()!.producerId)
    }
    const records = [...batch.records()]
    if (batch.isControl) {
      if (!parseEndTransactionMarker(records[0]!).committed) passedOver.delete(batch.producerId)
    } else if (!batch.isTransactional || !passedOver.has(batch.producerId)) {
      values.push(...records.filter(({ offset }) => offset >= from).map(({ value }) => Buffer.from(value!).toString()))
    }
  }
  return values
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const producer = fc.nat(PRODUCERS - 1)
type Step = (world: World) => Promise<void> | void
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(producer, fc.integer({ min: 1, max: 3 }), fc.boolean()).map(
      ([who, count, isTransactional]): Step =>
        (world) =>
          world.write(who, count, isTransactional),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(producer, fc.boolean(), fc.constantFrom(1, 2)).map(
      ([who, isCommit, version]): Step =>
        (world) =>
          world.end(who, isCommit, version),
    ),
  },
  {
    weight: 3,
    arbitrary: fraction.map(
      (to): Step =>
        (world) =>
          world.commitTo(to),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fraction, fc.nat(500)).map(
      ([at, maxBytes]): Step =>
        (world) =>
          world.read(at, maxBytes),
    ),
  },
  {
    weight: 1,
    arbitrary: fraction.map(
      (at): Step =>
        (world) =>
          world.truncate(at),
    ),
  },
  {
    weight: 1,
    arbitrary: fraction.map(
      (kept): Step =>
        (world) =>
          world.losePower(kept),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('roll' as const, 'flush' as const, 'checkpoint' as const, 'restart' as const, 'crash' as const)
      .map(
        (kind): Step =>
          (world) =>
            world.act(kind),
      ),
  },
)

test('a reader of committed records sees what the model says, whatever happens to the log', async () => {
  await assertHistoriesHold({ settings, step, makeWorld: (chosen) => new World(chosen) })
})
