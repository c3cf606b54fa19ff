/** What a member says of records that it acquired (Kafka's SharePartition.acknowledge). */
import { Errors } from '@milena/protocol/messages'
import type { InFlightBatch, StateRange } from './in-flight-batch.ts'
import { recordStates } from './record-state.ts'
import type { RecordState, RecordStateId } from './record-state.ts'
import type { SharePartitionState } from './share-partition-state.ts'
import { acknowledgeTypes } from './share-partition-types.ts'
import type { AcknowledgementBatch, Refusal, SharePartitionContext } from './share-partition-types.ts'
import type { StateChanges } from './state-changes.ts'

const { GAP, ACCEPT, RELEASE, REJECT, RENEW } = acknowledgeTypes

const NOT_IN_FLIGHT = 'The offsets are not in flight.'

const statesByType: ReadonlyMap<number, RecordStateId> = new Map<number, RecordStateId>([
  [GAP, recordStates.ARCHIVED],
  [ACCEPT, recordStates.ACKNOWLEDGED],
  [RELEASE, recordStates.AVAILABLE],
  [REJECT, recordStates.ARCHIVED],
])

export class Acknowledgement {
  readonly #state: SharePartitionState
  readonly #memberId: string
  readonly #context: SharePartitionContext
  readonly #changes: StateChanges

  constructor(state: SharePartitionState, memberId: string, context: SharePartitionContext, changes: StateChanges) {
    this.#state = state
    this.#memberId = memberId
    this.#context = context
    this.#changes = changes
  }

  /** Begins the changes; what was begun before a refusal is the caller's to take back. */
  run(batches: readonly AcknowledgementBatch[]): Refusal | undefined {
    for (const batch of batches) {
      const unknown = batch.acknowledgeTypes.find((type) => type !== RENEW && !statesByType.has(type))
      if (unknown !== undefined || batch.acknowledgeTypes.length === 0) {
        return { error: Errors.INVALID_REQUEST, message: `Invalid acknowledge type: ${unknown ?? 'none'}` }
      }
      // The log moved on: nobody waits for these any more.
      if (batch.lastOffset < this.#state.startOffset) continue
      const refusal = this.#acknowledge(batch)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #acknowledge(batch: AcknowledgementBatch): Refusal | undefined {
    const { batches, startOffset } = this.#state
    const hasStartMoved = batch.firstOffset < startOffset
    const floor = batches.floor(batch.firstOffset) ?? (hasStartMoved ? batches.floor(startOffset) : undefined)
    // Kafka has no better word for a range across the start when nothing is in flight there.
    if (floor === undefined && hasStartMoved) {
      return { error: Errors.UNKNOWN_SERVER_ERROR, message: NOT_IN_FLIGHT, endsRequest: true }
    }
    if (floor === undefined) return invalidState(NOT_IN_FLIGHT)
    const acquired = batches.between(floor.firstOffset, batch.lastOffset)
    const lastOffset = acquired.at(-1)?.lastOffset ?? -1
    if (lastOffset < batch.firstOffset) return invalidRequest('The first offset is past the acquired records.')
    if (batch.lastOffset > lastOffset) return invalidRequest('The last offset is past the acquired records.')
    for (const each of acquired) {
      if (each.lastOffset < startOffset) continue
      const refusal = each.whole === undefined ? this.#ofOffsets(each, batch) : this.#ofBatch(each, batch)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  /** A batch in flight that has one state so far. */
  #ofBatch(inFlight: InFlightBatch, batch: AcknowledgementBatch): Refusal | undefined {
    const record = inFlight.at(inFlight.firstOffset)
    const refusal = this.#refusal(record)
    if (refusal !== undefined) return refusal
    const keepsState =
      inFlight.isWithin(batch.firstOffset, batch.lastOffset) &&
      batch.acknowledgeTypes.length === 1 &&
      !inFlight.isSplitBy(this.#state.startOffset)
    if (keepsState) {
      const { firstOffset, lastOffset } = inFlight
      return this.#apply({ firstOffset, lastOffset, record }, batch.acknowledgeTypes[0]!)
    }
    inFlight.split()
    return this.#ofOffsets(inFlight, batch)
  }

  #ofOffsets(inFlight: InFlightBatch, batch: AcknowledgementBatch): Refusal | undefined {
    const types = batch.acknowledgeTypes
    const from = Math.max(batch.firstOffset, this.#state.startOffset)
    for (const range of inFlight.ranges(from, batch.lastOffset)) {
      const type = types.length === 1 ? types[0]! : types[range.firstOffset - batch.firstOffset]!
      const refusal = this.#refusal(range.record) ?? this.#apply(range, type)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #refusal(record: RecordState): Refusal | undefined {
    if (record.isChanging) return invalidState('The acknowledgement of delivery could not be completed.')
    if (!record.isAcquired) return invalidState('The offset is not acquired.')
    return record.memberId === this.#memberId ? undefined : invalidState('Member is not the owner of the record.')
  }

  #apply(range: StateRange, type: number): Refusal | undefined {
    if (type === RENEW) {
      if (!this.#context.isRenewAcknowledgeEnabled) {
        return invalidState('Renewing acquisition locks is not enabled for the group.')
      }
      range.record.renew(this.#context.nowMs + this.#context.recordLockDurationMs)
      return undefined
    }
    this.#changes.begin(range, statesByType.get(type)!)
    return undefined
  }
}

function invalidState(message: string): Refusal {
  return { error: Errors.INVALID_RECORD_STATE, message }
}

function invalidRequest(message: string): Refusal {
  return { error: Errors.INVALID_REQUEST, message }
}
