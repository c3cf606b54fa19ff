import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { Timeline } from '../runtime/timeline.ts'
import { Dice } from '../testing/dice.ts'
import { SimulatedPartitions } from '../testing/simulated-partitions.ts'
import { SimulatedProducer } from '../testing/simulated-producer.ts'
import type { TransactionLedger } from '../testing/simulated-producer.ts'
import { TransactionBench } from '../testing/transaction-bench.ts'
import { abortTimedOut } from './abort-timed-out.ts'
import { markersWritten } from './markers-written.ts'
import type { Transaction } from './transaction.ts'
import { transactionShard } from './transaction-shard.ts'
import type { TransactionRecord, TransactionShardState, TransactionTask } from './transaction-types.ts'
import { NEEDS_PRODUCER_ID } from './transaction-types.ts'

const STEPS = 200

class Simulation {
  readonly bench = new TransactionBench({
    abortTimedOutTransactionCleanupIntervalMs: 5_000,
    removeExpiredTransactionCleanupIntervalMs: 20_000,
    transactionalIdExpirationMs: 40_000,
  })
  readonly partitions = new SimulatedPartitions()
  readonly ledger: TransactionLedger = {
    trace: [],
    decided: new Map(),
    values: new Map(),
    late: [],
    nextProducerId: () => this.#nextProducerId++,
    committedTransactions: 0,
  }
  readonly #dice: Dice
  readonly #producers: SimulatedProducer[] = []
  #tasks: TransactionTask[] = []
  #nextProducerId = 1_000

  constructor(seed: number) {
    this.#dice = new Dice(seed)
    this.bench.transactionVersion = this.#dice.pick([0, 1, 2, 2])
    const { bench, partitions, ledger } = this
    for (let index = 0; index < 5; index++) {
      // Two producers share an id, as when one is taken for dead and is not.
      const name = `t${index % 3}`
      // Both of them speak the same generation: what the second one promises, the first one cannot keep.
      const generation = this.bench.transactionVersion === 2 ? 2 : 0
      this.#producers.push(new SimulatedProducer({ name, generation, bench, partitions, ledger, dice: this.#dice }))
    }
    bench.onTask = (task) => this.#tasks.push(task)
  }

  async run(): Promise<void> {
    await this.bench.load()
    for (let step = 0; step < STEPS; step++) {
      await this.#step()
      await this.bench.settle()
      this.#check()
    }
    await this.#finish()
  }

