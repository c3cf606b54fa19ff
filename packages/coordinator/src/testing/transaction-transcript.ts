import { Errors } from '@milena/protocol/messages'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { abortTimedOut } from '../transaction/abort-timed-out.ts'
import { addPartitionsToTxn } from '../transaction/add-partitions-to-txn.ts'
import { describeTransactions } from '../transaction/describe-transactions.ts'
import { endTxn } from '../transaction/end-txn.ts'
import type { ProducerAnswer } from '../transaction/init-producer-id.ts'
import { initProducerId } from '../transaction/init-producer-id.ts'
import { listTransactions } from '../transaction/list-transactions.ts'
import { markersWritten } from '../transaction/markers-written.ts'
import type { TransactionConfig } from '../transaction/transaction-config.ts'
import { TRANSACTION_STATES } from '../transaction/transaction-state.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { newTransaction, NO_PARTITIONS, partitionList, withPartitions } from '../transaction/transaction.ts'
import { transactionRecord } from '../transaction/transaction-records.ts'
import type { OrNeedsProducerId, TransactionRecord, TransactionTask } from '../transaction/transaction-types.ts'
import { NEEDS_PRODUCER_ID } from '../transaction/transaction-types.ts'
import { verifyPartitions } from '../transaction/verify-partitions.ts'
import { TransactionBench } from './transaction-bench.ts'
import type { Command } from './transcript-commands.ts'
import { errorName, parseCommand, parsePartition } from './transcript-commands.ts'

const CONFIG_KEYS: readonly (keyof TransactionConfig & `${string}Ms`)[] = [
  'transactionalIdExpirationMs',
  'abortTimedOutTransactionCleanupIntervalMs',
  'removeExpiredTransactionCleanupIntervalMs',
]

/**
 * Plays a transcript of transactions: commands in, everything that happens out. The first word of a request is its
 * transactional id; producer id and epoch are those that it was last given, unless `pid=` and `epoch=` say otherwise.
 */
export class TransactionTranscript {
  #bench = new TransactionBench()
  readonly #producers = new Map<string, { producerId: number; producerEpoch: number }>()
  #output: string[] = []
  #timersBefore = new Map<string, number>()
  #transactionsBefore = new Map<string, string>()
  readonly #open = new Set<string>()

  async run(line: string): Promise<string[]> {
    this.#output = []
    await this.#execute(parseCommand(line))
    await this.#bench.settle()
    for (const label of this.#open) if (label.startsWith('new ')) this.#noteWaiting(label)
    this.#noteTimers()
    this.#noteTransactions()
    return this.#output.length === 0 ? ['nothing'] : this.#output
  }

  async #execute(command: Command): Promise<void> {
    const { log } = this.#bench
    switch (command.verb) {
      case 'start':
        return this.#start(command)
      case 'level':
        this.#bench.transactionVersion = Number(command.words[0])
        return
      case 'advance':
        return this.#advance(Number(command.words[0]))
      case 'hold':
        log.isCommitting = false
        return
      case 'commit-log':
        log.isCommitting = true
        log.commit()
        return
      case 'refuse':
        log.nextRefusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
        return
      case 'lose':
        log.isCommitting = true
        log.lose(new CoordinatorError(Errors.KAFKA_STORAGE_ERROR), command.number('kept', 0))
        return
      case 'have':
        return this.#have(command)
      case 'crash':
        this.#timersBefore = new Map()
        return this.#bench.crash(command.number('kept', 0))
      default:
        this.#request(command)
    }
  }

