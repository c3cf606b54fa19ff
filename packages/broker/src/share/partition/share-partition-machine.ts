/**
 * One partition as one share group sees it (KIP-932; Kafka's SharePartition): which records are handed out, to whom, how
 * often, until when, and which are done with. It decides and remembers, and asks for everything else by effects: it
 * knows no clock, log, connection or promise.
 *
 *     available --acquire--> acquired --accept--> acknowledged
 *         ^                     | \----reject, gap, delivered too often--> archived
 *         \--release, lock ran out--/
 *
 * That records were acquired is not written down: who crashes hands them out again. What a member says of them is
 * written before it counts; that a lock ran out counts at once.
 */
import { Acknowledgement } from './acknowledgement.ts'
import { Acquisition } from './acquisition.ts'
import { InFlightBatch } from './in-flight-batch.ts'
import type { StateRange } from './in-flight-batch.ts'
import { recordStates, RecordState } from './record-state.ts'
import type { RecordStateId } from './record-state.ts'
import { SharePartitionState } from './share-partition-state.ts'
import type {
  AcknowledgementBatch,
  AcquiredRecords,
  AcquireRequest,
  OffsetRange,
  PersistedState,
  Refusal,
  SharePartitionContext,
  SharePartitionEffect,
} from './share-partition-types.ts'
import { StateChanges } from './state-changes.ts'

export interface AcquireResult {
  readonly acquired: readonly AcquiredRecords[]
  readonly effects: readonly SharePartitionEffect[]
}

export interface ChangeResult {
  /** Why nothing was changed; undefined when it was, or is about to be. */
  readonly refusal: Refusal | undefined
  /** The write that the answer waits for, if there is one. */
  readonly writeId: number | undefined
  readonly effects: readonly SharePartitionEffect[]
}

const WAKE: SharePartitionEffect = { type: 'wake' }
const persistedStates: ReadonlyMap<number, RecordStateId> = new Map<number, RecordStateId>([
  [recordStates.AVAILABLE, recordStates.AVAILABLE],
  [recordStates.ACKNOWLEDGED, recordStates.ACKNOWLEDGED],
  [recordStates.ARCHIVED, recordStates.ARCHIVED],
])

export class SharePartitionMachine {
  readonly #state = new SharePartitionState()
  /** What is being written, by the number of the write. */
  readonly #writes = new Map<number, StateChanges>()
  #nextWriteId = 1
  #timerAtMs = Infinity

