import { CoordinatorPartition } from '../edge/coordinator-partition.ts'
import type { PartitionEvent } from '../edge/coordinator-partition.ts'
import type { EndTransactionMarker, Logger } from '../edge/ports.ts'
import type {
  ClientContext,
  CoordinatorShard,
  Operation,
  ReadOperation,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import { TimerQueue } from '../runtime/timer-queue.ts'
import { MemoryLog } from './memory-log.ts'
import { SealedShard } from './sealed-shard.ts'

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The time that several benches may share. */
export interface BenchClock {
  nowMs: number
}

/** Any shard on one partition, under a clock, a log and tasks that a test controls. */
export class ShardBench<T extends ShardTypes> {
  readonly log = new MemoryLog()
  readonly shard: SealedShard<T>
  readonly timers = new TimerQueue<CoordinatorPartition<T>, PartitionEvent<T>>()
  readonly clock: BenchClock
  readonly #environment: () => T['environment']
  #partition: CoordinatorPartition<T> | undefined
  /** What has been started and not ended. */
  tasks: T['task'][] = []
  onFire: (timerKey: string) => void = () => undefined
  logger: Logger = silentLogger
  writeTimeoutMs = 5_000
  #nextUuid = 1

  constructor(
    shard: CoordinatorShard<T>,
    environment: () => T['environment'],
    clock: BenchClock = { nowMs: 1_000_000 },
  ) {
    this.shard = new SealedShard(shard)
    this.#environment = environment
    this.clock = clock
  }

  get partition(): CoordinatorPartition<T> {
    return (this.#partition ??= this.#newPartition())
  }

  get nowMs(): number {
    return this.clock.nowMs
  }

  get records(): readonly T['record'][] {
    return this.log.records as readonly T['record'][]
  }

  async load(): Promise<void> {
    await this.partition.load()
    await this.settle()
  }

  /** The broker goes down and comes back; `kept` appends that were not committed survive, and no task does. */
  async crash(kept = 0): Promise<void> {
    this.partition.close()
    this.tasks = []
    this.log.crash(kept)
    this.#partition = undefined
    await this.load()
  }

  send<Request, Response>(
    operation: Operation<T, Request, Response>,
    request: Request,
    client: ClientContext,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.partition.write(this.shard.operation(operation), request, client, resolve, reject)
    })
  }

  /** The marker that ends a producer's transaction arrives. */
  endTransaction(marker: EndTransactionMarker): Promise<void> {
    return new Promise((resolve, reject) => this.partition.completeTransaction(marker, resolve, reject))
  }

  read<Request, Response>(
    operation: ReadOperation<T, Request, Response>,
    request: Request,
    client: ClientContext,
  ): Response {
    return this.partition.read(operation, request, client)
  }

  /** Lets everything fire that is due by now. */
  async fireDue(): Promise<void> {
    for (let due = this.timers.takeDue(this.clock.nowMs); due; due = this.timers.takeDue(this.clock.nowMs)) {
      this.onFire(due.key)
      due.owner.onTimer(due.key, due.event)
      await this.settle()
    }
  }

  /** Lets time pass; what is due fires at its moment, in order. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.nowMs + durationMs
    for (let nextMs = this.timers.nextMs; nextMs !== undefined && nextMs <= untilMs; nextMs = this.timers.nextMs) {
      this.clock.nowMs = Math.max(this.nowMs, nextMs)
      await this.fireDue()
    }
    this.clock.nowMs = untilMs
    await this.settle()
  }

  /** Lets everything happen that is already under way. */
  settle(): Promise<void> {
    return settle()
  }

  /** A task waits in `tasks` for the test to end it. */
  startTask(task: T['task']): void {
    this.tasks.push(task)
  }

  #newPartition(): CoordinatorPartition<T> {
    return new CoordinatorPartition<T>(0, {
      shard: this.shard,
      environment: this.#environment(),
      serde: this.log.serde as never,
      writer: this.log,
      loader: this.log,
      clock: {
        nowMs: () => this.clock.nowMs,
        monotonicMs: () => this.clock.nowMs,
        setTimer: () => ({ cancel: () => undefined }),
      },
      logger: {
        debug: (message, fields) => this.logger.debug(message, fields),
        info: (message, fields) => this.logger.info(message, fields),
        warn: (message, fields) => this.logger.warn(message, fields),
        error: (message, fields) => this.logger.error(message, fields),
      },
      timers: this.timers,
      writeTimeoutMs: this.writeTimeoutMs,
      maxBatchBytes: 512 * 1024,
      nextUuid: () => `${this.#nextUuid++}`,
      startTask: (_partition, task) => this.startTask(task),
      onTimersChanged: () => undefined,
    })
  }
}

/** Lets everything happen that is already under way. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
