import type { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from '@milena/protocol'
import { Errors } from '@milena/protocol'
import type { AddPartitions, PartitionsOfTransaction } from '../transaction/add-partitions-to-txn.ts'
import type { TopicPartition } from '../transaction/transaction.ts'
import type { RequestClient } from './coordinator-runtime.ts'
import type { Clock } from './ports.ts'
import type { PartitionsView } from './transaction-ports.ts'
import { mapInTurns } from './turns.ts'

type TopicResults = AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']
type TransactionToChange = AddPartitionsToTxnRequest['transactions'][number]

/** What is asked for, and what a single error is answered for. */
interface DecidedTransaction extends TransactionToChange {
  readonly answeredTopics: TransactionToChange['topics']
}

/** From here on the request comes from brokers: several transactions, mere verification. */
export const BATCHED_MIN_VERSION = 4
const PRODUCER_FENCED_MIN_VERSION = 2

export interface AddPartitionsServiceOptions {
  readonly clock: Clock
  readonly partitions: PartitionsView
  /** Returns the error code of all. */
  readonly add: (request: AddPartitions, client: RequestClient) => Promise<number>
  /** Returns an error code for each partition, in order. */
  readonly verify: (request: PartitionsOfTransaction, client: RequestClient) => Promise<readonly number[]>
}

/** Producers before PRODUCER_FENCED know the error under its older name. */
export const fencedAs = (errorCode: number, isUnderstood: boolean): number =>
  errorCode === Errors.PRODUCER_FENCED.code && !isUnderstood ? Errors.INVALID_PRODUCER_EPOCH.code : errorCode

/** AddPartitionsToTxn in all its versions: each transaction by itself, all of its partitions or none. */
export class AddPartitionsService {
  readonly #options: AddPartitionsServiceOptions

  constructor(options: AddPartitionsServiceOptions) {
    this.#options = options
  }

  async handle(request: AddPartitionsToTxnRequest, client: RequestClient): Promise<AddPartitionsToTxnResponse> {
    const response = { throttleTimeMs: 0, errorCode: Errors.NONE.code }
    if (client.apiVersion < BATCHED_MIN_VERSION) {
      const only = singleTransaction(request)
      const resultsByTopicV3AndBelow = await this.#change({ ...only, answeredTopics: only.topics }, client)
      return { ...response, resultsByTransaction: [], resultsByTopicV3AndBelow }
    }
    const transactions = withTopicsOfTwins(request.transactions)
    if (isTooMuch(transactions, request.transactions)) {
      const errorCode = Errors.INVALID_REQUEST.code
      return { throttleTimeMs: 0, errorCode, resultsByTransaction: [], resultsByTopicV3AndBelow: [] }
    }
    const resultsByTransaction = await mapInTurns(this.#options.clock, transactions, async (transaction) => ({
      transactionalId: transaction.transactionalId,
      topicResults: await this.#change(transaction, client),
    }))
    // Of the request as a whole: the cluster's `transaction.version` is too low for it.
    if (resultsByTransaction.some(isUnsupported)) {
      const errorCode = Errors.UNSUPPORTED_VERSION.code
      return { throttleTimeMs: 0, errorCode, resultsByTransaction: [], resultsByTopicV3AndBelow: [] }
    }
    return { ...response, resultsByTransaction, resultsByTopicV3AndBelow: [] }
  }

  async #change(transaction: DecidedTransaction, client: RequestClient): Promise<TopicResults> {
    const { transactionalId, producerId, producerEpoch, topics, answeredTopics, verifyOnly } = transaction
    const partitions = distinctPartitions(topics)
    const refusals = partitions.map((place) => this.#refusal(place, client.apiVersion))
    if (refusals.some((error) => error !== Errors.NONE.code)) {
      const untried = Errors.OPERATION_NOT_ATTEMPTED.code
      return perPartition(
        partitions,
        refusals.map((error) => (error === Errors.NONE.code ? untried : error)),
      )
    }
    const change = { transactionalId, producerId, producerEpoch, partitions }
    if (verifyOnly) return perPartition(partitions, await this.#options.verify(change, client))
    const clientTransactionVersion = client.apiVersion >= BATCHED_MIN_VERSION ? 2 : 0
    const errorCode = await this.#options.add({ ...change, clientTransactionVersion }, client)
    return forAll(answeredTopics, fencedAs(errorCode, client.apiVersion >= PRODUCER_FENCED_MIN_VERSION))
  }

  #refusal({ topic, partition }: TopicPartition, apiVersion: number): number {
    const { partitions } = this.#options
    if (apiVersion < BATCHED_MIN_VERSION && partitions.isInternal(topic)) return Errors.TOPIC_AUTHORIZATION_FAILED.code
    return partitions.hasPartition(topic, partition) ? Errors.NONE.code : Errors.UNKNOWN_TOPIC_OR_PARTITION.code
  }
}

