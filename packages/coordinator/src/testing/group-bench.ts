import { CoordinatorPartition } from '../edge/coordinator-partition.ts'
import type { PartitionEvent } from '../edge/coordinator-partition.ts'
import { regexesResolved, resolveRegexes } from '../consumer-group/regular-expressions.ts'
import { topicsChanged } from '../consumer-group/topics-changed.ts'
import type { Logger } from '../edge/ports.ts'
import type { GroupConfig } from '../group/group-config.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import { groupShard } from '../group/group-shard.ts'
import type { GroupRecord, GroupTypes } from '../group/group-types.ts'
import type { ClientContext, Operation, ReadOperation } from '../runtime/coordinator-shard.ts'
import { TimerQueue } from '../runtime/timer-queue.ts'
import { MemoryLog } from './memory-log.ts'
import { SealedShard } from './sealed-shard.ts'
import { TestTopics } from './test-topics.ts'

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const BROKER: ClientContext = { clientId: 'broker', clientHost: '/127.0.0.1', apiVersion: 0 }

/** Nobody waits for what the broker does of its own accord. */
const ignore = (): void => undefined

/** The group coordinator of one partition under a clock, a log and a source of ids that a test controls. */
export class GroupBench {
  readonly log = new MemoryLog()
  /** All exist, as long as none is named. */
  readonly topics = new TestTopics()
  /** By group id. */
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>()
  readonly shard = new SealedShard<GroupTypes>(groupShard)
  readonly timers = new TimerQueue<CoordinatorPartition<GroupTypes>, PartitionEvent<GroupTypes>>()
  readonly config: GroupConfig
  partition: CoordinatorPartition<GroupTypes>
  onFire: (timerKey: string) => void = () => undefined
  logger: Logger = silentLogger
  #nowMs = 1_000_000
  #nextUuid = 1

  constructor(config: Partial<GroupConfig> = {}) {
    this.config = { ...defaultGroupConfig, ...config }
    this.partition = this.#newPartition()
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get records(): readonly GroupRecord[] {
    return this.log.records as readonly GroupRecord[]
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
    operation: Operation<GroupTypes, Request, Response>,
    request: Request,
    client: ClientContext,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.partition.write(this.shard.operation(operation), request, client, resolve, reject)
    })
  }

  read<Request, Response>(
    operation: ReadOperation<GroupTypes, Request, Response>,
    request: Request,
    client: ClientContext,
  ): Response {
    return this.partition.read(operation, request, client)
  }

  /** A topic appears, grows, or, with no partitions, vanishes. */
  setTopic(name: string, partitions: number): void {
    this.topics.set(name, partitions)
    this.send(topicsChanged, new Set([name]), BROKER).then(ignore, ignore)
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
    // A task that was started takes a turn of its own.
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  /** What the service does at the edge. Share state is initialized by tests that care for it. */
  #startTask(task: GroupTypes['task']): void {
    if (task.kind !== 'resolveRegexes') return
    const { groupId, regexes } = task
    setImmediate(() => {
      const resolution = {
        groupId,
        topicsByRegex: resolveRegexes(regexes, this.topics),
        version: this.topics.version(),
      }
      this.send(regexesResolved, resolution, BROKER).then(ignore, ignore)
    })
  }

  #newPartition(): CoordinatorPartition<GroupTypes> {
    return new CoordinatorPartition<GroupTypes>(0, {
      shard: this.shard,
      environment: {
        config: this.config,
        configOf: (groupId) => this.groupConfigs.get(groupId) ?? new Map(),
        topics: this.topics,
      },
      serde: this.log.serde as never,
      writer: this.log,
      loader: this.log,
      clock: {
        nowMs: () => this.#nowMs,
        monotonicMs: () => this.#nowMs,
        setTimer: () => ({ cancel: () => undefined }),
      },
      logger: {
        debug: (message, fields) => this.logger.debug(message, fields),
        info: (message, fields) => this.logger.info(message, fields),
        warn: (message, fields) => this.logger.warn(message, fields),
        error: (message, fields) => this.logger.error(message, fields),
      },
      timers: this.timers,
      writeTimeoutMs: this.config.offsetsCommitTimeoutMs,
      maxBatchBytes: 512 * 1024,
      nextUuid: () => `${this.#nextUuid++}`,
      startTask: (_partition, task) => this.#startTask(task),
      onTimersChanged: () => undefined,
    })
  }
}
