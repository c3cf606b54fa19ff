/**
 * What becomes of one record, or of a run of records that have always shared their fate (Kafka's InFlightState).
 *
 * A change that has to be written down first is made in two steps: `begin` shows the new state and keeps the old one,
 * `finish` makes it final or takes it back. While it is under way nothing else may change the record.
 */

/** As they are written to the share coordinator; 1 never is. */
export const recordStates = { AVAILABLE: 0, ACQUIRED: 1, ACKNOWLEDGED: 2, ARCHIVED: 4 } as const
export type RecordStateId = (typeof recordStates)[keyof typeof recordStates]

/** Of a record that nobody has acquired. */
export const NO_MEMBER = ''
const NO_LOCK = Infinity

/** Done with: never handed out again. */
export function isTerminal(state: RecordStateId): boolean {
  return state === recordStates.ACKNOWLEDGED || state === recordStates.ARCHIVED
}

interface Before {
  readonly state: RecordStateId
  readonly memberId: string
  readonly maxDeliveryCount: number
}

export interface RecordStateValues {
  readonly state: RecordStateId
  readonly deliveryCount: number
  readonly memberId?: string
  /** Monotonic, when the lock of an acquired record runs out. */
  readonly lockUntilMs?: number
}

export class RecordState {
  #state: RecordStateId
  #deliveryCount: number
  #memberId: string
  #lockUntilMs: number
  #before: Before | undefined

  constructor({ state, deliveryCount, memberId = NO_MEMBER, lockUntilMs = NO_LOCK }: RecordStateValues) {
    this.#state = state
    this.#deliveryCount = deliveryCount
    this.#memberId = memberId
    this.#lockUntilMs = lockUntilMs
  }

  get state(): RecordStateId {
    return this.#state
  }

  get deliveryCount(): number {
    return this.#deliveryCount
  }

  get memberId(): string {
    return this.#memberId
  }

  get lockUntilMs(): number {
    return this.#lockUntilMs
  }

  /** A change is being written down. */
  get isChanging(): boolean {
    return this.#before !== undefined
  }

  /** Can be handed out now. */
  get isAvailable(): boolean {
    return this.#state === recordStates.AVAILABLE && !this.isChanging
  }

  /** Can be acknowledged or released now. */
  get isAcquired(): boolean {
    return this.#state === recordStates.ACQUIRED && !this.isChanging
  }

  get isTerminal(): boolean {
    return isTerminal(this.#state)
  }

  /** One more of the same kind, for a single record of the run. */
  copy(): RecordState {
    return new RecordState({
      state: this.#state,
      deliveryCount: this.#deliveryCount,
      memberId: this.#memberId,
      lockUntilMs: this.#lockUntilMs,
    })
  }

  acquire(memberId: string, lockUntilMs: number): void {
    if (!this.isAvailable) throw new Error(`a record in state ${this.#state} cannot be acquired`)
    this.#state = recordStates.ACQUIRED
    this.#deliveryCount++
    this.#memberId = memberId
    this.#lockUntilMs = lockUntilMs
  }

  /** Holds the lock for longer. */
  renew(lockUntilMs: number): void {
    if (!this.isAcquired) throw new Error(`the lock of a record in state ${this.#state} cannot be renewed`)
    this.#lockUntilMs = lockUntilMs
  }

  /** The first step from acquired to `state`; what was delivered often enough is archived instead of released. */
  begin(state: RecordStateId, maxDeliveryCount: number): void {
    const before = { state: this.#state, memberId: this.#memberId, maxDeliveryCount }
    this.#leave(state, maxDeliveryCount)
    this.#before = before
  }

  /** The second step. An acquired record whose lock ran out meanwhile does not go back to its member. */
  finish(isWritten: boolean, nowMs: number): void {
    const before = this.#before
    this.#before = undefined
    if (before === undefined) return
    if (isWritten) {
      this.#lockUntilMs = NO_LOCK
      return
    }
    this.#state = before.state
    this.#memberId = before.memberId
    if (this.#lockUntilMs <= nowMs) this.expire(before.maxDeliveryCount, false)
  }

  /** The lock ran out: at once, in one step. */
  expire(maxDeliveryCount: number, isBeforeStart: boolean): void {
    this.#leave(isBeforeStart ? recordStates.ARCHIVED : recordStates.AVAILABLE, maxDeliveryCount)
    this.#lockUntilMs = NO_LOCK
  }

  /** The record is not there any more, or not to be seen: whatever it was, it is done with. */
  archive(): void {
    if (this.isChanging) throw new Error('a record that is being changed cannot be archived')
    this.#state = recordStates.ARCHIVED
    this.#memberId = NO_MEMBER
    this.#lockUntilMs = NO_LOCK
  }

  #leave(state: RecordStateId, maxDeliveryCount: number): void {
    if (!this.isAcquired) throw new Error(`a record in state ${this.#state} cannot be let go`)
    const isSpent = state === recordStates.AVAILABLE && this.#deliveryCount >= maxDeliveryCount
    this.#state = isSpent ? recordStates.ARCHIVED : state
    this.#memberId = NO_MEMBER
  }
}
