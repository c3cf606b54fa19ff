/**
 * Handing out what was read (Kafka's SharePartition.acquire): records that are available again first, then those that
 * nobody has seen. Whole record batches are handed out, gaps and control records included: the client reports those.
 */
import { InFlightBatch } from './in-flight-batch.ts'
import { recordStates, RecordState } from './record-state.ts'
import type { SharePartitionState } from './share-partition-state.ts'
import type { AcquiredRecords, AcquireRequest, SharePartitionContext } from './share-partition-types.ts'

/** From how many deliveries on records are handed out in smaller portions, so that a bad one is found (KIP-1206). */
const LOWEST_THROTTLE_COUNT = 2

export class Acquisition {
  readonly #state: SharePartitionState
  readonly #request: AcquireRequest
  readonly #context: SharePartitionContext
  readonly #throttleCount: number
  readonly #acquired: AcquiredRecords[] = []
  /** Records that may still be acquired; below zero when a whole batch went beyond it. */
  #left = 0
  #acquiredCount = 0
  #lastOffset = -1

  constructor(state: SharePartitionState, request: AcquireRequest, context: SharePartitionContext) {
    this.#state = state
    this.#request = request
    this.#context = context
    this.#throttleCount = Math.max(LOWEST_THROTTLE_COUNT, Math.ceil(context.maxDeliveryCount / 2))
  }

