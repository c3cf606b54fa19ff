import { Errors } from '@milena/protocol/messages'
import { answered } from '../runtime/coordinator-shard.ts'
import { fence } from './fence.ts'
import type { Transaction } from './transaction.ts'
import {
  initialized,
  isEnding,
  isEpochExhausted,
  newTransaction,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
} from './transaction.ts'
import type {
  OrNeedsProducerId,
  TransactionContext,
  TransactionResult,
  TransactionShardState,
} from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'
import { answeredWith, transitioned } from './transition.ts'

/** What a living producer says of itself when it wants its epoch raised (KIP-360). */
export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface InitProducerId {
  readonly transactionalId: string
  readonly timeoutMs: number
  readonly expected: ProducerIdAndEpoch | undefined
  /** One that nobody has used, if the operation asked for it. */
  readonly newProducerId?: number
}

export interface ProducerAnswer extends ProducerIdAndEpoch {
  readonly errorCode: number
}

export const producerError = ({ code }: { readonly code: number }): ProducerAnswer => ({
  errorCode: code,
  producerId: NO_PRODUCER_ID,
  producerEpoch: NO_PRODUCER_EPOCH,
})

type Result = TransactionResult<OrNeedsProducerId<ProducerAnswer>>

/**
 * InitProducerId with a transactional id: fences whoever used it before and gives the producer its id and epoch. An
 * open transaction is aborted first, under an epoch that is never given away; the producer has to come again, and gets
 * the epoch after that one.
 */
export const initProducerId = (
  state: TransactionShardState,
  request: InitProducerId,
  context: TransactionContext,
): Result => {
  const { transactionalId, timeoutMs, expected, newProducerId } = request
  const known = state.transactions.get(transactionalId)
  if (known === undefined && newProducerId === undefined) return answered(NEEDS_PRODUCER_ID)
  const transaction = known ?? newTransaction(transactionalId, newProducerId ?? NO_PRODUCER_ID, timeoutMs)
  if (isEnding(transaction)) return answered(producerError(Errors.CONCURRENT_TRANSACTIONS))
  if (expected !== undefined && !mayBe(transaction, expected)) return answered(producerError(Errors.PRODUCER_FENCED))
  if (transaction.state === 'Ongoing') {
    const outcome = fence(transaction, newProducerId, context)
    if (outcome === NEEDS_PRODUCER_ID) return answered(NEEDS_PRODUCER_ID)
    return answeredWith(outcome, producerError(Errors.CONCURRENT_TRANSACTIONS))
  }
  return begin(transaction, request, context)
}

/** Whether the producer that asks can be the one that is known; its epoch is looked at when it is raised. */
const mayBe = (transaction: Transaction, { producerId, producerEpoch }: ProducerIdAndEpoch): boolean =>
  // Nobody has had an epoch yet: the producer may have lived before its transactional id expired.
  transaction.producerEpoch === NO_PRODUCER_EPOCH ||
  producerId === transaction.producerId ||
  // The producer may not have heard that it has a new id since its epochs were used up.
  (producerId === transaction.previousProducerId && isEpochExhausted(producerEpoch))

const begin = (transaction: Transaction, request: InitProducerId, context: TransactionContext): Result => {
  const { timeoutMs, expected, newProducerId } = request
  const { producerId, producerEpoch, lastProducerEpoch } = transaction
  const { nowMs } = context
  const answerAs = (producer: ProducerIdAndEpoch & { readonly lastProducerEpoch: number }): Result => {
    const outcome = transitioned(initialized(transaction, { ...producer, timeoutMs, nowMs }), context)
    const { producerId: id, producerEpoch: epoch } = producer
    return answeredWith(outcome, { errorCode: Errors.NONE.code, producerId: id, producerEpoch: epoch })
  }
  if (isEpochExhausted(producerEpoch)) {
    // In Kafka an epoch other than the last one fails an assertion here.
    if (expected !== undefined && expected.producerEpoch !== producerEpoch) {
      return answered(producerError(Errors.UNKNOWN_SERVER_ERROR))
    }
    if (newProducerId === undefined) return answered(NEEDS_PRODUCER_ID)
    const last = expected === undefined ? NO_PRODUCER_EPOCH : producerEpoch
    return answerAs({ producerId: newProducerId, producerEpoch: 0, lastProducerEpoch: last })
  }
  const next = { producerId, producerEpoch: producerEpoch + 1 }
  if (expected === undefined) return answerAs({ ...next, lastProducerEpoch: NO_PRODUCER_EPOCH })
  if (producerEpoch === NO_PRODUCER_EPOCH || expected.producerEpoch === producerEpoch) {
    return answerAs({ ...next, lastProducerEpoch: producerEpoch })
  }
  // It asks again because it did not hear the answer: a newcomer in between would have forgotten the last epoch.
  if (expected.producerEpoch === lastProducerEpoch) return answerAs({ producerId, producerEpoch, lastProducerEpoch })
  return answered(producerError(Errors.PRODUCER_FENCED))
}
