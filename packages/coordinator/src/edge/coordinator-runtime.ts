import { Errors } from '@milena/protocol'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import type {
  ClientContext,
  CoordinatorShard,
  Operation,
  ReadOperation,
  ShardTypes,
} from '../runtime/coordinator-shard.ts'
import { TimerQueue } from '../runtime/timer-queue.ts'
import type { PendingRequest } from './pending-request.ts'
import { CoordinatorPartition } from './coordinator-partition.ts'
import type { PartitionEvent, PartitionPorts, PartitionState } from './coordinator-partition.ts'
import type {
  Clock,
  CoordinatorLoader,
  EndTransactionMarker,
  Logger,
  PartitionWriter,
  Random,
  RecordSerde,
} from './ports.ts'

export interface CoordinatorRuntimeOptions<T extends ShardTypes> {
  readonly shard: CoordinatorShard<T>
  readonly environment: T['environment']
  readonly serde: RecordSerde<T['record']>
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** How long an answer may wait for its records to be committed. */
  readonly writeTimeoutMs: number
  /** The size that batches of divisible results stay under; below `max.message.bytes` of the topic. */
  readonly maxBatchBytes?: number
  /** Starts work that a shard asked for; its end comes back through `write`. */
  readonly startTask?: (partition: number, task: T['task']) => void
}

/** A request's client, and when given a signal that the client is gone. */
export interface RequestClient extends ClientContext {
  readonly signal?: AbortSignal | undefined
}

interface Led<T extends ShardTypes> {
  readonly partition: CoordinatorPartition<T>
  readonly epoch: number
}

/**
 * Runs a shard for every partition of an internal topic that this broker leads. See `CoordinatorPartition` for what
 * happens to one operation.
 */
export class CoordinatorRuntime<T extends ShardTypes> {
  readonly #led = new Map<number, Led<T>>()
  readonly #timers = new TimerQueue<CoordinatorPartition<T>, PartitionEvent<T>>()
  readonly #ports: PartitionPorts<T>
  readonly #clock: Clock
  #alarm: { readonly atMs: number; readonly timer: { cancel(): void } } | undefined
  #isClosed = false

  constructor(options: CoordinatorRuntimeOptions<T>) {
    this.#clock = options.clock
    const { random } = options
    this.#ports = {
      shard: options.shard,
      environment: options.environment,
      serde: options.serde,
      writer: options.writer,
      loader: options.loader,
      clock: options.clock,
      logger: options.logger,
      timers: this.#timers,
      writeTimeoutMs: options.writeTimeoutMs,
      maxBatchBytes: options.maxBatchBytes ?? 512 * 1024,
      nextUuid: () => uuidText(random.bytes(16)),
      startTask: options.startTask ?? (() => undefined),
      onTimersChanged: () => this.#setAlarm(),
    }
  }

  /** The partitions that this broker coordinates, loaded or not. */
  get partitions(): readonly number[] {
    return [...this.#led.keys()]
  }

  stateOf(partition: number): PartitionState | undefined {
    return this.#led.get(partition)?.partition.state
  }

  /** The coordinator of a partition, for inspection. */
  partition(partition: number): CoordinatorPartition<T> | undefined {
    return this.#led.get(partition)?.partition
  }

  /** This broker now leads the partition. An epoch that is not newer than the known one changes nothing. */
  async load(partition: number, epoch: number): Promise<void> {
    const known = this.#led.get(partition)
    if (this.#isClosed || (known !== undefined && known.epoch >= epoch)) return
    known?.partition.close()
    const led = { partition: new CoordinatorPartition(partition, this.#ports), epoch }
    this.#led.set(partition, led)
    await led.partition.load()
  }

  /** This broker does not lead the partition any more; without an epoch, whatever it was. */
  unload(partition: number, epoch?: number): void {
    const known = this.#led.get(partition)
    if (known === undefined || (epoch !== undefined && epoch < known.epoch)) return
    this.#led.delete(partition)
    known.partition.close()
  }

  /**
   * Runs an operation.
   *
   * @throws CoordinatorError when the partition is not there or not ready, or its log failed; otherwise the signal's
   *   reason when the client went away while its request waited.
   */
  write<Request, Response>(
    partition: number,
    operation: Operation<T, Request, Response>,
    request: Request,
    client: RequestClient,
  ): Promise<Response> {
    const led = this.#led.get(partition)
    if (led === undefined) return Promise.reject(new CoordinatorError(Errors.NOT_COORDINATOR))
    return new Promise((resolve, reject) => {
      const pending = led.partition.write(operation, request, client, resolve, reject)
      if (client.signal !== undefined && !pending.isSettled) this.#abandonOnAbort(led.partition, pending, client.signal)
    })
  }

  /** Ends a producer's transaction in a partition, as its coordinator decided. Errors as of `write`. */
  completeTransaction(partition: number, marker: EndTransactionMarker): Promise<void> {
    const led = this.#led.get(partition)
    if (led === undefined) return Promise.reject(new CoordinatorError(Errors.NOT_COORDINATOR))
    return new Promise((resolve, reject) => led.partition.completeTransaction(marker, resolve, reject))
  }

  /** Looks at what is committed. Errors as of `write`. */
  async read<Request, Response>(
    partition: number,
    operation: ReadOperation<T, Request, Response>,
    request: Request,
    client: RequestClient,
  ): Promise<Response> {
    const led = this.#led.get(partition)
    if (led === undefined) throw new CoordinatorError(Errors.NOT_COORDINATOR)
    return led.partition.read(operation, request, client)
  }

  /** Gives everything up: whoever waits is told to look for another coordinator. */
  close(): void {
    this.#isClosed = true
    for (const partition of this.partitions) this.unload(partition)
    this.#alarm?.timer.cancel()
    this.#alarm = undefined
  }

  /** A request that still waits when its client goes away waits for nobody. */
  #abandonOnAbort(partition: CoordinatorPartition<T>, pending: PendingRequest, signal: AbortSignal): void {
    const onAbort = (): void => partition.abandon(pending, abortReason(signal))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    pending.onSettled = () => signal.removeEventListener('abort', onAbort)
  }

  /** One timer of the clock serves all: it is set again only when something comes earlier than it. */
  #setAlarm(): void {
    const nextMs = this.#timers.nextMs
    if (nextMs === undefined || this.#isClosed) return
    if (this.#alarm !== undefined && this.#alarm.atMs <= nextMs) return
    this.#alarm?.timer.cancel()
    const delayMs = Math.max(0, nextMs - this.#clock.monotonicMs())
    this.#alarm = { atMs: nextMs, timer: this.#clock.setTimer(delayMs, () => this.#onAlarm()) }
  }

  #onAlarm(): void {
    this.#alarm = undefined
    const nowMs = this.#clock.monotonicMs()
    for (let due = this.#timers.takeDue(nowMs); due !== undefined; due = this.#timers.takeDue(nowMs)) {
      due.owner.onTimer(due.key, due.event)
    }
    this.#setAlarm()
  }
}

const abortReason = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('The client is gone.')

/** A random UUID (version 4) in the text form of RFC 4122, as Kafka puts it into member ids. */
const uuidText = (random: Uint8Array): string => {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
