/**
 * A share partition with everything around it that can go wrong, driven by a seed: a log that grows, loses its beginning
 * and is compacted, members that acknowledge, give back, forget and vanish, writes that fail or come late, crashes.
 * After every step it looks at what must always hold.
 */
import assert from 'node:assert/strict'
import type { Random } from '@milena/runtime'
import { recordStates } from '../partition/record-state.ts'
import { SharePartitionMachine } from '../partition/share-partition-machine.ts'
import { acknowledgeTypes } from '../partition/share-partition-types.ts'
import type {
  AcknowledgementBatch,
  OffsetRange,
  SharePartitionContext,
  SharePartitionEffect,
} from '../partition/share-partition-types.ts'
import { PersistedModel } from './persisted-model.ts'

const { GAP, ACCEPT, RELEASE, REJECT, RENEW } = acknowledgeTypes
const MEMBERS = ['a', 'b', 'c']
const LARGEST_BATCH = 8
const LOCK_MS = 100

type Persist = Extract<SharePartitionEffect, { type: 'persist' }>

interface PendingWrite {
  readonly persist: Persist
  /** Offsets that are done with, for good, once it is written. */
  readonly final: readonly number[]
}

export class ShareWorld {
  readonly #random: Random
  readonly #max: { readonly deliveries: number; readonly inFlight: number }
  readonly #batches: OffsetRange[] = []
  readonly #persisted = new PersistedModel(0)
  #machine = new SharePartitionMachine(this.#persisted.read())
  #writes: PendingWrite[] = []
  #nowMs = 0
  #timerMs = Infinity
  #logStart = 0
  #logEnd = 0
  #spso = 0
  #isCompacted = false
  /** Who was told to have acquired what, and until when nobody else may be. */
  #held = new Map<number, { readonly memberId: string; readonly untilMs: number }>()
  /** Offsets whose acknowledgement or rejection was confirmed. */
  readonly #done = new Set<number>()
  readonly #lastCounts = new Map<number, number>()

  constructor(random: Random) {
    this.#random = random
    this.#max = { deliveries: 2 + random.int(4), inFlight: 10 + random.int(40) }
  }

  step(): void {
    const dice = this.#random.int(100)
    if (dice < 15) this.#append()
    else if (dice < 50) this.#fetch(this.#pick(MEMBERS))
    else if (dice < 70) this.#acknowledge(this.#pick(MEMBERS))
    else if (dice < 84) this.#finishWrite(this.#random.int(8) > 0)
    else if (dice < 93) this.#advance(this.#random.int(60))
    else if (dice < 95) this.#leave(this.#pick(MEMBERS))
    else if (dice < 97) this.#crash()
    else if (dice < 98) this.#deleteRecords()
    else if (dice < 99) this.#compact()
    else this.#acknowledgeNonsense()
    this.#check()
  }

