import { CoordinatorPartition } from '../edge/coordinator-partition.ts'
import type { PartitionEvent } from '../edge/coordinator-partition.ts'
import type { ClientContext, Operation, ReadOperation } from '../runtime/coordinator-shard.ts'
import { TimerQueue } from '../runtime/timer-queue.ts'
import type { TransactionConfig } from '../transaction/transaction-config.ts'
import { defaultTransactionConfig } from '../transaction/transaction-config.ts'
import { transactionShard } from '../transaction/transaction-shard.ts'
import type { TransactionRecord, TransactionTask, TransactionTypes } from '../transaction/transaction-types.ts'
import { silentLogger } from './group-bench.ts'
import { MemoryLog } from './memory-log.ts'
import { SealedShard } from './sealed-shard.ts'

const CLIENT: ClientContext = { clientId: 'client', clientHost: '/127.0.0.1', apiVersion: 0 }

/** The transaction coordinator of one partition under a clock and a log that a test controls. */
export class TransactionBench {
  readonly log = new MemoryLog()
  readonly shard = new SealedShard<TransactionTypes>(transactionShard)
  readonly timers = new TimerQueue<CoordinatorPartition<TransactionTypes>, PartitionEvent<TransactionTypes>>()
  readonly config: TransactionConfig
  partition: CoordinatorPartition<TransactionTypes>
  /** The finalized level of the feature. */
  transactionVersion = 2
  onFire: (timerKey: string) => void = () => undefined
  onTask: (task: TransactionTask) => void = () => undefined
  #nowMs = 1_000_000
  #nextUuid = 1

  constructor(config: Partial<TransactionConfig> = {}) {
    this.config = { ...defaultTransactionConfig, ...config }
    this.partition = this.#newPartition()
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get records(): readonly TransactionRecord[] {
    return this.log.records as readonly TransactionRecord[]
  }

  async load(): Promise<void> {
    await this.partition.load()
    await this.settle()
  }

  /** The broker goes down and comes back; `kept` records that were not committed survive. */
  async crash(kept = 0): Promise<void> {
    this.partition.close()
    this.log.crash(kept)
    this.partition = this.#newPartition()
    await this.load()
  }

  send<Request, Response>(
    operation: Operation<TransactionTypes, Request, Response>,
    request: Request,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.partition.write(this.shard.operation(operation), request, CLIENT, resolve, reject)
    })
  }

  read<Request, Response>(operation: ReadOperation<TransactionTypes, Request, Response>, request: Request): Response {
    return this.partition.read(operation, request, CLIENT)
  }

  /** Lets time pass; what is due fires at its moment, in order. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const nextMs = this.timers.nextMs
      if (nextMs === undefined || nextMs > untilMs) break
      this.#nowMs = Math.max(this.#nowMs, nextMs)
      const due = this.timers.takeDue(this.#nowMs)
      if (due === undefined) continue
      this.onFire(due.key)
      due.owner.onTimer(due.key, due.event)
      await this.settle()
    }
    this.#nowMs = untilMs
    await this.settle()
  }

  /** Lets everything happen that is already under way. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
  }

  #newPartition(): CoordinatorPartition<TransactionTypes> {
    return new CoordinatorPartition<TransactionTypes>(0, {
      shard: this.shard,
      environment: { config: this.config, transactionVersion: () => this.transactionVersion },
      serde: this.log.serde as never,
      writer: this.log,
      loader: this.log,
      clock: {
        nowMs: () => this.#nowMs,
        monotonicMs: () => this.#nowMs,
        setTimer: () => ({ cancel: () => undefined }),
      },
      logger: silentLogger,
      timers: this.timers,
      writeTimeoutMs: 30_000,
      maxBatchBytes: 512 * 1024,
      nextUuid: () => `${this.#nextUuid++}`,
      startTask: (_partition, task) => this.onTask(task),
      onTimersChanged: () => undefined,
    })
  }
}
