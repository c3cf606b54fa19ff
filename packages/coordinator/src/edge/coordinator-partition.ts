import { Errors } from '@milena/protocol/messages'
import { CoordinatorError, coordinatorErrorCode } from '../runtime/coordinator-error.ts'
import type {
  ClientContext,
  CoordinatorOutcome,
  CoordinatorResult,
  CoordinatorShard,
  Effect,
  Operation,
  OperationContext,
  ReadOperation,
  RecordProducer,
  RequestContext,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import type { TimerQueue } from '../runtime/timer-queue.ts'
import { CommitQueue } from './commit-queue.ts'
import { PendingRequest } from './pending-request.ts'
import type { Clock, CoordinatorLoader, EndTransactionMarker, Logger, PartitionWriter, RecordSerde } from './ports.ts'
import type { RecordBatch } from './record-batches.ts'
import { manyBatches, oneBatch } from './record-batches.ts'
import { ReplayedLog } from './replayed-log.ts'

export type PartitionState = 'initial' | 'loading' | 'active' | 'closed' | 'failed'

/** Marks the runtime's own timer among those of the shard. */
export const WRITE_TIMEOUT = Symbol('write timeout')
export type PartitionEvent<T extends ShardTypes> = T['event'] | typeof WRITE_TIMEOUT

export interface PartitionPorts<T extends ShardTypes> {
  readonly shard: CoordinatorShard<T>
  readonly environment: T['environment']
  readonly serde: RecordSerde<T['record']>
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
  readonly clock: Clock
  readonly logger: Logger
  readonly timers: TimerQueue<CoordinatorPartition<T>, PartitionEvent<T>>
  readonly writeTimeoutMs: number
  /** What divisible records are cut into. */
  readonly maxBatchBytes: number
  readonly nextUuid: () => string
  /** Called after whatever may have set or cancelled timers. */
  readonly onTimersChanged: () => void
  readonly startTask: (partition: number, task: T['task']) => void
}

/** What goes to the log at once: how many records, and how they get there and into the state. */
interface LogWrite {
  readonly count: number
  readonly append: () => Promise<number>
  readonly replay: () => void
}

const WRITE_TIMEOUT_KEY = '\u0000write-timeout'
/** How long to wait before an event is tried again whose records the log refused. */
const RETRY_BACKOFF_MS = 500

/**
 * The coordinator of one partition of an internal topic: runs a shard, one operation at a time.
 *
 *     initial → loading → active → closed
 *                  ↑ ↓       ↓
 *                failed ←────┘
 *
 * An operation is decided on everything written so far, appended, then replayed into the state; its answer is held
 * until the log is committed that far. Since deciding changes nothing, a batch that the log refuses leaves no trace.
 * A batch whose fate is unknown cannot be undone in memory, for it may be in the log: the state is thrown away and
 * read from the log again, which alone knows.
 */
export class CoordinatorPartition<T extends ShardTypes> {
  readonly partition: number
  readonly #ports: PartitionPorts<T>
  readonly #parked = new Map<number, PendingRequest>()
  #held = new CommitQueue<T['task']>()
  #state: PartitionState = 'initial'
  /** Another one whenever the state is thrown away; what was started before is then ignored when it ends. */
  #log: ReplayedLog<T>
  #nextRequestId = 1
  #isRunning = false
  readonly #queue: (() => void)[] = []

  constructor(partition: number, ports: PartitionPorts<T>) {
    this.partition = partition
    this.#ports = ports
    this.#log = new ReplayedLog(partition, ports)
  }

  get state(): PartitionState {
    return this.#state
  }

  /** The shard's state, for inspection. */
  get shardState(): T['state'] {
    return this.#log.state
  }

  /** Requests that wait for another request or for a timer. */
  get parkedIds(): readonly number[] {
    return [...this.#parked.keys()]
  }

  write<Request, Response>(
    operation: Operation<T, Request, Response>,
    request: Request,
    client: ClientContext,
    resolve: (value: Response) => void,
    reject: (error: Error) => void,
  ): PendingRequest {
    const pending = new PendingRequest(this.#nextRequestId++, resolve, reject)
    this.#serially(() => {
      const error = this.#unavailable()
      if (error !== undefined) return pending.fail(error)
      let result: CoordinatorResult<T, Response>
      try {
        result = operation(this.#log.state, request, this.#requestContext(pending.id, client))
      } catch (cause) {
        return pending.fail(this.#unexpected(cause))
      }
      const refusal = this.#carryOut(result, pending, result.answer)
      if (refusal !== undefined) pending.fail(refusal)
    })
    return pending
  }

  read<Request, Response>(
    operation: ReadOperation<T, Request, Response>,
    request: Request,
    client: ClientContext,
  ): Response {
    const error = this.#unavailable()
    if (error !== undefined) throw error
    try {
      return operation(this.#log.state, request, this.#requestContext(0, client))
    } catch (cause) {
      throw this.#unexpected(cause)
    }
  }

  /** Ends a producer's transaction in the log and in the state; resolves when the marker is committed. */
  completeTransaction(
    marker: EndTransactionMarker,
    resolve: (value: void) => void,
    reject: (error: Error) => void,
  ): void {
    const pending = new PendingRequest(this.#nextRequestId++, resolve, reject)
    this.#serially(() => {
      const refusal =
        this.#unavailable() ??
        this.#write({
          count: 1,
          append: () => this.#ports.writer.appendEndTransactionMarker(this.partition, marker),
          replay: () => this.#log.replayMarker(marker),
        })
      if (refusal !== undefined) pending.fail(refusal)
      else if (this.#state !== 'active') pending.fail(new CoordinatorError(Errors.NOT_COORDINATOR))
      else this.#holdUntilCommitted([{ request: pending, value: undefined }], [])
    })
  }

  /** The client is gone: nobody waits for the answer any more. */
  abandon(request: PendingRequest, reason: Error): void {
    this.#parked.delete(request.id)
    request.fail(reason)
  }

  onTimer(key: string, event: PartitionEvent<T>): void {
    this.#serially(() => {
      if (this.#state !== 'active') return
      if (event === WRITE_TIMEOUT) return this.#onWriteTimeout()
      this.#onEvent(key, event as T['event'])
    })
  }

  /** Reads the log into a new state. Resolves when the partition is active, has failed, or was closed meanwhile. */
  async load(): Promise<void> {
    const log = this.#reset('loading', new CoordinatorError(Errors.NOT_COORDINATOR))
    const { shard, logger } = this.#ports
    const startMs = this.#ports.clock.monotonicMs()
    let count: number
    try {
      count = await log.load(() => log === this.#log)
      if (log !== this.#log) return
    } catch (cause) {
      if (log !== this.#log) return
      logger.error(`Failed to load metadata from partition ${this.partition}.`, { cause })
      this.#reset('failed', new CoordinatorError(Errors.NOT_COORDINATOR))
      return
    }
    this.#state = 'active'
    this.#serially(() => void this.#carryOut(shard.onLoaded(this.#log.state, this.#operationContext())))
    const durationMs = Math.round(this.#ports.clock.monotonicMs() - startMs)
    logger.debug(`Finished loading of metadata from partition ${this.partition} in ${durationMs}ms: ${count} records.`)
  }

  close(): void {
    this.#reset('closed', new CoordinatorError(Errors.NOT_COORDINATOR))
  }

  /** One thing at a time, in order of arrival, also if a port calls back while it is being called. */
  #serially(action: () => void): void {
    this.#queue.push(action)
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next()
    } finally {
      this.#isRunning = false
      this.#ports.onTimersChanged()
    }
  }

  #unavailable(): CoordinatorError | undefined {
    if (this.#state === 'active') return undefined
    const isLoading = this.#state === 'initial' || this.#state === 'loading'
    return new CoordinatorError(isLoading ? Errors.COORDINATOR_LOAD_IN_PROGRESS : Errors.NOT_COORDINATOR)
  }

  #unexpected(cause: unknown): CoordinatorError {
    if (cause instanceof CoordinatorError) return cause
    this.#ports.logger.error(`An operation on partition ${this.partition} failed unexpectedly.`, { cause })
    return new CoordinatorError(Errors.UNKNOWN_SERVER_ERROR)
  }

  #operationContext(): OperationContext<T> {
    const { clock, environment, nextUuid } = this.#ports
    return { nowMs: clock.nowMs(), environment, nextUuid }
  }

  #requestContext(requestId: number, { clientId, clientHost, apiVersion }: ClientContext): RequestContext<T> {
    const { clock, environment, nextUuid } = this.#ports
    return { nowMs: clock.nowMs(), environment, nextUuid, requestId, clientId, clientHost, apiVersion }
  }

  #onEvent(key: string, event: T['event']): void {
    let refusal: Error | undefined
    try {
      refusal = this.#carryOut(this.#ports.shard.onTimer(this.#log.state, event, this.#operationContext()))
    } catch (cause) {
      refusal = this.#unexpected(cause)
    }
    if (refusal === undefined) return
    this.#ports.logger.debug(`Timer ${key} of partition ${this.partition} will be tried again: ${refusal.message}`)
    this.#setTimer(key, RETRY_BACKOFF_MS, event)
  }

  /**
   * Makes an outcome happen.
   *
   * @returns the error with which the log refused the records; then nothing has happened, save what the shard itself
   *   wants done in that case.
   */
  #carryOut(
    outcome: CoordinatorOutcome<T>,
    request?: PendingRequest,
    answer?: CoordinatorResult<T, unknown>['answer'],
  ): CoordinatorError | undefined {
    if (outcome.records.length > 0) {
      const refusal = this.#append(outcome)
      if (refusal !== undefined) return this.#onRefused(outcome, request, refusal)
      if (this.#state !== 'active') return new CoordinatorError(Errors.NOT_COORDINATOR)
    }
    try {
      for (const change of outcome.changes) this.#ports.shard.apply(this.#log.state, change)
    } catch (cause) {
      this.#restart(this.#unexpected(cause))
      return new CoordinatorError(Errors.UNKNOWN_SERVER_ERROR)
    }
    if (request !== undefined && answer?.kind === 'later') this.#parked.set(request.id, request)
    this.#performEffects(outcome.effects, request, answer)
    return undefined
  }

  #onRefused(
    outcome: CoordinatorOutcome<T>,
    request: PendingRequest | undefined,
    refusal: CoordinatorError,
  ): CoordinatorError {
    if (outcome.ifRefused === undefined) return refusal
    request?.fail(refusal)
    const { shard } = this.#ports
    this.#carryOut(
      shard.onRefused(this.#log.state, outcome.ifRefused, coordinatorErrorCode(refusal.code), this.#operationContext()),
    )
    return refusal
  }

  #performEffects(
    effects: readonly Effect<T>[],
    request: PendingRequest | undefined,
    answer: CoordinatorResult<T, unknown>['answer'] | undefined,
  ): void {
    const answers: { request: PendingRequest; value: unknown }[] = []
    const tasks: T['task'][] = []
    if (request !== undefined && answer?.kind === 'now') answers.push({ request, value: answer.value })
    for (const effect of effects) {
      switch (effect.kind) {
        case 'setTimer':
          this.#setTimer(effect.key, effect.delayMs, effect.event)
          break
        case 'cancelTimer':
          this.#ports.timers.cancel(this, effect.key)
          break
        case 'reply': {
          const parked = this.#parked.get(effect.requestId)
          if (parked === undefined) break
          this.#parked.delete(effect.requestId)
          answers.push({ request: parked, value: effect.value })
          break
        }
        case 'task':
          tasks.push(effect.task)
          break
        case 'log':
          this.#ports.logger[effect.level](effect.message, effect.fields)
          break
      }
    }
    if (answers.length > 0 || tasks.length > 0) this.#holdUntilCommitted(answers, tasks)
  }

  #holdUntilCommitted(
    answers: readonly { request: PendingRequest; value: unknown }[],
    tasks: readonly T['task'][],
  ): void {
    const deadlineMs = this.#ports.clock.monotonicMs() + this.#ports.writeTimeoutMs
    const wasEmpty = this.#held.isEmpty
    this.#held.push({ offset: this.#log.timeline.writtenOffset, deadlineMs, answers, tasks })
    if (!this.#log.timeline.hasUncommitted) this.#release()
    else if (wasEmpty) this.#ports.timers.set(this, WRITE_TIMEOUT_KEY, deadlineMs, WRITE_TIMEOUT)
  }

  #release(): void {
    this.#held.release(this.#log.timeline.committedOffset, (task) => this.#ports.startTask(this.partition, task))
    if (this.#held.isEmpty) this.#ports.timers.cancel(this, WRITE_TIMEOUT_KEY)
  }

  #onWriteTimeout(): void {
    this.#held.expire(this.#ports.clock.monotonicMs(), new CoordinatorError(Errors.REQUEST_TIMED_OUT))
    const nextMs = this.#held.nextDeadlineMs
    if (nextMs !== undefined) this.#ports.timers.set(this, WRITE_TIMEOUT_KEY, nextMs, WRITE_TIMEOUT)
  }

  #setTimer(key: string, delayMs: number, event: T['event']): void {
    this.#ports.timers.set(this, key, this.#ports.clock.monotonicMs() + delayMs, event)
  }

  #append({ records, divisible, producer }: CoordinatorOutcome<T>): CoordinatorError | undefined {
    const { serde, maxBatchBytes } = this.#ports
    if (divisible !== true) return this.#appendBatch(oneBatch(records, serde), producer)
    for (const batch of manyBatches(records, serde, maxBatchBytes)) {
      const refusal = this.#appendBatch(batch, producer)
      if (refusal !== undefined || this.#state !== 'active') return refusal
    }
    return undefined
  }

  #appendBatch(
    { records, serialized }: RecordBatch<T['record']>,
    producer: RecordProducer | undefined,
  ): CoordinatorError | undefined {
    return this.#write({
      count: records.length,
      append: () => this.#ports.writer.append(this.partition, serialized, producer),
      replay: () => this.#log.replay(records, producer),
    })
  }

  /** Appends to the log, and what was appended is in the state at once. */
  #write({ count, append, replay }: LogWrite): CoordinatorError | undefined {
    let appended: Promise<number>
    try {
      appended = append()
    } catch (cause) {
      const error = this.#unexpected(cause)
      // Only a CoordinatorError promises that nothing was written.
      if (error !== cause) this.#restart(error)
      return error
    }
    const log = this.#log
    const lastOffset = log.nextOffset + count - 1
    appended.then(
      (offset) => this.#serially(() => this.#onCommitted(log, lastOffset, offset)),
      (cause: unknown) => this.#serially(() => this.#onAppendLost(log, cause)),
    )
    try {
      replay()
    } catch (cause) {
      this.#restart(this.#unexpected(cause))
    }
    return undefined
  }

  #onCommitted(log: ReplayedLog<T>, expectedOffset: number, offset: number): void {
    if (log !== this.#log) return
    this.#log.timeline.commit(expectedOffset)
    this.#release()
    if (offset === expectedOffset) return
    this.#ports.logger.error(
      `Partition ${this.partition} is out of step with its log: the last record is at ${offset}, not ${expectedOffset}.`,
    )
    this.#restart(new CoordinatorError(Errors.NOT_COORDINATOR))
  }

  #onAppendLost(log: ReplayedLog<T>, cause: unknown): void {
    if (log !== this.#log) return
    this.#ports.logger.error(`Nobody knows whether a batch reached partition ${this.partition}; it is read again.`, {
      cause,
    })
    this.#restart(cause instanceof CoordinatorError ? cause : new CoordinatorError(Errors.UNKNOWN_SERVER_ERROR))
  }

  #restart(error: CoordinatorError): void {
    this.#reset('failed', error)
    void this.load()
  }

  /** Throws the state away. Whoever waits for the log gets `error`; whoever is parked shall look for a coordinator. */
  #reset(state: PartitionState, error: CoordinatorError): ReplayedLog<T> {
    this.#state = state
    this.#ports.timers.cancelAll(this)
    this.#held.failAll(error)
    this.#held = new CommitQueue()
    const parked = [...this.#parked.values()]
    this.#parked.clear()
    for (const request of parked) request.fail(new CoordinatorError(Errors.NOT_COORDINATOR))
    this.#log = new ReplayedLog(this.partition, this.#ports)
    return this.#log
  }
}