  /** Everybody works properly from now on: everything is dealt with. */
  drain(): void {
    for (let round = 0; round < 500 && this.#machine.startOffset < this.#logEnd; round++) {
      this.#fetch('a')
      while (this.#writes.length > 0) this.#finishWrite(true)
      this.#accept('a')
      while (this.#writes.length > 0) this.#finishWrite(true)
      this.#advance(LOCK_MS)
      this.#check()
    }
    assert.ok(this.#machine.startOffset >= this.#logEnd, `stuck at ${this.#machine.startOffset} of ${this.#logEnd}`)
    for (const { firstOffset, lastOffset } of this.#batches) {
      for (let offset = Math.max(firstOffset, this.#logStart); offset <= lastOffset; offset++) {
        const isSpent = this.#lastCounts.get(offset) === this.#max.deliveries
        assert.ok(this.#done.has(offset) || isSpent, `offset ${offset} is lost`)
      }
    }
  }

  #append(): void {
    const lastOffset = this.#logEnd + this.#random.int(LARGEST_BATCH)
    this.#batches.push({ firstOffset: this.#logEnd, lastOffset })
    this.#logEnd = lastOffset + 1
  }

  #fetch(memberId: string): void {
    const context = this.#context()
    if (!this.#machine.canAcquire(context)) return
    const fetchOffset = this.#machine.nextFetchOffset()
    if (fetchOffset < this.#logStart) {
      this.#run(this.#machine.moveStart(this.#logStart))
      return
    }
    const readable = this.#batches.filter(({ lastOffset }) => lastOffset >= fetchOffset)
    const batches = readable.slice(0, 1 + this.#random.int(4))
    const isRecordLimit = this.#random.int(2) === 0
    const maxRecords = 1 + this.#random.int(20)
    const batchSize = 1 + this.#random.int(10)
    const request = { memberId, isRecordLimit, maxRecords, batchSize, fetchOffset, batches, aborted: [] }
    const { acquired, effects } = this.#machine.acquire(request, context)
    let count = 0
    for (const { firstOffset, lastOffset, deliveryCount } of acquired) {
      assert.ok(deliveryCount >= 1 && deliveryCount <= this.#max.deliveries, `delivered ${deliveryCount} times`)
      for (let offset = firstOffset; offset <= lastOffset; offset++) {
        this.#hold(offset, memberId)
        this.#lastCounts.set(offset, deliveryCount)
        count++
      }
    }
    if (isRecordLimit) assert.ok(count <= maxRecords, `${count} records for ${maxRecords}`)
    this.#run(effects)
  }

  #hold(offset: number, memberId: string): void {
    const holder = this.#held.get(offset)
    assert.ok(holder === undefined, `${offset} is handed to ${memberId} while ${holder?.memberId} has it`)
    assert.ok(!this.#done.has(offset), `${offset} is handed out although it is done with`)
    this.#held.set(offset, { memberId, untilMs: this.#nowMs + LOCK_MS })
  }

  #acknowledge(memberId: string): void {
    const mine = this.#heldBy(memberId)
    if (mine.length === 0) return
    const from = this.#random.int(mine.length)
    const first = mine[from]!
    let last = first
    while (this.#held.get(last + 1)?.memberId === memberId && this.#random.int(6) > 0) last++
    const types = Array.from({ length: last - first + 1 }, () =>
      this.#pick([GAP, ACCEPT, ACCEPT, RELEASE, REJECT, RENEW]),
    )
    const acknowledgeTypesOf = this.#random.int(2) === 0 ? types : [types[0]!]
    this.#send(memberId, [{ firstOffset: first, lastOffset: last, acknowledgeTypes: acknowledgeTypesOf }])
  }

  #accept(memberId: string): void {
    for (const offset of this.#heldBy(memberId)) {
      this.#send(memberId, [{ firstOffset: offset, lastOffset: offset, acknowledgeTypes: [ACCEPT] }])
    }
  }

  #send(memberId: string, batches: readonly AcknowledgementBatch[]): void {
    const { refusal, effects } = this.#machine.acknowledge(memberId, batches, this.#context())
    if (refusal !== undefined) return
    const final: number[] = []
    for (const { firstOffset, lastOffset, acknowledgeTypes: types } of batches) {
      for (let offset = firstOffset; offset <= lastOffset; offset++) {
        const type = types.length === 1 ? types[0]! : types[offset - firstOffset]!
        if (type === RENEW) this.#held.set(offset, { memberId, untilMs: this.#nowMs + LOCK_MS })
        else if (type !== RELEASE) final.push(offset)
      }
    }
    this.#run(effects, final)
  }

  /** What nobody who is in their right mind would say; nothing may come of it. */
  #acknowledgeNonsense(): void {
    const firstOffset = this.#random.int(this.#logEnd + 20)
    const lastOffset = firstOffset + this.#random.int(2) * (Number.MAX_SAFE_INTEGER - firstOffset)
    const { refusal, effects } = this.#machine.acknowledge(
      'stranger',
      [{ firstOffset, lastOffset, acknowledgeTypes: [this.#random.int(7)] }],
      this.#context(),
    )
    assert.ok(refusal !== undefined || lastOffset < this.#machine.startOffset, 'a stranger is refused')
    assert.deepEqual(effects, [])
  }

  #finishWrite(isWritten: boolean): void {
    const index = this.#random.int(Math.max(1, this.#writes.length))
    const [write] = this.#writes.splice(index, 1)
    if (write === undefined) return
    if (isWritten) {
      this.#persisted.write(write.persist)
      for (const offset of write.final) this.#done.add(offset)
    }
    this.#run(this.#machine.complete(write.persist.writeId, isWritten, this.#nowMs))
    this.#forgetReleased()
  }

  #advance(durationMs: number): void {
    this.#nowMs += durationMs
    if (this.#nowMs < this.#timerMs) return
    this.#timerMs = Infinity
    this.#run(this.#machine.expireLocks(this.#context()))
    this.#forgetReleased()
  }

  #leave(memberId: string): void {
    this.#run(this.#machine.release(memberId, this.#context()).effects)
    this.#forgetReleased()
  }

  #crash(): void {
    // What was being written may have arrived, or not.
    for (const { persist, final } of this.#writes) {
      if (this.#random.int(2) === 0) continue
      this.#persisted.write(persist)
      for (const offset of final) this.#done.add(offset)
    }
    this.#writes = []
    this.#held.clear()
    this.#timerMs = Infinity
    this.#machine = new SharePartitionMachine(this.#persisted.read())
    this.#spso = this.#machine.startOffset
  }

  #deleteRecords(): void {
    this.#logStart += this.#random.int(Math.max(1, this.#logEnd - this.#logStart))
    while ((this.#batches[0]?.lastOffset ?? Infinity) < this.#logStart) this.#batches.shift()
  }

  /** A batch vanishes from the middle; the last one never does. */
  #compact(): void {
    if (this.#batches.length < 2) return
    this.#isCompacted = true
    this.#batches.splice(this.#random.int(this.#batches.length - 1), 1)
  }

  #run(effects: readonly SharePartitionEffect[], final: readonly number[] = []): void {
    for (const effect of effects) {
      if (effect.type === 'persist') this.#writes.push({ persist: effect, final })
      else if (effect.type === 'timer') this.#timerMs = effect.atMs
    }
  }

  /** Nobody holds what the machine says is not acquired, nor being changed. */
  #forgetReleased(): void {
    const acquired = new Set<number>()
    for (const { firstOffset, lastOffset, record } of this.#machine.ranges()) {
      if (record.state !== recordStates.ACQUIRED && !record.isChanging) continue
      for (let offset = firstOffset; offset <= lastOffset; offset++) acquired.add(offset)
    }
    for (const [offset, { untilMs }] of this.#held) {
      if (acquired.has(offset)) continue
      const isSaid = this.#done.has(offset) || untilMs <= this.#nowMs || offset < this.#machine.startOffset
      // Given back by its member, or for the member: the machine has written that down.
      assert.ok(isSaid || this.#isAvailable(offset), `${offset} was taken from its member`)
      this.#held.delete(offset)
    }
  }

  #isAvailable(offset: number): boolean {
    for (const { firstOffset, lastOffset, record } of this.#machine.ranges()) {
      if (firstOffset <= offset && lastOffset >= offset) return record.isAvailable || record.isTerminal
    }
    return false
  }

  #check(): void {
    const { startOffset, endOffset, inFlightCount, deliveryCompleteCount } = this.#machine
    assert.ok(startOffset >= this.#spso, `the start went back from ${this.#spso} to ${startOffset}`)
    this.#spso = startOffset
    assert.ok(endOffset >= startOffset - 1, `the end ${endOffset} lies before the start ${startOffset}`)
    assert.ok(deliveryCompleteCount >= 0 && deliveryCompleteCount <= inFlightCount)
    if (!this.#isCompacted) assert.ok(inFlightCount <= this.#max.inFlight + LARGEST_BATCH, `${inFlightCount} in flight`)
    let before = -1
    for (const { firstOffset, lastOffset, record } of this.#machine.ranges()) {
      assert.ok(firstOffset > before && lastOffset >= firstOffset, 'batches overlap')
      before = lastOffset
      assert.ok(record.deliveryCount <= this.#max.deliveries, 'delivered too often')
      if (record.isAcquired) {
        assert.ok(record.lockUntilMs < Infinity && this.#timerMs <= Math.max(record.lockUntilMs, this.#nowMs))
      }
    }
  }

  #heldBy(memberId: string): number[] {
    return [...this.#held].flatMap(([offset, holder]) => (holder.memberId === memberId ? [offset] : []))
  }

  #context(): SharePartitionContext {
    return {
      nowMs: this.#nowMs,
      maxDeliveryCount: this.#max.deliveries,
      maxInFlightRecords: this.#max.inFlight,
      recordLockDurationMs: LOCK_MS,
      isRenewAcknowledgeEnabled: true,
    }
  }

  #pick<V>(values: readonly V[]): V {
    return values[this.#random.int(values.length)]!
  }
}