  run(): readonly AcquiredRecords[] {
    const { fetchOffset, batches } = this.#request
    const first = batches[0]
    if (first === undefined) return []
    const state = this.#state
    // What should have come before the first batch was compacted away.
    if (fetchOffset < first.firstOffset) state.skipMissing(fetchOffset, first.firstOffset - 1)
    if (!this.#limit()) return []
    const baseOffset = this.#baseOffset(first.firstOffset)
    const known = state.batches.between(Math.min(first.firstOffset, baseOffset), this.#lastOffset)
    const lastKnown = known.at(-1)
    if (lastKnown === undefined) {
      this.#acquireNew(baseOffset, this.#lastOffset)
      return this.#acquired
    }
    const isThrottled = this.#acquireKnown(known, baseOffset)
    if (!isThrottled && this.#left > 0 && lastKnown.lastOffset < this.#lastOffset) {
      this.#acquireNew(lastKnown.lastOffset + 1, this.#lastOffset)
    }
    const lastAcquired = this.#acquired.at(-1)
    if (lastAcquired !== undefined) state.narrowGap(lastAcquired.lastOffset + 1)
    return this.#acquired
  }

  /** How many records, and up to which offset; false when none. */
  #limit(): boolean {
    const state = this.#state
    const { fetchOffset, maxRecords, batches } = this.#request
    this.#lastOffset = batches.at(-1)!.lastOffset
    if (maxRecords <= 0 || this.#lastOffset < state.startOffset) return false
    this.#left = Math.min(maxRecords, this.#context.maxInFlightRecords - state.inFlightCount)
    if (this.#left > 0) return true
    // The window is as wide as it may be: only what lies in it can be handed out again.
    this.#left = Math.min(maxRecords, state.endOffset - fetchOffset + 1)
    this.#lastOffset = Math.min(this.#lastOffset, state.endOffset)
    return this.#left > 0
  }

  /** Where to begin: a batch that was read in its middle begins with the known batch that lies there. */
  #baseOffset(firstOffset: number): number {
    const floor = this.#state.batches.floor(firstOffset)
    if (floor === undefined) return Math.max(firstOffset, this.#state.startOffset)
    return floor.lastOffset >= firstOffset ? floor.firstOffset : firstOffset
  }

  /** Returns whether to stop, because what was acquired is to be delivered in a portion of its own. */
  #acquireKnown(known: readonly InFlightBatch[], baseOffset: number): boolean {
    const first = this.#request.batches[0]!.firstOffset
    let unknownFrom = baseOffset
    for (const batch of known) {
      if (this.#left <= 0) return false
      if (this.#state.gapStartOffset !== undefined) {
        if (unknownFrom < batch.firstOffset) this.#acquireNew(unknownFrom, batch.firstOffset - 1)
        unknownFrom = batch.lastOffset + 1
        if (this.#left <= 0) return false
      }
      const isThrottled = this.#isThrottled(batch, first)
      if (isThrottled && this.#acquiredCount > 0) return true
      const isTooLarge = this.#request.isRecordLimit && batch.size > this.#left
      const isPart = !batch.isWithin(first, this.#lastOffset) || batch.whole === undefined || isTooLarge || isThrottled
      if (!isPart) this.#acquireWhole(batch)
      else if (this.#acquireOffsets(batch, first) > 0 && isThrottled) return true
    }
    return false
  }

  #acquireWhole(batch: InFlightBatch): void {
    const record = batch.at(batch.firstOffset)
    if (!record.isAvailable) return
    record.acquire(this.#request.memberId, this.#lockUntilMs)
    const { firstOffset, lastOffset } = batch
    this.#take({ firstOffset, lastOffset, deliveryCount: record.deliveryCount })
  }

  /** Some of a batch's offsets; returns how many. */
  #acquireOffsets(batch: InFlightBatch, requestFirstOffset: number): number {
    const { maxDeliveryCount } = this.#context
    if (batch.whole !== undefined) {
      if (!batch.whole.isAvailable) return 0
      batch.split()
    }
    const limit = this.#request.isRecordLimit ? this.#left : Infinity
    const from = Math.max(requestFirstOffset, this.#state.startOffset)
    let portion = Infinity
    let count = 0
    for (const { firstOffset: offset, record } of batch.ranges(from, this.#lastOffset)) {
      if (!record.isAvailable) continue
      // The last attempt is made alone, so that nothing else is given up together with a record that cannot be read.
      const isLastAttempt = maxDeliveryCount > 2 && record.deliveryCount === maxDeliveryCount - 1
      if (isLastAttempt && count > 0) break
      if (portion === Infinity && record.deliveryCount >= this.#throttleCount) {
        // Half the batch, a quarter of it, and so on with every further delivery.
        portion = Math.max(1, Math.floor(batch.size / 2 ** (record.deliveryCount - this.#throttleCount + 1)))
      }
      record.acquire(this.#request.memberId, this.#lockUntilMs)
      this.#take({ firstOffset: offset, lastOffset: offset, deliveryCount: record.deliveryCount }, count > 0)
      count++
      if (isLastAttempt || count >= limit || count >= portion) break
    }
    return count
  }

  /** Offsets that are not in flight yet: to the end of a batch, or exactly as many as are asked for. */
  #acquireNew(from: number, to: number): void {
    const state = this.#state
    const { memberId, isRecordLimit } = this.#request
    const firstOffset = state.batches.size === 0 ? Math.max(from, state.endOffset) : from
    const lastOffset = this.#lastNewOffset(firstOffset, to)
    if (lastOffset < firstOffset) return
    const acquiredRecord = (): RecordState =>
      new RecordState({ state: recordStates.ACQUIRED, deliveryCount: 1, memberId, lockUntilMs: this.#lockUntilMs })
    const isFirst = firstOffset < (state.batches.first?.firstOffset ?? Infinity)
    if (isRecordLimit && lastOffset - firstOffset + 1 > this.#left) {
      const lastAcquired = firstOffset + this.#left - 1
      const batch = new InFlightBatch(firstOffset, lastOffset, acquiredRecord())
      batch.splitAfter(lastAcquired, () => new RecordState({ state: recordStates.AVAILABLE, deliveryCount: 0 }))
      state.batches.add(batch)
      state.mayHaveAvailable = true
      this.#take({ firstOffset, lastOffset: lastAcquired, deliveryCount: 1 })
    } else {
      for (const part of this.#parts(firstOffset, lastOffset)) {
        state.batches.add(new InFlightBatch(part.firstOffset, part.lastOffset, acquiredRecord()))
        this.#take({ ...part, deliveryCount: 1 })
      }
    }
    // Nothing lies between the start and the first batch that was found.
    if (isFirst) state.startOffset = Math.max(state.startOffset, firstOffset)
    state.endOffset = Math.max(state.endOffset, lastOffset)
    state.narrowGap(this.#acquired.at(-1)!.lastOffset + 1)
  }

  #lastNewOffset(firstOffset: number, to: number): number {
    let lastOffset = to
    if (this.#left < to - firstOffset + 1) {
      lastOffset = this.#batchEnd(firstOffset + this.#left - 1)
      // While gaps are filled, batches of the log do not end where batches in flight do.
      if (this.#state.gapStartOffset !== undefined) lastOffset = Math.min(lastOffset, to)
    }
    const next = this.#state.batches.higher(firstOffset)
    return next === undefined ? lastOffset : Math.min(lastOffset, next.firstOffset - 1)
  }

  /** The end of the record batch that holds `offset`; the offset itself if none does. */
  #batchEnd(offset: number): number {
    const batch = this.#request.batches.findLast(({ firstOffset }) => firstOffset <= offset)
    return Math.max(offset, batch?.lastOffset ?? offset)
  }

  /** Divided where record batches begin, each part with about as many records as are asked for. */
  *#parts(firstOffset: number, lastOffset: number): Iterable<{ firstOffset: number; lastOffset: number }> {
    const { isRecordLimit, batchSize, batches } = this.#request
    let from = firstOffset
    if (!isRecordLimit && lastOffset - firstOffset + 1 > batchSize) {
      for (const batch of batches) {
        if (batch.firstOffset > lastOffset) break
        // An empty part is none, however small a batch is asked for.
        if (batch.firstOffset <= from || batch.firstOffset - from < batchSize) continue
        yield { firstOffset: from, lastOffset: batch.firstOffset - 1 }
        from = batch.firstOffset
      }
    }
    yield { firstOffset: from, lastOffset }
  }

  /** True when some record that could be handed out was handed out often already. */
  #isThrottled(batch: InFlightBatch, requestFirstOffset: number): boolean {
    for (const { record } of batch.ranges(requestFirstOffset, this.#lastOffset)) {
      if (record.isAvailable && record.deliveryCount >= this.#throttleCount) return true
    }
    return false
  }

  get #lockUntilMs(): number {
    return this.#context.nowMs + this.#context.recordLockDurationMs
  }

  /** Joins it to the one before when nothing but the offset differs and it may be. */
  #take(records: AcquiredRecords, mayJoin = false): void {
    const count = records.lastOffset - records.firstOffset + 1
    this.#left -= count
    this.#acquiredCount += count
    const before = this.#acquired.at(-1)
    const joins =
      mayJoin && before?.lastOffset === records.firstOffset - 1 && before.deliveryCount === records.deliveryCount
    if (joins && before !== undefined) this.#acquired.splice(-1, 1, { ...before, lastOffset: records.lastOffset })
    else this.#acquired.push(records)
  }
}
