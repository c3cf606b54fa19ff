import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from '@milena/protocol'
import { Errors, errorByCode } from '@milena/protocol'
import { CoordinatorError, coordinatorErrorCode } from '../runtime/coordinator-error.ts'
import type { Operation } from '../runtime/coordinator-shard.ts'
import { abortTimedOut, NO_TIMEOUT_MS } from '../transaction/abort-timed-out.ts'
import type { AddPartitions, PartitionsOfTransaction } from '../transaction/add-partitions-to-txn.ts'
import { addPartitionsToTxn } from '../transaction/add-partitions-to-txn.ts'
import type { Expression } from '../expression/expression.ts'
import { describeTransactionError, describeTransactions } from '../transaction/describe-transactions.ts'
import { endTxn } from '../transaction/end-txn.ts'
import type { ProducerAnswer } from '../transaction/init-producer-id.ts'
import { initProducerId, producerError } from '../transaction/init-producer-id.ts'
import { listTransactions } from '../transaction/list-transactions.ts'
import { markersWritten } from '../transaction/markers-written.ts'
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../transaction/transaction.ts'
import type { TopicPartition } from '../transaction/transaction.ts'
import { transactionShard } from '../transaction/transaction-shard.ts'
import type { OrNeedsProducerId, TransactionTask, TransactionTypes } from '../transaction/transaction-types.ts'
import { NEEDS_PRODUCER_ID } from '../transaction/transaction-types.ts'
import { verifyPartitions } from '../transaction/verify-partitions.ts'
import { AddPartitionsService, fencedAs } from './add-partitions-service.ts'
import type { RequestClient } from './coordinator-runtime.ts'
import { CoordinatorRuntime } from './coordinator-runtime.ts'
import { partitionForGroup } from './group-routing.ts'
import { transactionFilter } from './transaction-filter.ts'
import { TransactionMarkerSender } from './transaction-marker-sender.ts'
import type { TransactionCoordinatorOptions } from './transaction-ports.ts'
import { transactionRecordSerde } from './transaction-record-serde.ts'
import { inTurns, mapInTurns } from './turns.ts'

const GROUP_METADATA_TOPIC = '__consumer_offsets'
/** From which version a client knows PRODUCER_FENCED. */
const FENCED_MIN_VERSIONS = { initProducerId: 4, addOffsetsToTxn: 2, endTxn: 2 } as const
/** From here on an EndTxn is one of the second generation (KIP-890). */
const EPOCH_BUMP_END_TXN_MIN_VERSION = 5

type ListedTransaction = ListTransactionsResponse['transactionStates'][number]
type DescribedTransaction = DescribeTransactionsResponse['transactionStates'][number]

export interface VerifyOrAddPartitions extends PartitionsOfTransaction {
  /** True verifies (generation 1), false adds (generation 2). */
  readonly verifyOnly: boolean
}

/**
 * The transaction coordinator as request handlers see it: one method per API, request in, response out. It never
 * rejects for anything that a response can say. Authorization and the throttle time are the handlers'.
 */
export class TransactionCoordinatorService {
  readonly #options: TransactionCoordinatorOptions
  readonly #runtime: CoordinatorRuntime<TransactionTypes>
  readonly #markers: TransactionMarkerSender
  readonly #addPartitions: AddPartitionsService
  /** The leader epoch of each partition that is coordinated here. */
  readonly #epochs = new Map<number, number>()
  #partitionCount: number | undefined