  async #start(command: Command): Promise<void> {
    const config: { -readonly [K in keyof TransactionConfig]?: TransactionConfig[K] } = {}
    for (const key of CONFIG_KEYS) if (command.option(key) !== undefined) config[key] = command.number(key, 0)
    this.#bench = new TransactionBench(config)
    this.#bench.transactionVersion = command.number('level', 2)
    this.#producers.clear()
    this.#timersBefore = new Map()
    this.#transactionsBefore = new Map()
    this.#bench.log.onWrite = (record, offset) =>
      this.#output.push(`record ${offset}: ${shownRecord(record as TransactionRecord)}`)
    this.#bench.onTask = (task) => this.#output.push(`task: ${shownTask(task)}`)
    await this.#bench.load()
  }

  /** `have t 7:32766 Ongoing a:0` puts a transactional id into the log that has come that far, and reads the log. */
  async #have(command: Command): Promise<void> {
    const [transactionalId = '', producer = '', state = '', ...places] = command.words
    const [producerId = NaN, producerEpoch = NaN] = producer.split(':').map(Number)
    const transaction: Transaction = {
      ...newTransaction(transactionalId, producerId, 60_000),
      producerEpoch,
      previousProducerId: producerId,
      state: TRANSACTION_STATES.find((name) => name === state) ?? 'Dead',
      partitions: withPartitions(NO_PARTITIONS, places.map(parsePartition)),
      startTimestampMs: this.#bench.nowMs,
      lastUpdateTimestampMs: this.#bench.nowMs,
    }
    const record = transactionRecord(transaction, this.#bench.transactionVersion)
    await this.#bench.log.append(0, [this.#bench.log.serde.serialize(record)])
    await this.#bench.crash()
  }

  async #advance(durationMs: number): Promise<void> {
    const startMs = this.#bench.nowMs
    this.#bench.onFire = (key) => {
      this.#output.push(`after ${this.#bench.nowMs - startMs}ms: ${key.replace('\u0000', '')} fires`)
      this.#timersBefore.delete(key)
    }
    await this.#bench.advance(durationMs)
  }

  #request(command: Command): void {
    const [transactionalId = '', ...words] = command.words
    const producer = this.#producer(command, transactionalId)
    const partitions = words.filter((word) => word.includes(':')).map((word) => parsePartition(word))
    const clientTransactionVersion = command.number('generation', 2)
    const newId = command.option('new')
    const fresh = newId === undefined ? {} : { newProducerId: Number(newId) }
    const bench = this.#bench
    switch (command.verb) {
      case 'init': {
        const timeoutMs = command.number('timeout', 60_000)
        const expected = command.option('pid') === undefined ? undefined : producer
        const request = { transactionalId, timeoutMs, expected, ...fresh }
        return this.#expect(command, bench.send(initProducerId, request), (answer) =>
          this.#noteProducer(transactionalId, answer),
        )
      }
      case 'add':
      case 'verify': {
        const request = { transactionalId, ...producer, partitions, clientTransactionVersion }
        return command.verb === 'add'
          ? this.#expect(command, bench.send(addPartitionsToTxn, request), errorName)
          : this.#expect(command, bench.send(verifyPartitions, request), (codes) => codes.map(errorName).join(' '))
      }
      case 'commit':
      case 'abort': {
        const isCommit = command.verb === 'commit'
        const request = { transactionalId, ...producer, isCommit, clientTransactionVersion, ...fresh }
        return this.#expect(command, bench.send(endTxn, request), (answer) =>
          this.#noteProducer(transactionalId, answer),
        )
      }
      case 'written': {
        const known = bench.partition.shardState.transactions.get(transactionalId)?.endId
        const request = { transactionalId, endId: command.option('end') ?? known ?? 'none', partitions }
        return this.#expect(command, bench.send(markersWritten, request), (answer) => answer)
      }
      case 'time-out':
        return this.#expect(command, bench.send(abortTimedOut, { transactionalId, ...fresh }), (answer) =>
          answer === NEEDS_PRODUCER_ID ? 'needs a producer id' : answer,
        )
      case 'describe':
      case 'list':
        return this.#look(command)
    }
    throw new Error(`unknown command: ${command.verb}`)
  }

  /** As the client knows it. */
  #producer(command: Command, transactionalId: string): { producerId: number; producerEpoch: number } {
    const { producerId, producerEpoch } = this.#producers.get(transactionalId) ?? { producerId: -1, producerEpoch: -1 }
    return { producerId: command.number('pid', producerId), producerEpoch: command.number('epoch', producerEpoch) }
  }

  #noteProducer(transactionalId: string, answer: OrNeedsProducerId<ProducerAnswer>): string {
    if (answer === NEEDS_PRODUCER_ID) return 'needs a producer id'
    const { errorCode, producerId, producerEpoch } = answer
    if (errorCode !== Errors.NONE.code || producerId === -1) return errorName(errorCode)
    this.#producers.set(transactionalId, { producerId, producerEpoch })
    return `NONE producer=${producerId}:${producerEpoch}`
  }

  #look(command: Command): void {
    if (command.verb === 'describe') {
      for (const found of this.#bench.read(describeTransactions, command.words)) {
        const { errorCode, transactionState, producerId, producerEpoch, transactionStartTimeMs, topics } = found
        const places = topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}:${partition}`))
        this.#output.push(
          errorCode === 0
            ? `${found.transactionalId}: ${transactionState} ${producerId}:${producerEpoch}` +
                ` timeout=${found.transactionTimeoutMs} start=${transactionStartTimeMs} [${places.join(', ')}]`
            : `${found.transactionalId}: ${errorName(errorCode)}`,
        )
      }
      return
    }
    const names = command.option('states')?.split(',')
    const producerIds = command.option('pids')?.split(',').map(Number)
    const filter = {
      states: names && new Set(names),
      producerIds: producerIds && new Set(producerIds),
      durationMs: command.number('duration', -1),
    }
    for (const { transactionalId, producerId, transactionState } of this.#bench.read(listTransactions, filter)) {
      this.#output.push(`${transactionalId} ${producerId} ${transactionState}`)
    }
  }

  #expect<Response>(command: Command, answer: Promise<Response>, show: (response: Response) => string): void {
    const label = `${command.words[0] ?? ''} ${command.verb}`.trim()
    this.#open.add(`new ${label}`)
    const note = (text: string): void => {
      this.#open.delete(`new ${label}`)
      this.#output.push(`${label}: ${text}`)
    }
    answer.then(
      (response) => note(show(response)),
      (error: unknown) => note(error instanceof CoordinatorError ? `failed ${errorName(error.code)}` : String(error)),
    )
  }

  #noteWaiting(label: string): void {
    this.#open.delete(label)
    this.#output.push(`${label.slice('new '.length)}: waits`)
  }

  #noteTimers(): void {
    const timers = new Map<string, number>()
    for (const { key, deadlineMs } of this.#bench.timers.timersOf(this.#bench.partition)) timers.set(key, deadlineMs)
    for (const [key, deadlineMs] of timers) {
      if (this.#timersBefore.get(key) === deadlineMs || key.startsWith('\u0000')) continue
      this.#output.push(`timer ${key} in ${deadlineMs - this.#bench.nowMs}ms`)
    }
    this.#timersBefore = timers
  }

  #noteTransactions(): void {
    const transactions = new Map<string, string>()
    for (const [id, transaction] of this.#bench.partition.shardState.transactions.entries()) {
      transactions.set(id, shownTransaction(transaction))
    }
    for (const [id, description] of transactions) {
      if (this.#transactionsBefore.get(id) !== description) this.#output.push(`transaction ${id} ${description}`)
    }
    for (const id of this.#transactionsBefore.keys()) {
      if (!transactions.has(id)) this.#output.push(`transaction ${id} gone`)
    }
    this.#transactionsBefore = transactions
  }
}

