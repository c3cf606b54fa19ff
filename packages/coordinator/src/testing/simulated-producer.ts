import { Errors, errorByCode } from '@milena/protocol/messages'
import { addPartitionsToTxn } from '../transaction/add-partitions-to-txn.ts'
import { endTxn } from '../transaction/end-txn.ts'
import type { ProducerAnswer } from '../transaction/init-producer-id.ts'
import { initProducerId } from '../transaction/init-producer-id.ts'
import { supportsEpochBump } from '../transaction/transaction.ts'
import type { OrNeedsProducerId } from '../transaction/transaction-types.ts'
import { NEEDS_PRODUCER_ID } from '../transaction/transaction-types.ts'
import { verifyPartitions } from '../transaction/verify-partitions.ts'
import type { Dice } from './dice.ts'
import type { SimulatedPartitions } from './simulated-partitions.ts'
import type { TransactionBench } from './transaction-bench.ts'

/** What all producers of a simulation did, for the invariants. */
export interface TransactionLedger {
  readonly trace: string[]
  /** How the transaction of a value ended, as far as its producer was told. */
  readonly decided: Map<string, 'commit' | 'abort'>
  /** The transaction of each value that was appended. */
  readonly values: Map<string, string>
  /** Appends that are still on their way. */
  readonly late: (() => boolean)[]
  readonly nextProducerId: () => number
  committedTransactions: number
}

export interface SimulatedProducerOptions {
  readonly name: string
  readonly generation: number
  readonly bench: TransactionBench
  readonly partitions: SimulatedPartitions
  readonly ledger: TransactionLedger
  readonly dice: Dice
}

const TIMEOUTS_MS = [2_000, 10_000, 60_000]
const PARTITIONS = [0, 1, 2, 3]
let nextValue = 0

/** A transactional producer that does one thing at a time, at random, and keeps to the protocol. */
export class SimulatedProducer {
  readonly #options: SimulatedProducerOptions
  #producerId = -1
  #producerEpoch = -1
  #isBusy = false
  #isInitialized = false
  /** Values of the open transaction. */
  #values: string[] = []
  #transactions = 0

  constructor(options: SimulatedProducerOptions) {
    this.#options = options
  }

  act(): void {
    if (this.#isBusy) return
    this.#isBusy = true
    void this.#next().finally(() => (this.#isBusy = false))
  }

  #next(): Promise<void> {
    const { dice } = this.#options
    if (!this.#isInitialized || dice.chance(0.05)) return this.#init()
    if (dice.chance(0.65)) return this.#write(dice.pick(PARTITIONS))
    return this.#end(dice.chance(0.7))
  }

  get #identity(): { transactionalId: string; producerId: number; producerEpoch: number } {
    return {
      transactionalId: this.#options.name,
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
    }
  }

  async #init(): Promise<void> {
    const { bench, name, dice } = this.#options
    const { producerId, producerEpoch } = this
    const isKnown = this.#producerId !== -1 && dice.chance(0.3)
    const expected = isKnown ? { producerId, producerEpoch } : undefined
    const request = { transactionalId: name, timeoutMs: dice.pick(TIMEOUTS_MS), expected }
    this.#isInitialized = false
    const answer = await this.#ask('init', (fresh) => bench.send(initProducerId, { ...request, ...fresh }))
    this.#values = []
    if (answer?.errorCode !== Errors.NONE.code) {
      // Fenced: another one of the same id is alive. This one begins anew, sooner or later.
      if (answer !== undefined && answer.errorCode !== Errors.CONCURRENT_TRANSACTIONS.code) this.#producerId = -1
      return
    }
    this.#begin(answer)
  }

  get producerId(): number {
    return this.#producerId
  }

  get producerEpoch(): number {
    return this.#producerEpoch
  }

  /** Generation 1 adds and is verified; generation 2 adds at each write. */
  async #write(partition: number): Promise<void> {
    const { bench, generation, partitions, ledger } = this.#options
    const change = { ...this.#identity, partitions: [{ topic: 'topic', partition }] }
    const { producerId, producerEpoch } = this
    const added = await this.#try('add', () =>
      bench.send(addPartitionsToTxn, { ...change, clientTransactionVersion: generation }),
    )
    if (added !== Errors.NONE.code) return this.#onError(added)
    // As the guard of a log does it: what was verified is appended before any marker can come between.
    const verified = await this.#try('verify', async () => (await bench.send(verifyPartitions, change))[0])
    if (verified !== Errors.NONE.code) return this.#onError(verified)
    const value = `v${nextValue++}`
    const transaction = `${producerId} ${producerEpoch} ${this.#options.name} ${this.#transactions}`
    const append = (): boolean => {
      const isAppended = partitions.append(partition, producerId, producerEpoch, value)
      if (isAppended) ledger.values.set(value, transaction)
      return isAppended
    }
    // What generation 2 is for: whatever comes after the end of its transaction has an epoch that is fenced.
    if (supportsEpochBump(generation) && this.#options.dice.chance(0.15)) return void ledger.late.push(append)
    if (!append()) return this.#onError(undefined)
    this.#values.push(value)
  }

  async #end(isCommit: boolean): Promise<void> {
    const { bench, generation, ledger } = this.#options
    const request = { ...this.#identity, isCommit, clientTransactionVersion: generation }
    const answer = await this.#ask(isCommit ? 'commit' : 'abort', (fresh) =>
      bench.send(endTxn, { ...request, ...fresh }),
    )
    if (answer?.errorCode !== Errors.NONE.code) return this.#onError(answer?.errorCode)
    for (const value of this.#values) ledger.decided.set(value, isCommit ? 'commit' : 'abort')
    if (isCommit && this.#values.length > 0) ledger.committedTransactions++
    this.#values = []
    this.#transactions++
    if (supportsEpochBump(generation)) this.#begin(answer)
  }

  #begin({ producerId, producerEpoch }: ProducerAnswer): void {
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
    this.#isInitialized = true
    this.#transactions++
  }

  /** What may pass is tried again by the next action; anything else makes a producer begin anew. */
  #onError(errorCode: number | undefined): void {
    const passes: readonly (number | undefined)[] = [
      Errors.CONCURRENT_TRANSACTIONS.code,
      Errors.NOT_COORDINATOR.code,
      Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
    ]
    if (passes.includes(errorCode)) return
    this.#isInitialized = false
  }

  async #ask(
    what: string,
    send: (fresh: { readonly newProducerId?: number }) => Promise<OrNeedsProducerId<ProducerAnswer>>,
  ): Promise<ProducerAnswer | undefined> {
    const first = await send({}).catch(() => undefined)
    const answer =
      first === NEEDS_PRODUCER_ID
        ? await send({ newProducerId: this.#options.ledger.nextProducerId() }).catch(() => undefined)
        : first
    if (answer === NEEDS_PRODUCER_ID) throw new Error('a second producer id was asked for')
    this.#trace(what, answer?.errorCode)
    return answer
  }

  async #try(what: string, send: () => Promise<number | undefined>): Promise<number | undefined> {
    const errorCode = await send().catch(() => undefined)
    this.#trace(what, errorCode)
    return errorCode
  }

  #trace(what: string, errorCode: number | undefined): void {
    const { ledger, name, bench } = this.#options
    const answer = errorCode === undefined ? 'no answer' : errorByCode(errorCode)?.name
    ledger.trace.push(
      `${bench.nowMs} ${name} ${this.#producerId}:${this.#producerEpoch} ${what}: ${answer} (${this.#values.length} values)`,
    )
  }
}