  /** Takes up what was written down. Throws when that is a state which cannot be. */
  constructor({ stateEpoch, startOffset, stateBatches }: PersistedState) {
    const state = this.#state
    state.stateEpoch = stateEpoch
    state.startOffset = startOffset
    state.endOffset = startOffset
    let known = startOffset - 1
    let gapStartOffset: number | undefined
    for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of stateBatches) {
      const persisted = persistedStates.get(deliveryState)
      if (persisted === undefined || firstOffset < startOffset || lastOffset < firstOffset) {
        throw new Error(
          `the batch ${firstOffset}-${lastOffset} in state ${deliveryState} cannot be after ${startOffset}`,
        )
      }
      if (firstOffset > known + 1) gapStartOffset ??= known + 1
      known = lastOffset
      state.batches.add(
        new InFlightBatch(firstOffset, lastOffset, new RecordState({ state: persisted, deliveryCount })),
      )
    }
    if (state.batches.size === 0) return
    state.mayHaveAvailable = true
    state.endOffset = known
    if (gapStartOffset !== undefined) state.openGap(gapStartOffset)
    state.advance()
  }

  get startOffset(): number {
    return this.#state.startOffset
  }

  get endOffset(): number {
    return this.#state.endOffset
  }

  get stateEpoch(): number {
    return this.#state.stateEpoch
  }

  get inFlightCount(): number {
    return this.#state.inFlightCount
  }

  get deliveryCompleteCount(): number {
    return this.#state.deliveryCompleteCount
  }

  /** The batches in flight, as they are. */
  *ranges(): Iterable<StateRange> {
    for (const batch of this.#state.batches) yield* batch.ranges()
  }

  /** Where to read for the next member. */
  nextFetchOffset(): number {
    return this.#state.nextFetchOffset()
  }

  /** False when the window is as wide as it may be and all in it is taken. */
  canAcquire({ maxInFlightRecords }: SharePartitionContext): boolean {
    const state = this.#state
    return state.nextFetchOffset() !== state.endOffset + 1 || state.inFlightCount < maxInFlightRecords
  }

  /** Hands out what was read. */
  acquire(request: AcquireRequest, context: SharePartitionContext): AcquireResult {
    const acquired = new Acquisition(this.#state, request, context).run()
    if (acquired.length === 0) return { acquired, effects: [] }
    const visible = this.#withoutAborted(acquired, request.aborted)
    return { acquired: visible, effects: this.#timerEffects(context.nowMs + context.recordLockDurationMs) }
  }

  /** A member is done with records, gives them back, or needs more time. All of it counts, or nothing. */
  acknowledge(
    memberId: string,
    batches: readonly AcknowledgementBatch[],
    context: SharePartitionContext,
  ): ChangeResult {
    const changes = new StateChanges(context.maxDeliveryCount)
    const refusal = new Acknowledgement(this.#state, memberId, context, changes).run(batches)
    if (refusal === undefined) return this.#write(changes)
    changes.finish(false, context.nowMs)
    if (!changes.isEmpty) this.#state.mayHaveAvailable = true
    return { refusal, writeId: undefined, effects: [] }
  }

  /** A member is gone: what it has acquired can be handed out to others. */
  release(memberId: string, context: SharePartitionContext): ChangeResult {
    const changes = new StateChanges(context.maxDeliveryCount)
    this.#eachAcquired(
      ({ record }) => record.memberId === memberId,
      (range, isBeforeStart) => changes.begin(range, isBeforeStart ? recordStates.ARCHIVED : recordStates.AVAILABLE),
    )
    return this.#write(changes)
  }

  /** To be called when the timer that was asked for is due. */
  expireLocks(context: SharePartitionContext): readonly SharePartitionEffect[] {
    const changes = new StateChanges(context.maxDeliveryCount)
    this.#eachAcquired(
      ({ record }) => record.lockUntilMs <= context.nowMs,
      (range, isBeforeStart) => changes.expire(range, isBeforeStart),
    )
    this.#timerAtMs = Infinity
    let nextMs = Infinity
    for (const { record } of this.ranges()) {
      // What is being changed keeps its lock: if that fails, the record goes back to its member, or to all.
      if (record.lockUntilMs > context.nowMs) nextMs = Math.min(nextMs, record.lockUntilMs)
    }
    const timer = this.#timerEffects(nextMs)
    if (changes.isEmpty) return timer
    this.#state.mayHaveAvailable = true
    return [...this.#write(changes).effects, ...timer, WAKE]
  }

  /** A write ended, well or not. */
  complete(writeId: number, isWritten: boolean, nowMs: number): readonly SharePartitionEffect[] {
    const changes = this.#writes.get(writeId)
    if (changes === undefined) throw new Error(`there is no write ${writeId}`)
    this.#writes.delete(writeId)
    changes.finish(isWritten, nowMs)
    this.#state.mayHaveAvailable = true
    this.#state.advance()
    return [WAKE]
  }

  /** The log begins at `offset` now. */
  moveStart(offset: number): readonly SharePartitionEffect[] {
    return this.#state.moveStart(offset) ? [WAKE] : []
  }

  #write(changes: StateChanges): ChangeResult {
    if (changes.isEmpty) return { refusal: undefined, writeId: undefined, effects: [] }
    const writeId = this.#nextWriteId++
    this.#writes.set(writeId, changes)
    const { stateEpoch, startOffset, deliveryCompleteCount } = this.#state
    const { stateBatches } = changes
    const persist = { writeId, stateEpoch, startOffset, deliveryCompleteCount, stateBatches }
    return { refusal: undefined, writeId, effects: [{ type: 'persist', ...persist }] }
  }

  /** Calls `change` for acquired records that `concerns` them, and says whether they lie before the start. */
  #eachAcquired(
    concerns: (range: StateRange) => boolean,
    change: (range: StateRange, isBeforeStart: boolean) => void,
  ): void {
    const { batches, startOffset } = this.#state
    for (const batch of batches) {
      const { whole } = batch
      if (whole?.isAcquired === true && batch.isSplitBy(startOffset)) {
        if (concerns({ firstOffset: batch.firstOffset, lastOffset: batch.lastOffset, record: whole })) batch.split()
      }
      for (const range of batch.ranges()) {
        if (range.record.isAcquired && concerns(range)) change(range, range.lastOffset < startOffset)
      }
    }
  }

  /** Records of aborted transactions are done with, and nobody hears of them. */
  #withoutAborted(acquired: readonly AcquiredRecords[], aborted: readonly OffsetRange[]): readonly AcquiredRecords[] {
    let visible = acquired
    let isAny = false
    for (const { firstOffset, lastOffset } of aborted) {
      if (!this.#state.archiveAcquired(firstOffset, lastOffset)) continue
      isAny = true
      visible = visible.flatMap((each) => withoutRange(each, { firstOffset, lastOffset }))
    }
    // Nobody will acknowledge them, which would move the start otherwise.
    if (isAny) this.#state.advance()
    return visible
  }

  #timerEffects(atMs: number): readonly SharePartitionEffect[] {
    if (atMs >= this.#timerAtMs) return []
    this.#timerAtMs = atMs
    return [{ type: 'timer', atMs }]
  }
}

function withoutRange(records: AcquiredRecords, { firstOffset, lastOffset }: OffsetRange): AcquiredRecords[] {
  if (records.lastOffset < firstOffset || records.firstOffset > lastOffset) return [records]
  const before = { ...records, lastOffset: firstOffset - 1 }
  const after = { ...records, firstOffset: lastOffset + 1 }
  return [before, after].filter((each) => each.firstOffset <= each.lastOffset)
}
