import type {
  InitializeShareGroupStateRequest,
  KafkaError,
  ReadShareGroupStateRequest,
  ReadShareGroupStateResponse,
  ReadShareGroupStateSummaryResponse,
  WriteShareGroupStateRequest,
  WriteShareGroupStateResponse,
} from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import { shareSnapshotRecord, shareStateTombstone, shareUpdateRecord } from './share-records.ts'
import type {
  SharePartitionState,
  SharePlace,
  ShareRecord,
  ShareRequestContext,
  ShareResult,
  ShareState,
} from './share-types.ts'
import { shareStateOf } from './share-types.ts'
import { combineStateBatches } from './state-batches.ts'

/** Of one share partition, whoever asks: what went wrong, or nothing. */
export type ShareOutcome = WriteShareGroupStateResponse['results'][number]['partitions'][number]
export type ReadShareState = ReadShareGroupStateResponse['results'][number]['partitions'][number]
export type ShareStateSummary = ReadShareGroupStateSummaryResponse['results'][number]['partitions'][number]

interface ByTopic {
  readonly topics: readonly { readonly partitions: readonly object[] }[]
}
type Of<Request extends ByTopic> = Request['topics'][number]['partitions'][number]
export type InitializeShareState = SharePlace & Of<InitializeShareGroupStateRequest>
export type WriteShareState = SharePlace & Of<WriteShareGroupStateRequest>
export type ReadShareStateRequest = SharePlace & Of<ReadShareGroupStateRequest>

interface Refusal {
  readonly error: KafkaError
  readonly message: string
}

const refusal = (error: KafkaError, message = error.message): Refusal => ({ error, message })

export const shareOutcome = (partition: number, errorCode: number, errorMessage: string | null): ShareOutcome => ({
  partition,
  errorCode,
  errorMessage,
})

export const readShareStateError = (
  partition: number,
  errorCode: number,
  errorMessage: string | null,
): ReadShareState => ({ partition, errorCode, errorMessage, stateEpoch: 0, startOffset: 0, stateBatches: [] })

export const shareStateSummaryError = (
  partition: number,
  errorCode: number,
  errorMessage: string | null,
): ShareStateSummary => ({
  partition,
  errorCode,
  errorMessage,
  stateEpoch: 0,
  leaderEpoch: 0,
  startOffset: 0,
  deliveryCompleteCount: -1,
})

const done = (partition: number): ShareOutcome => shareOutcome(partition, Errors.NONE.code, null)

const written = <Response>(records: ShareRecord[], value: Response): ShareResult<Response> => ({
  records,
  changes: [],
  effects: [],
  answer: { kind: 'now', value },
})

const refused = ({ partition }: SharePlace, { error, message }: Refusal): ShareResult<ShareOutcome> =>
  answered(shareOutcome(partition, error.code, message))

const unknownPlace = (
  { topicId, partition }: SharePlace,
  { environment: { topics } }: ShareRequestContext,
): Refusal | undefined => {
  const name = topics.topicName(topicId)
  const isKnown = name !== undefined && topics.hasPartition(name, partition)
  return isKnown ? undefined : refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION)
}

const negativePartition = ({ partition }: SharePlace): Refusal | undefined =>
  partition < 0 ? refusal(Errors.INVALID_REQUEST, 'A partition cannot be negative.') : undefined

const fencedLeader = (known: SharePartitionState, leaderEpoch: number): Refusal | undefined =>
  leaderEpoch !== -1 && known.highestLeaderEpoch > leaderEpoch ? refusal(Errors.FENCED_LEADER_EPOCH) : undefined

const fencedState = (known: SharePartitionState, stateEpoch: number): Refusal | undefined =>
  stateEpoch !== -1 && known.highestStateEpoch > stateEpoch ? refusal(Errors.FENCED_STATE_EPOCH) : undefined

/** Begins the state of a share partition, or begins it anew: what was known of its records is gone. */
export const initializeShareState = (
  state: ShareState,
  request: InitializeShareState,
  context: ShareRequestContext,
): ShareResult<ShareOutcome> => {
  const known = shareStateOf(state, request)
  const error =
    negativePartition(request) ??
    (known === undefined ? undefined : fencedState(known, request.stateEpoch)) ??
    unknownPlace(request, context)
  if (error !== undefined) return refused(request, error)
  const record = shareSnapshotRecord({
    ...request,
    snapshotEpoch: known === undefined ? 0 : known.snapshotEpoch + 1,
    leaderEpoch: 0,
    deliveryCompleteCount: request.startOffset === -1 ? -1 : 0,
    stateBatches: [],
    createTimestampMs: context.nowMs,
    writeTimestampMs: context.nowMs,
  })
  return written([record], done(request.partition))
}

