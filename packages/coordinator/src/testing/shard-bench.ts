import { CoordinatorPartition } from '../edge/coordinator-partition.ts'
import type { PartitionEvent } from '../edge/coordinator-partition.ts'
import type {
  ClientContext,
  CoordinatorShard,
  Operation,
  ReadOperation,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import { TimerQueue } from '../runtime/timer-queue.ts'
import { silentLogger } from './group-bench.ts'
import { MemoryLog } from './memory-log.ts'
import { SealedShard } from './sealed-shard.ts'

/** The time that several benches share. */
export interface BenchClock {
  nowMs: number
}

/** Any shard on one partition, under a clock, a log and tasks that a test controls. */
export class ShardBench<T extends ShardTypes> {
  readonly log = new MemoryLog()
  readonly shard: SealedShard<T>
  readonly timers = new TimerQueue<CoordinatorPartition<T>, PartitionEvent<T>>()
  readonly clock: BenchClock
  readonly #environment: T['environment']
  partition: CoordinatorPartition<T>
  /** What has been started and not ended. */
  tasks: T['task'][] = []
  onFire: (timerKey: string) => void = () => undefined
  #nextUuid = 1

  constructor(shard: CoordinatorShard<T>, environment: T['environment'], clock: BenchClock) {
    this.shard = new SealedShard(shard)
    this.#environment = environment
    this.clock = clock
    this.partition = this.#newPartition()
  }

  async load(): Promise<void> {
    await this.partition.load()
    await settle()
  }

  /** The broker goes down and comes back; `kept` records that were not committed survive, and no task does. */
  async crash(kept = 0): Promise<void> {
    this.partition.close()
    this.tasks = []
    this.log.crash(kept)
    this.partition = this.#newPartition()
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
      await settle()
    }
  }

  #newPartition(): CoordinatorPartition<T> {
    return new CoordinatorPartition<T>(0, {
      shard: this.shard,
      environment: this.#environment,
      serde: this.log.serde as never,
      writer: this.log,
      loader: this.log,
      clock: {
        nowMs: () => this.clock.nowMs,
        monotonicMs: () => this.clock.nowMs,
        setTimer: () => ({ cancel: () => undefined }),
      },
      logger: silentLogger,
      timers: this.timers,
      writeTimeoutMs: 5_000,
      maxBatchBytes: 512 * 1024,
      nextUuid: () => `${this.#nextUuid++}`,
      startTask: (_partition, task) => this.tasks.push(task),
      onTimersChanged: () => undefined,
    })
  }
}

/** Lets everything happen that is already under way. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