const shownPlaces = (places: readonly { readonly topic: string; readonly partition: number }[]): string =>
  `[${places.map(({ topic, partition }) => `${topic}:${partition}`).join(', ')}]`

const optional = (name: string, value: number, absent: number): string => (value === absent ? '' : ` ${name}=${value}`)

const shownTransaction = (transaction: Transaction): string =>
  `${transaction.state} ${transaction.producerId}:${transaction.producerEpoch} ${shownPlaces(partitionList(transaction.partitions))}` +
  `${optional('last', transaction.lastProducerEpoch, -1)}` +
  `${optional('previous', transaction.previousProducerId, transaction.producerId)}` +
  `${optional('next', transaction.nextProducerId, -1)}`

const shownRecord = ({ key, value, version }: TransactionRecord): string => {
  if (value === null) return `${key.transactionalId} tombstone`
  const places = value.transactionPartitions?.flatMap(({ topic, partitionIds }) =>
    partitionIds.map((partition) => ({ topic, partition })),
  )
  return (
    `${key.transactionalId} v${version} ${TRANSACTION_STATES[value.transactionStatus]} ${value.producerId}:${value.producerEpoch}` +
    ` ${places === undefined ? 'null' : shownPlaces(places)} timeout=${value.transactionTimeoutMs}` +
    ` start=${value.transactionStartTimestampMs} updated=${value.transactionLastUpdateTimestampMs}` +
    `${optional('previous', value.previousProducerId, -1)}${optional('next', value.nextProducerId, -1)}` +
    `${optional('generation', value.clientTransactionVersion, 0)}`
  )
}

const shownTask = (task: TransactionTask): string => {
  if (task.kind === 'abortTimedOut') return `abort ${task.transactionalId}, which has timed out`
  const { transactionalId, endId, producerId, producerEpoch, transactionVersion } = task
  const outcome = task.isCommit ? 'commit' : 'abort'
  return (
    `write ${outcome} markers of ${transactionalId} ${producerId}:${producerEpoch} to ${shownPlaces(task.partitions)}` +
    ` generation=${transactionVersion} end=${endId}`
  )
}
