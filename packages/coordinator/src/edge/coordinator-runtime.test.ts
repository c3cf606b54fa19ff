import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import type { CoordinatorShard, Operation, ShardTypes } from '../runtime/coordinator-shard.ts'
import { silentLogger } from '../testing/shard-bench.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import type { CoordinatorRuntimeOptions } from './coordinator-runtime.ts'
import { CoordinatorRuntime } from './coordinator-runtime.ts'
import type { CoordinatorRecord, LoadedRecord } from './ports.ts'

/** The smallest shard that does everything: it adds numbers, and greets whoever waits when told so. */
interface SumTypes extends ShardTypes {
  state: { sum: number; waiting: number | undefined }
  record: { readonly add: number }
  change: { readonly waiting: number | undefined }
  event: { readonly kind: 'tick' }
  task: { readonly report: number }
  reply: string
  environment: object
}

type SumOperation<Response> = Operation<SumTypes, number, Response>
const none: readonly never[] = []

const shard: CoordinatorShard<SumTypes> = {
  initial: () => ({ sum: 0, waiting: undefined }),
  onTimer: () => ({ records: [{ add: 100 }], changes: none, effects: none }),
  onRefused: () => ({ records: none, changes: none, effects: none }),
  replay: (state, { add }) => void (state.sum += add),
  apply: (state, { waiting }) => void (state.waiting = waiting),
  onLoaded: () => ({ records: none, changes: none, effects: none }),
}

const add: SumOperation<number> = (state, amount) => ({
  records: [{ add: amount }],
  changes: none,
  effects: [{ kind: 'task', task: { report: state.sum + amount } }],
  answer: { kind: 'now', value: state.sum + amount },
})

const addMany: SumOperation<void> = (_state, count) => ({
  records: Array.from({ length: count }, () => ({ add: 1 })),
  changes: none,
  effects: none,
  divisible: true,
  answer: { kind: 'now', value: undefined },
})

const wait: SumOperation<string> = (_state, _request, { requestId }) => ({
  records: none,
  changes: [{ waiting: requestId }],
  effects: none,
  answer: { kind: 'later' },
})

const greet: SumOperation<string> = ({ waiting }) => ({
  records: [{ add: 1 }],
  changes: [{ waiting: undefined }],
  effects: waiting === undefined ? none : [{ kind: 'reply', requestId: waiting, value: 'hello' }],
  answer: { kind: 'now', value: 'greeted' },
})

const tickIn: SumOperation<void> = (_state, delayMs) => ({
  records: none,
  changes: none,
  effects: [{ kind: 'setTimer', key: 'tick', delayMs, event: { kind: 'tick' } }],
  answer: { kind: 'now', value: undefined },
})

const broken: SumOperation<void> = () => {
  throw new Error('a bug')
}

/** Records are one byte; the log of each partition is a list of batches. */
class Bench {
  readonly clock = new ManualClock()
  readonly tasks: number[] = []
  readonly batches: number[][] = []
  log: number[] = []
  isHeld = false
  refusal: Error | undefined
  #held: { resolve: (offset: number) => void; reject: (error: Error) => void; offset: number }[] = []
  readonly runtime: CoordinatorRuntime<SumTypes>

  constructor(options: Partial<CoordinatorRuntimeOptions<SumTypes>> = {}) {
    this.runtime = new CoordinatorRuntime<SumTypes>({
      shard,
      environment: {},
      serde: {
        serialize: (record) => ({ key: Uint8Array.of(record.add), value: null }),
        deserialize: ({ key }: LoadedRecord) => (key?.[0] === 255 ? undefined : { add: key?.[0] ?? 0 }),
      },
      writer: {
        append: (_partition, records) => this.#append(records),
        appendEndTransactionMarker: () => Promise.reject(new Error('No shard of this test has transactions.')),
      },
      loader: {
        load: async (_partition, onRecord) => {
          this.log.forEach((byte, offset) => onRecord({ offset, key: Uint8Array.of(byte), value: null }))
          return { nextOffset: this.log.length }
        },
      },
      clock: this.clock,
      random: { bytes: (count) => new Uint8Array(count) },
      logger: silentLogger,
      writeTimeoutMs: 5_000,
      startTask: (_partition, { report }) => void this.tasks.push(report),
      ...options,
    })
  }