/** The leader of a share partition tells what became of its records. Its epoch is checked, and kept by reads only. */
export const writeShareState = (
  state: ShareState,
  request: WriteShareState,
  context: ShareRequestContext,
): ShareResult<ShareOutcome> => {
  const negative = negativePartition(request)
  if (negative !== undefined) return refused(request, negative)
  const known = shareStateOf(state, request)
  if (known === undefined) {
    return refused(request, refusal(Errors.INVALID_REQUEST, 'The share partition is not initialised.'))
  }
  const error =
    fencedLeader(known, request.leaderEpoch) ?? fencedState(known, request.stateEpoch) ?? unknownPlace(request, context)
  if (error !== undefined) return refused(request, error)
  return written(
    [changeRecord(known, { ...request, leaderEpoch: known.leaderEpoch }, context)],
    done(request.partition),
  )
}

/** What a new leader of a share partition begins with. From now on older leaders are fenced. */
export const readShareState = (
  state: ShareState,
  request: ReadShareStateRequest,
  context: ShareRequestContext,
): ShareResult<ReadShareState> => {
  const known = shareStateOf(state, request)
  const error =
    negativePartition(request) ??
    (known === undefined
      ? refusal(Errors.INVALID_REQUEST, 'The share partition is not initialised.')
      : fencedLeader(known, request.leaderEpoch)) ??
    unknownPlace(request, context)
  if (error !== undefined || known === undefined) {
    const { error: code, message } = error ?? refusal(Errors.UNKNOWN_SERVER_ERROR)
    return answered(readShareStateError(request.partition, code.code, message))
  }
  const value: ReadShareState = {
    partition: request.partition,
    errorCode: Errors.NONE.code,
    errorMessage: null,
    stateEpoch: known.stateEpoch,
    startOffset: known.startOffset,
    stateBatches: [...known.stateBatches],
  }
  if (request.leaderEpoch === -1 || request.leaderEpoch === known.highestLeaderEpoch) return answered(value)
  const { startOffset, deliveryCompleteCount } = known
  const change = { leaderEpoch: request.leaderEpoch, startOffset, deliveryCompleteCount, stateBatches: [] }
  return written([changeRecord(known, change, context)], value)
}

/** How far a share partition is, for those who describe it; one that has no state is not an error. */
export const summarizeShareState = (
  state: ShareState,
  request: ReadShareStateRequest,
  context: ShareRequestContext,
): ShareResult<ShareStateSummary> => {
  const { partition } = request
  const error = negativePartition(request) ?? unknownPlace(request, context)
  if (error !== undefined) return answered(shareStateSummaryError(partition, error.error.code, error.message))
  const known = shareStateOf(state, request)
  return answered({
    partition,
    errorCode: Errors.NONE.code,
    errorMessage: null,
    stateEpoch: known?.stateEpoch ?? 0,
    leaderEpoch: known?.leaderEpoch ?? 0,
    startOffset: known?.startOffset ?? -1,
    deliveryCompleteCount: known?.deliveryCompleteCount ?? -1,
  })
}

/** Forgets a share partition. What is not there is as gone as can be. */
export const deleteShareState = (
  state: ShareState,
  request: SharePlace,
  context: ShareRequestContext,
): ShareResult<ShareOutcome> => {
  const error = negativePartition(request) ?? unknownPlace(request, context)
  if (error !== undefined) return refused(request, error)
  const isKnown = shareStateOf(state, request) !== undefined
  return written(isKnown ? [shareStateTombstone(request)] : [], done(request.partition))
}

/** Topics are gone, by their ids: so is what groups knew of them. */
export const dropShareStateOfTopics = (state: ShareState, topicIds: ReadonlySet<string>): ShareResult<void> => {
  const places = [...state.partitions.values()].filter(({ topicId }) => topicIds.has(topicId))
  return { ...written(places.map(shareStateTombstone), undefined), divisible: true }
}

/** An update, or after so many of them a snapshot. */
const changeRecord = (
  known: SharePartitionState,
  change: Pick<SharePartitionState, 'leaderEpoch' | 'startOffset' | 'deliveryCompleteCount' | 'stateBatches'>,
  { nowMs, environment }: ShareRequestContext,
): ShareRecord => {
  const { leaderEpoch, deliveryCompleteCount, stateBatches } = change
  if (known.updateCount < environment.config.snapshotUpdateRecordsPerSnapshot) {
    const combined = combineStateBatches([], stateBatches, change.startOffset)
    const { startOffset } = change
    return shareUpdateRecord({ ...known, leaderEpoch, deliveryCompleteCount, startOffset, stateBatches: combined })
  }
  const startOffset = change.startOffset === -1 ? known.startOffset : change.startOffset
  return shareSnapshotRecord({
    ...known,
    snapshotEpoch: known.snapshotEpoch + 1,
    leaderEpoch,
    startOffset,
    deliveryCompleteCount,
    stateBatches: combineStateBatches(known.stateBatches, stateBatches, startOffset),
    createTimestampMs: nowMs,
    writeTimestampMs: nowMs,
  })
}
