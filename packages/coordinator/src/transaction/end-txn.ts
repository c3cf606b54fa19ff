import type { KafkaError } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ProducerAnswer } from './init-producer-id.ts'
import { producerError } from './init-producer-id.ts'
import { isRecordable } from './transaction-records.ts'
import type { Transaction } from './transaction.ts'
import {
  isEnding,
  isEpochExhausted,
  LAST_CLIENT_EPOCH,
  NO_PRODUCER_ID,
  prepared,
  producerAfter,
  supportsEpochBump,
} from './transaction.ts'
import type {
  OrNeedsProducerId,
  TransactionContext,
  TransactionResult,
  TransactionShardState,
} from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'
import { answeredWith, transitioned } from './transition.ts'

export interface EndTxn {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly isCommit: boolean
  /** The generation of the protocol that the request speaks. */
  readonly clientTransactionVersion: number
  readonly newProducerId?: number
}

type Result = TransactionResult<OrNeedsProducerId<ProducerAnswer>>
type Decision = KafkaError | 'end'

/**
 * EndTxn: decides the end of a transaction. It is decided once the record is committed; the markers follow.
 *
 * In generation 2 the answer has the id and epoch under which the producer goes on.
 */
export const endTxn = (state: TransactionShardState, request: EndTxn, context: TransactionContext): Result => {
  const transaction = state.transactions.get(request.transactionalId)
  if (transaction === undefined) return answered(producerError(Errors.INVALID_PRODUCER_ID_MAPPING))
  return supportsEpochBump(request.clientTransactionVersion)
    ? endOfSecondGeneration(transaction, request, context)
    : endOfFirstGeneration(transaction, request, context)
}

const endOfFirstGeneration = (transaction: Transaction, request: EndTxn, context: TransactionContext): Result => {
  const { isCommit } = request
  const decision = decideFirstGeneration(transaction, request)
  if (decision !== 'end') return answered(producerError(decision))
  const next = prepared(transaction, {
    isCommit,
    transactionVersion: 0,
    nextProducerId: NO_PRODUCER_ID,
    endId: context.nextUuid(),
    nowMs: context.nowMs,
  })
  return answeredWith(transitioned(next, context), producerError(Errors.NONE))
}

const decideFirstGeneration = (transaction: Transaction, request: EndTxn): Decision => {
  if (transaction.producerId !== request.producerId) return Errors.INVALID_PRODUCER_ID_MAPPING
  if (transaction.producerEpoch !== request.producerEpoch) return Errors.PRODUCER_FENCED
  if (isEnding(transaction)) return Errors.CONCURRENT_TRANSACTIONS
  if (transaction.state === 'Ongoing') return 'end'
  // The answer to the first request may have been lost.
  const done = request.isCommit ? 'CompleteCommit' : 'CompleteAbort'
  return transaction.state === done ? Errors.NONE : Errors.INVALID_TXN_STATE
}

const endOfSecondGeneration = (transaction: Transaction, request: EndTxn, context: TransactionContext): Result => {
  const decision = decideSecondGeneration(transaction, request)
  if (decision === Errors.NONE) {
    const { producerId, producerEpoch } = transaction
    return answered({ errorCode: Errors.NONE.code, producerId, producerEpoch })
  }
  if (decision !== 'end') return answered(producerError(decision))
  if (!isRecordable(request.clientTransactionVersion, context.environment.transactionVersion())) {
    return answered(producerError(Errors.UNSUPPORTED_VERSION))
  }
  const isUsedUp = isEpochExhausted(transaction.producerEpoch)
  if (isUsedUp && request.newProducerId === undefined) return answered(NEEDS_PRODUCER_ID)
  const next = prepared(transaction, {
    isCommit: request.isCommit,
    transactionVersion: request.clientTransactionVersion,
    nextProducerId: isUsedUp ? (request.newProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    endId: context.nextUuid(),
    nowMs: context.nowMs,
  })
  return answeredWith(transitioned(next, context), { errorCode: Errors.NONE.code, ...producerAfter(next) })
}

/**
 * The epoch tells a retry (one below) from the end of the next transaction (the same), which may be an abort of one
 * that has reached no partition yet:
 *
 * | state          | abort: retry, current   | commit: retry, current |
 * | -------------- | ----------------------- | ---------------------- |
 * | Empty          | fenced, ends            | fenced, invalid        |
 * | CompleteAbort  | done already, ends      | invalid, invalid       |
 * | CompleteCommit | invalid, ends           | done already, invalid  |
 */
const decideSecondGeneration = (transaction: Transaction, request: EndTxn): Decision => {
  const { state, producerId, previousProducerId, producerEpoch } = transaction
  if (isEnding(transaction)) return Errors.CONCURRENT_TRANSACTIONS
  // The epochs were used up, and the producer has not heard of its new id.
  const isRetryAfterOverflow =
    previousProducerId === request.producerId && request.producerEpoch === LAST_CLIENT_EPOCH && producerEpoch === 0
  if (producerId !== request.producerId && !isRetryAfterOverflow) return Errors.INVALID_PRODUCER_ID_MAPPING
  const isRetry = isRetryAfterOverflow || producerEpoch === request.producerEpoch + 1
  const isComplete = state === 'CompleteCommit' || state === 'CompleteAbort'
  if (producerEpoch !== request.producerEpoch && !(isComplete && isRetry)) return Errors.PRODUCER_FENCED
  if (state === 'Ongoing') return 'end'
  if (isComplete && isRetry) {
    return state === (request.isCommit ? 'CompleteCommit' : 'CompleteAbort') ? Errors.NONE : Errors.INVALID_TXN_STATE
  }
  return request.isCommit ? Errors.INVALID_TXN_STATE : 'end'
}