  write<Response>(operation: SumOperation<Response>, request = 1, signal?: AbortSignal): Promise<Response> {
    return this.runtime.write(0, operation, request, { clientId: '', clientHost: '', apiVersion: 0, signal })
  }

  get sum(): number | undefined {
    return this.runtime.partition(0)?.shardState.sum
  }

  commit(): void {
    for (const { resolve, offset } of this.#held.splice(0)) resolve(offset)
  }

  lose(): void {
    for (const { reject } of this.#held.splice(0)) reject(new CoordinatorError(Errors.KAFKA_STORAGE_ERROR))
  }

  #append(records: readonly CoordinatorRecord[]): Promise<number> {
    if (this.refusal !== undefined) throw this.refusal
    this.batches.push(records.map(({ key }) => key[0] ?? 0))
    this.log.push(...records.map(({ key }) => key[0] ?? 0))
    const offset = this.log.length - 1
    if (!this.isHeld) return Promise.resolve(offset)
    return new Promise((resolve, reject) => this.#held.push({ resolve, reject, offset }))
  }
}

const rejectsWith = (promise: Promise<unknown>, error: { readonly code: number }): Promise<void> =>
  assert.rejects(promise, (actual) => actual instanceof CoordinatorError && actual.code === error.code)

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('not here, loading, here, gone', async () => {
  const bench = new Bench()
  await rejectsWith(bench.write(add), Errors.NOT_COORDINATOR)
  const loaded = bench.runtime.load(0, 1)
  await rejectsWith(bench.write(add), Errors.COORDINATOR_LOAD_IN_PROGRESS)
  await loaded
  assert.equal(await bench.write(add, 5), 5)
  bench.runtime.unload(0, 0)
  assert.equal(bench.runtime.stateOf(0), 'active', 'an older epoch unloads nothing')
  bench.runtime.unload(0, 1)
  await rejectsWith(bench.write(add), Errors.NOT_COORDINATOR)
})

test('a newer epoch loads anew, an older or equal one changes nothing', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  await bench.write(add, 5)
  const before = bench.runtime.partition(0)
  await bench.runtime.load(0, 1)
  assert.equal(bench.runtime.partition(0), before)
  const waiting = bench.write(wait)
  await Promise.all([rejectsWith(waiting, Errors.NOT_COORDINATOR), bench.runtime.load(0, 2)])
  assert.equal(bench.sum, 5)
})

test('a partition that cannot be loaded has failed', async () => {
  const bench = new Bench({ loader: { load: () => Promise.reject(new Error('the disk is gone')) } })
  await bench.runtime.load(0, 1)
  assert.equal(bench.runtime.stateOf(0), 'failed')
  await rejectsWith(bench.write(add), Errors.NOT_COORDINATOR)
})

test('unknown records are skipped', async () => {
  const bench = new Bench()
  bench.log = [1, 255, 2]
  await bench.runtime.load(0, 1)
  assert.equal(bench.sum, 3)
  await bench.write(add, 4)
  assert.equal(bench.runtime.stateOf(0), 'active', 'they count for offsets')
})

test('appends are pipelined; answers and tasks wait for the log', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  bench.isHeld = true
  const answers: (number | string)[] = []
  const waiting = bench.write(wait).then((answer) => answers.push(answer))
  const first = bench.write(add, 1).then((sum) => answers.push(sum))
  const second = bench.write(add, 2).then((sum) => answers.push(sum))
  const third = bench.write(greet).then((answer) => answers.push(answer))
  await turn()
  assert.equal(bench.sum, 4, 'what is written is known to what comes next')
  assert.deepEqual([answers, bench.tasks], [[], []])
  bench.commit()
  await Promise.all([waiting, first, second, third])
  assert.deepEqual(answers, [1, 3, 'greeted', 'hello'])
  assert.deepEqual(bench.tasks, [1, 3])
})