  async #step(): Promise<void> {
    const { bench } = this
    const roll = this.#dice.roll()
    if (roll < 0.05) this.ledger.late.shift()?.()
    else if (roll < 0.6) this.#dice.pick(this.#producers).act()
    else if (roll < 0.75) await this.#work()
    else if (roll < 0.83) await bench.advance(this.#dice.below(this.#dice.pick([200, 3_000, 30_000])))
    else if (roll < 0.87) bench.log.isCommitting = !bench.log.isCommitting
    else if (roll < 0.93) bench.log.commit(this.#dice.chance(0.5) ? 1 : undefined)
    else if (roll < 0.95) await this.#refuseOne()
    else if (roll < 0.975) await this.#lose()
    else await this.#crash()
  }

  /** Does a part of a task, or all of it; what it tells may get lost and be told again. */
  async #work(): Promise<void> {
    const task = this.#tasks[this.#dice.below(Math.max(1, this.#tasks.length))]
    if (task === undefined) return
    if (task.kind === 'abortTimedOut') {
      this.#tasks = this.#tasks.filter((each) => each !== task)
      return this.#abortTimedOut(task.transactionalId)
    }
    const marked = task.partitions.filter(() => this.#dice.chance(0.6))
    for (const { partition } of marked) this.partitions.mark(partition, task)
    const { transactionalId, endId } = task
    const told = this.bench.send(markersWritten, { transactionalId, endId, partitions: marked })
    const forget = (): void => void (this.#tasks = this.#tasks.filter((each) => each !== task))
    told.then(
      (answer) => (answer === 'over' ? forget() : undefined),
      () => undefined,
    )
    await this.bench.settle()
  }

  async #abortTimedOut(transactionalId: string): Promise<void> {
    const ask = (newProducerId?: number): Promise<unknown> => {
      const request = newProducerId === undefined ? { transactionalId } : { transactionalId, newProducerId }
      return this.bench.send(abortTimedOut, request).catch(() => undefined)
    }
    void ask().then((answer) => (answer === NEEDS_PRODUCER_ID ? ask(this.#nextProducerId++) : undefined))
    await this.bench.settle()
  }

  async #refuseOne(): Promise<void> {
    const before = this.#snapshot()
    this.bench.log.nextRefusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
    this.#dice.pick(this.#producers).act()
    await this.bench.settle()
    if (this.bench.log.nextRefusal === undefined)
      assert.deepEqual(this.#snapshot(), before, 'a refusal leaves no trace')
    this.bench.log.nextRefusal = undefined
  }

  async #lose(): Promise<void> {
    if (!this.bench.log.hasPending) return
    this.bench.log.lose(new CoordinatorError(Errors.KAFKA_STORAGE_ERROR), this.#dice.below(3))
    this.#tasks = []
    await this.bench.settle()
  }

  async #crash(): Promise<void> {
    this.#tasks = []
    await this.bench.crash(this.#dice.below(3))
  }

  #snapshot(): object {
    return {
      transactions: [...this.bench.partition.shardState.transactions.entries()],
      records: this.bench.records.length,
    }
  }

  #check(): void {
    const { bench, ledger, partitions } = this
    assert.equal(bench.partition.state, 'active')
    assert.deepEqual(hardViews(bench.partition.shardState), hardViews(replayed(bench.records)))
    this.#checkEpochs()
    for (const [value, outcome] of ledger.decided) {
      const isWrong = (outcome === 'commit' ? partitions.aborted : partitions.committed).has(value)
      assert.ok(!isWrong, `${value} has another end than its transaction`)
    }
    // What is committed in one partition is committed in all, or will be: it must have been decided in the log.
    for (const value of partitions.committed) {
      const id = ledger.values.get(value)
      for (const [other, otherId] of ledger.values) {
        if (otherId === id) assert.ok(!partitions.aborted.has(other), `${value} and ${other} are one transaction`)
      }
    }
  }

  /** In the log the epochs of a producer id only grow, and each id belongs to one transactional id at a time. */
  #checkEpochs(): void {
    const owners = new Map<number, string>()
    const latest = new Map<number, number>()
    for (const { key, value } of this.bench.records) {
      if (value === null) continue
      const { producerId, producerEpoch } = value
      assert.equal(owners.get(producerId) ?? key.transactionalId, key.transactionalId, 'a producer id is given once')
      owners.set(producerId, key.transactionalId)
      assert.ok(producerEpoch >= (latest.get(producerId) ?? 0), 'an epoch never goes back')
      latest.set(producerId, producerEpoch)
    }
  }

  /** Nobody asks any more: every transaction ends everywhere, and the ids are forgotten. */
  async #finish(): Promise<void> {
    const { bench } = this
    bench.log.isCommitting = true
    bench.log.commit()
    for (let round = 0; round < 100; round++) {
      await bench.advance(2_000)
      for (let each = 0; each < 4; each++) await this.#work()
    }
    this.#check()
    const { partitions, ledger } = this
    assert.deepEqual(partitions.openValues, [], 'no transaction is left hanging')
    for (const [value, outcome] of ledger.decided) {
      assert.ok((outcome === 'commit' ? partitions.committed : partitions.aborted).has(value), `${value}: ${outcome}`)
    }
    assert.deepEqual([...bench.partition.shardState.transactions.keys()], [])
  }
}

const replayed = (records: readonly TransactionRecord[]): TransactionShardState => {
  const timeline = new Timeline()
  const state = transactionShard.initial(timeline)
  records.forEach((record, offset) => {
    timeline.advanceCommitted(offset)
    transactionShard.replay(state, record, offset)
  })
  return state
}

/** What of a transactional id is in the log: partitions that have their marker leave the state before the record. */
const hardViews = ({ transactions }: TransactionShardState): Map<string, object> =>
  new Map(
    Array.from(transactions.entries(), ([id, transaction]: [string, Transaction]) => {
      const { producerId, producerEpoch, timeoutMs, state, startTimestampMs, lastUpdateTimestampMs } = transaction
      const partitions = transaction.state === 'Ongoing' ? transaction.partitions : undefined
      return [id, { producerId, producerEpoch, timeoutMs, state, startTimestampMs, lastUpdateTimestampMs, partitions }]
    }),
  )

const run = async (seed: number): Promise<Simulation> => {
  const simulation = new Simulation(seed)
  try {
    await simulation.run()
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${simulation.ledger.trace.slice(-30).join('\n')}`, {
      cause: error,
    })
  }
  return simulation
}

const firstSeed = Number(process.env['MILENA_SEED'] ?? 1)
const seedCount = Number(process.env['MILENA_SEEDS'] ?? 25)

test('random producers, clocks, logs and markers keep every invariant', async () => {
  let committedSeen = 0
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { ledger } = await run(seed)
    if (ledger.committedTransactions > 0) committedSeen++
  }
  assert.ok(committedSeen > seedCount / 2, 'most runs commit something, or this test shows nothing')
})

test('a seed of transactions is a whole story: twice the same', async () => {
  const [first, second] = [await run(firstSeed), await run(firstSeed)]
  assert.deepEqual(first.ledger.trace, second.ledger.trace)
})