const isUnsupported = ({ topicResults }: AddPartitionsToTxnResponse['resultsByTransaction'][number]): boolean =>
  topicResults.some(({ resultsByPartition }) =>
    resultsByPartition.some(({ partitionErrorCode }) => partitionErrorCode === Errors.UNSUPPORTED_VERSION.code),
  )

const singleTransaction = (request: AddPartitionsToTxnRequest): TransactionToChange => ({
  transactionalId: request.v3AndBelowTransactionalId,
  producerId: request.v3AndBelowProducerId,
  producerEpoch: request.v3AndBelowProducerEpoch,
  verifyOnly: false,
  topics: request.v3AndBelowTopics,
})

/** As in Kafka, a transactional id that is named twice asks for the last topics twice, and is answered for the first. */
const withTopicsOfTwins = (transactions: readonly TransactionToChange[]): DecidedTransaction[] => {
  const first = new Map(transactions.toReversed().map(({ transactionalId, topics }) => [transactionalId, topics]))
  const last = new Map(transactions.map(({ transactionalId, topics }) => [transactionalId, topics]))
  return transactions.map((transaction) => ({
    ...transaction,
    topics: last.get(transaction.transactionalId) ?? transaction.topics,
    answeredTopics: first.get(transaction.transactionalId) ?? transaction.topics,
  }))
}

/** How many partitions may be asked for, and answered, beyond those that the request itself names. */
const MAX_PARTITIONS_OF_TWINS = 100_000

/** Twins of an id with many partitions multiply them: the square of what was sent is nobody's honest wish. */
const isTooMuch = (decided: readonly DecidedTransaction[], sent: readonly TransactionToChange[]): boolean => {
  const sizes = new Map<TransactionToChange['topics'], number>()
  const sizeOf = (topics: TransactionToChange['topics']): number => {
    const size = sizes.get(topics) ?? topics.reduce((sum, { partitions }) => sum + partitions.length, 0)
    sizes.set(topics, size)
    return size
  }
  const own = sent.reduce((sum, { topics }) => sum + sizeOf(topics), 0)
  const all = decided.reduce((sum, each) => sum + Math.max(sizeOf(each.topics), sizeOf(each.answeredTopics)), 0)
  return all > own + MAX_PARTITIONS_OF_TWINS
}

const distinctPartitions = (topics: TransactionToChange['topics']): TopicPartition[] => {
  const byTopic = new Map<string, Set<number>>()
  for (const { name, partitions } of topics) {
    const indexes = byTopic.get(name) ?? new Set<number>()
    for (const index of partitions) indexes.add(index)
    byTopic.set(name, indexes)
  }
  return Array.from(byTopic).flatMap(([topic, indexes]) => Array.from(indexes, (partition) => ({ topic, partition })))
}

/** `codes` are in the order of the partitions. */
const perPartition = (partitions: readonly TopicPartition[], codes: readonly number[]): TopicResults => {
  const withCodes = partitions.map(({ topic, partition }, index) => ({
    topic,
    partitionIndex: partition,
    partitionErrorCode: codes[index] ?? Errors.UNKNOWN_SERVER_ERROR.code,
  }))
  return Array.from(
    Map.groupBy(withCodes, ({ topic }) => topic),
    ([name, entries]) => ({
      name,
      resultsByPartition: entries.map(({ partitionIndex, partitionErrorCode }) => ({
        partitionIndex,
        partitionErrorCode,
      })),
    }),
  )
}

const forAll = (topics: TransactionToChange['topics'], partitionErrorCode: number): TopicResults =>
  topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
  }))