test('what the log refuses has not happened', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  bench.refusal = new CoordinatorError(Errors.MESSAGE_TOO_LARGE)
  await rejectsWith(bench.write(add, 1), Errors.MESSAGE_TOO_LARGE)
  assert.equal(bench.sum, 0)
  bench.refusal = undefined
  assert.equal(await bench.write(add, 2), 2)
  assert.deepEqual(bench.tasks, [2])
})

test('an append that is lost: everyone is told and the log is read again', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  await bench.write(add, 1)
  bench.isHeld = true
  const lost = bench.write(add, 2)
  const later = bench.write(add, 4)
  const waiting = bench.write(wait)
  // The first of the two reached the log, the second did not.
  bench.log = [1, 2]
  bench.lose()
  await Promise.all([
    rejectsWith(lost, Errors.KAFKA_STORAGE_ERROR),
    rejectsWith(later, Errors.KAFKA_STORAGE_ERROR),
    rejectsWith(waiting, Errors.NOT_COORDINATOR),
  ])
  await turn()
  assert.equal(bench.runtime.stateOf(0), 'active')
  assert.equal(bench.sum, 3)
})

test('a writer that fails in a way it did not promise makes the partition start over', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  const waiting = bench.write(wait)
  bench.refusal = new Error('a bug')
  await Promise.all([
    rejectsWith(bench.write(add), Errors.UNKNOWN_SERVER_ERROR),
    rejectsWith(waiting, Errors.NOT_COORDINATOR),
  ])
  bench.refusal = undefined
  await turn()
  assert.equal(await bench.write(add, 3), 3)
})

test('a log that somebody else wrote to is read again', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  bench.log.push(50)
  await bench.write(add, 1)
  await turn()
  assert.equal(bench.sum, 51)
  assert.equal(await bench.write(add, 1), 52)
})

test('a slow log: the requester is told, the state goes on', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  bench.isHeld = true
  const slow = bench.write(add, 1)
  bench.clock.advance(4_999)
  const late = bench.write(add, 2)
  bench.clock.advance(1)
  await rejectsWith(slow, Errors.REQUEST_TIMED_OUT)
  bench.commit()
  assert.equal(await late, 3)
  assert.deepEqual(bench.tasks, [1, 3], 'what was written is done')
})

test('divisible records are cut into batches', async () => {
  const bench = new Bench({ maxBatchBytes: 100 })
  await bench.runtime.load(0, 1)
  await bench.write(addMany, 7)
  assert.deepEqual(bench.batches, [[1, 1, 1], [1, 1, 1], [1]])
  assert.equal(bench.sum, 7)
})

test('timers write, and try again when the log refuses', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  await bench.write(tickIn, 1_000)
  bench.refusal = new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
  bench.clock.advance(1_000)
  bench.refusal = undefined
  assert.equal(bench.sum, 0)
  bench.clock.advance(499)
  assert.equal(bench.sum, 0)
  bench.clock.advance(1)
  assert.equal(bench.sum, 100)
})

test('a bug in an operation is answered and changes nothing', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  await rejectsWith(bench.write(broken), Errors.UNKNOWN_SERVER_ERROR)
  assert.equal(await bench.write(add, 1), 1)
})

test('a client that goes away waits no longer', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  const controller = new AbortController()
  const waiting = bench.write(wait, 1, controller.signal)
  controller.abort(new Error('disconnected'))
  await assert.rejects(waiting, /disconnected/)
  assert.deepEqual(bench.runtime.partition(0)?.parkedIds, [])
  assert.equal(await bench.write(greet), 'greeted', 'the answer is for nobody')
  assert.equal(await bench.write(add, 1, new AbortController().signal), 2, 'an answer may come before write returns')
  const gone = AbortSignal.abort(new Error('disconnected before'))
  await assert.rejects(bench.write(wait, 1, gone), /disconnected before/)
})

test('closed: nothing is left behind', async () => {
  const bench = new Bench()
  await bench.runtime.load(0, 1)
  await bench.write(tickIn, 1_000)
  const waiting = bench.write(wait)
  bench.runtime.close()
  await rejectsWith(waiting, Errors.NOT_COORDINATOR)
  assert.equal(bench.clock.alarmCount, 0)
  await bench.runtime.load(0, 2)
  assert.deepEqual(bench.runtime.partitions, [])
})