  constructor(options: TransactionCoordinatorOptions) {
    const { config, partitions, logger, transactionVersion } = options
    this.#options = options
    this.#runtime = new CoordinatorRuntime<TransactionTypes>({
      ...options,
      shard: transactionShard,
      environment: { config, transactionVersion },
      serde: transactionRecordSerde(logger),
      writeTimeoutMs: config.writeTimeoutMs,
      startTask: (partition, task) => this.#startTask(partition, task),
    })
    this.#markers = new TransactionMarkerSender({
      ...options,
      epochOf: (partition) => this.#epochs.get(partition),
      report: (partition, written) => this.#runtime.write(partition, markersWritten, written, ITSELF),
    })
    this.#addPartitions = new AddPartitionsService({
      clock: options.clock,
      partitions,
      add: (request, client) => this.#add(request, client),
      verify: (request, client) => this.#verify(request, client),
    })
  }

  /** The runtime, for inspection and metrics. */
  get runtime(): CoordinatorRuntime<TransactionTypes> {
    return this.#runtime
  }

  startup(partitionCount: number): void {
    this.#partitionCount = partitionCount
  }

  /** From now on everything is COORDINATOR_NOT_AVAILABLE; markers that are under way are written after the restart. */
  shutdown(): void {
    this.#partitionCount = undefined
    this.#markers.close()
    this.#runtime.close()
  }

  /** The partition of `__transaction_state` whose leader coordinates the transactional id. */
  partitionFor(transactionalId: string): number {
    if (this.#partitionCount === undefined) throw new CoordinatorError(Errors.COORDINATOR_NOT_AVAILABLE)
    return partitionForGroup(transactionalId, this.#partitionCount)
  }

  /** This broker leads the partition now. Resolves when its transactions are loaded (or could not be). */
  onElection(partition: number, leaderEpoch: number): Promise<void> {
    if ((this.#epochs.get(partition) ?? -1) < leaderEpoch) this.#epochs.set(partition, leaderEpoch)
    return this.#runtime.load(partition, leaderEpoch)
  }

  onResignation(partition: number, leaderEpoch?: number): void {
    const known = this.#epochs.get(partition)
    if (known !== undefined && (leaderEpoch ?? known) >= known) this.#epochs.delete(partition)
    this.#runtime.unload(partition, leaderEpoch)
  }

  /** Both parts of what a living producer says of itself, or none, are the handler's to see to. */
  async initProducerId(request: InitProducerIdRequest, client: RequestClient): Promise<InitProducerIdResponse> {
    const { errorCode, ...producer } = await this.#initProducerId(request, client)
    const isUnderstood = client.apiVersion >= FENCED_MIN_VERSIONS.initProducerId
    return {
      throttleTimeMs: 0,
      errorCode: fencedAs(errorCode, isUnderstood),
      ...producer,
      ongoingTxnProducerId: NO_PRODUCER_ID,
      ongoingTxnProducerEpoch: NO_PRODUCER_EPOCH,
    }
  }

  addPartitionsToTxn(request: AddPartitionsToTxnRequest, client: RequestClient): Promise<AddPartitionsToTxnResponse> {
    return this.#addPartitions.handle(request, client)
  }

  /** `offsetsPartition` is that of the group in `__consumer_offsets`. */
  async addOffsetsToTxn(
    { transactionalId, producerId, producerEpoch }: AddOffsetsToTxnRequest,
    offsetsPartition: number,
    client: RequestClient,
  ): Promise<AddOffsetsToTxnResponse> {
    const partitions = [{ topic: GROUP_METADATA_TOPIC, partition: offsetsPartition }]
    const change = { transactionalId, producerId, producerEpoch, partitions, clientTransactionVersion: 0 }
    const errorCode = await this.#add(change, client)
    const isUnderstood = client.apiVersion >= FENCED_MIN_VERSIONS.addOffsetsToTxn
    return { throttleTimeMs: 0, errorCode: fencedAs(errorCode, isUnderstood) }
  }

  async endTxn(request: EndTxnRequest, client: RequestClient): Promise<EndTxnResponse> {
    const { transactionalId, producerId, producerEpoch, committed: isCommit } = request
    const clientTransactionVersion = client.apiVersion >= EPOCH_BUMP_END_TXN_MIN_VERSION ? 2 : 0
    const ending = { transactionalId, producerId, producerEpoch, isCommit, clientTransactionVersion }
    const { errorCode, ...producer } =
      transactionalId === ''
        ? producerError(Errors.INVALID_REQUEST)
        : await this.#answer(() => this.#withProducerId(endTxn, ending, client))
    const isUnderstood = client.apiVersion >= FENCED_MIN_VERSIONS.endTxn
    return { throttleTimeMs: 0, errorCode: fencedAs(errorCode, isUnderstood), ...producer }
  }

  async describeTransactions(
    { transactionalIds }: DescribeTransactionsRequest,
    client: RequestClient,
  ): Promise<DescribeTransactionsResponse> {
    const transactionStates = await mapInTurns(this.#options.clock, transactionalIds, async (transactionalId) => {
      const failed = (code: number): DescribedTransaction => describeTransactionError(transactionalId, code)
      if (this.#partitionCount === undefined) return failed(Errors.COORDINATOR_NOT_AVAILABLE.code)
      if (transactionalId === '') return failed(Errors.INVALID_REQUEST.code)
      const partition = this.partitionFor(transactionalId)
      const [state] = await this.#try(
        () => this.#runtime.read(partition, describeTransactions, [transactionalId], client),
        (code) => [failed(code)],
      )
      return state ?? failed(Errors.UNKNOWN_SERVER_ERROR.code)
    })
    return { throttleTimeMs: 0, transactionStates }
  }

  /** The transactional ids of all partitions that are coordinated here. */
  async listTransactions(request: ListTransactionsRequest, client: RequestClient): Promise<ListTransactionsResponse> {
    const failed = (errorCode: number): ListTransactionsResponse => ({
      throttleTimeMs: 0,
      errorCode,
      unknownStateFilters: [],
      transactionStates: [],
    })
    if (this.#partitionCount === undefined) return failed(Errors.COORDINATOR_NOT_AVAILABLE.code)
    const isLoading = this.#runtime.partitions.some((partition) => this.#runtime.stateOf(partition) === 'loading')
    if (isLoading) return failed(Errors.COORDINATOR_LOAD_IN_PROGRESS.code)
    const filters = await transactionFilter(request)
    if (filters === undefined) return failed(Errors.INVALID_REGULAR_EXPRESSION.code)
    const { filter, pattern, unknownStates } = filters
    const lists = this.#runtime.partitions.map((partition) =>
      this.#try(
        () => this.#runtime.read(partition, listTransactions, filter, client),
        // A partition that is lost in this very moment has its transactions elsewhere.
        () => [],
      ),
    )
    const all = (await Promise.all(lists)).flat()
    const transactionStates = pattern === undefined ? all : await inTurns(this.#options.clock, matching(all, pattern))
    return {
      throttleTimeMs: 0,
      errorCode: Errors.NONE.code,
      unknownStateFilters: [...unknownStates],
      transactionStates,
    }
  }

  /**
   * For records that are about to be appended in a transaction (Kafka: `AddPartitionsToTxnManager`): whether it is open
   * and reaches the partitions, or, in generation 2, that it does from now on. While the transaction before it ends,
   * adding is tried again for a moment.
   *
   * Returns the error of each partition: TRANSACTION_ABORTABLE for one that was not added (requests from before that
   * error say INVALID_TXN_STATE), CONCURRENT_TRANSACTIONS and the errors of a coordinator as they are.
   */
  async verifyOrAddPartitions(
    request: VerifyOrAddPartitions,
    client: RequestClient,
  ): Promise<(place: TopicPartition) => number> {
    const codes = request.verifyOnly
      ? await this.#verify(request, client)
      : Array<number>(request.partitions.length).fill(await this.#addPatiently(request, client))
    const byPlace = new Map(
      request.partitions.map((place, index) => [placeName(place), fencedAs(codes[index] ?? NONE, false)]),
    )
    return (place) => byPlace.get(placeName(place)) ?? NONE
  }

  async #initProducerId(request: InitProducerIdRequest, client: RequestClient): Promise<ProducerAnswer> {
    const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch, enable2Pc } = request
    const { config } = this.#options
    if (transactionalId === null) {
      return this.#answer(async () => ({
        errorCode: NONE,
        producerId: await this.#options.nextProducerId(),
        producerEpoch: 0,
      }))
    }
    if (transactionalId === '') return producerError(Errors.INVALID_REQUEST)
    if (enable2Pc && !config.twoPhaseCommitEnable) return producerError(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    if (request.keepPreparedTxn) return producerError(Errors.UNSUPPORTED_VERSION)
    if (!enable2Pc && (timeoutMs <= 0 || timeoutMs > config.transactionMaxTimeoutMs)) {
      return producerError(Errors.INVALID_TRANSACTION_TIMEOUT)
    }
    const expected = producerId === NO_PRODUCER_ID ? undefined : { producerId, producerEpoch }
    const initialization = { transactionalId, timeoutMs: enable2Pc ? NO_TIMEOUT_MS : timeoutMs, expected }
    return this.#answer(() => this.#withProducerId(initProducerId, initialization, client))
  }

  async #add(request: AddPartitions, client: RequestClient): Promise<number> {
    const { transactionalId } = request
    if (transactionalId === '') return Errors.INVALID_REQUEST.code
    return this.#try(
      () => this.#runtime.write(this.partitionFor(transactionalId), addPartitionsToTxn, request, client),
      (errorCode) => errorCode,
    )
  }

  async #verify(request: PartitionsOfTransaction, client: RequestClient): Promise<readonly number[]> {
    const { transactionalId, partitions } = request
    const all = (errorCode: number): readonly number[] => partitions.map(() => errorCode)
    if (transactionalId === '') return all(Errors.INVALID_REQUEST.code)
    return this.#try(
      () => this.#runtime.write(this.partitionFor(transactionalId), verifyPartitions, request, client),
      all,
    )
  }

  async #addPatiently(request: PartitionsOfTransaction, client: RequestClient): Promise<number> {
    const { clock, config } = this.#options
    const untilMs = clock.monotonicMs() + config.addPartitionsRetryBackoffMaxMs
    for (;;) {
      const errorCode = await this.#add({ ...request, clientTransactionVersion: 2 }, client)
      if (errorCode !== Errors.CONCURRENT_TRANSACTIONS.code || clock.monotonicMs() >= untilMs) return errorCode
      await new Promise<void>((resolve) => clock.setTimer(config.addPartitionsRetryBackoffMs, resolve))
    }
  }

  #startTask(partition: number, task: TransactionTask): void {
    if (task.kind === 'writeMarkers') return this.#markers.send(partition, task)
    const { transactionalId } = task
    const { logger } = this.#options
    this.#withProducerId(abortTimedOut, { transactionalId }, ITSELF).then(
      (answer) => {
        if (answer === 'aborted')
          logger.info('A transaction was open for too long and is aborted.', { transactionalId })
      },
      // The next round finds it again.
      (cause: unknown) => logger.warn('A timed out transaction could not be aborted.', { transactionalId, cause }),
    )
  }

  /** Runs an operation; when it asks for a producer id, once more with one. */
  async #withProducerId<Request extends { readonly transactionalId: string }, Response>(
    operation: Operation<TransactionTypes, Request & { readonly newProducerId?: number }, OrNeedsProducerId<Response>>,
    request: Request,
    client: RequestClient,
  ): Promise<Response> {
    const partition = this.partitionFor(request.transactionalId)
    const answer = await this.#runtime.write(partition, operation, request, client)
    if (answer !== NEEDS_PRODUCER_ID) return answer
    const newProducerId = await this.#options.nextProducerId()
    const second = await this.#runtime.write(partition, operation, { ...request, newProducerId }, client)
    if (second === NEEDS_PRODUCER_ID) throw new Error('An operation asked for a second producer id.')
    return second
  }

  #answer(run: () => Promise<ProducerAnswer>): Promise<ProducerAnswer> {
    return this.#try(run, (code) => producerError({ code }))
  }

  async #try<Response>(run: () => Promise<Response>, failed: (errorCode: number) => Response): Promise<Response> {
    try {
      return await run()
    } catch (error) {
      return failed(errorCodeOf(error))
    }
  }
}

const NONE = Errors.NONE.code
/** On whose behalf the coordinator itself acts. */
const ITSELF: RequestClient = { clientId: '', clientHost: '', apiVersion: 0 }

const placeName = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

/** What a client is told; rethrows what nobody foresaw. */
const errorCodeOf = (error: unknown): number => {
  if (error instanceof CoordinatorError) return coordinatorErrorCode(error.code)
  if (error instanceof Error && 'code' in error && typeof error.code === 'number') {
    const known = errorByCode(error.code)
    if (known !== undefined) return known.code
  }
  throw error
}

function* matching(
  listed: readonly ListedTransaction[],
  pattern: Expression,
): Generator<undefined, ListedTransaction[]> {
  const matches: ListedTransaction[] = []
  for (const each of listed) {
    if (pattern.matches(each.transactionalId)) matches.push(each)
    yield
  }
  return matches
}
