/**
 * A share partition at work: its machine, with the clock, the share coordinator and those who wait for records.
 *
 * It is loaded once, from what the share coordinator knows. When its leader or its state's epoch changed it is fenced:
 * the manager drops it, and the next one who asks makes another.
 */
import { errorByCode, Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import type { Clock, Logger, Timer } from '@milena/runtime'
import type { Partition } from '../replica/partition.ts'
import { ApiError, toApiError } from '../request/api-error.ts'
import { SharePartitionMachine } from './partition/share-partition-machine.ts'
import type { ChangeResult } from './partition/share-partition-machine.ts'
import type {
  AcknowledgementBatch,
  AcquiredRecords,
  AcquireRequest,
  PersistedState,
  Refusal,
  SharePartitionContext,
  SharePartitionEffect,
} from './partition/share-partition-types.ts'
import { resetOffset } from './reset-offset.ts'
import type { ShareGroupConfig } from './share-group-config.ts'
import type { SharePlace, ShareStatePort } from './share-state-port.ts'

/** The share coordinator has no start offset: nobody has read yet. */
const UNINITIALIZED = -1

/** Of the errors of the share coordinator, those that make a share partition start anew. */
const FENCING: ReadonlySet<KafkaError> = new Set([
  Errors.NOT_LEADER_OR_FOLLOWER,
  Errors.GROUP_ID_NOT_FOUND,
  Errors.UNKNOWN_TOPIC_OR_PARTITION,
])

/** Somebody who waits for records. */
export interface ShareWaiter {
  onShareChange(): void
}

export interface SharePartitionOptions {
  readonly place: SharePlace
  readonly partition: Partition
  readonly state: ShareStatePort
  readonly clock: Clock
  readonly logger: Logger
  /** The group's config as it is at the moment. */
  readonly config: () => ShareGroupConfig
  /** It is of no use any more. */
  readonly onFenced: (sharePartition: SharePartition) => void
}

type PersistEffect = Extract<SharePartitionEffect, { type: 'persist' }>

export class SharePartition {
  readonly place: SharePlace
  readonly leaderEpoch: number
  /** Rejects with an ApiError when the state cannot be loaded. */
  readonly loaded: Promise<void>
  readonly #options: SharePartitionOptions
  readonly #waiters = new Set<ShareWaiter>()
  /** Those who found it locked. */
  readonly #blocked = new Set<ShareWaiter>()
  readonly #writes = new Map<number, Promise<KafkaError | undefined>>()
  #machine: SharePartitionMachine | undefined
  #isFenced = false
  #isFetching = false
  #timer: Timer | undefined

  constructor(options: SharePartitionOptions) {
    this.#options = options
    this.place = options.place
    this.leaderEpoch = options.partition.leaderEpoch
    this.loaded = this.#load()
    // Who waits looks at it; that nobody does is no fault.
    this.loaded.catch(() => undefined)
  }

  /** Has its state, and may be used. */
  get isActive(): boolean {
    return this.#machine !== undefined && !this.#isFenced
  }

  get isFenced(): boolean {
    return this.#isFenced
  }

  /** For inspection. */
  get machine(): SharePartitionMachine | undefined {
    return this.#machine
  }

  /**
   * Reserves the partition for one fetch, so that no two read the same, and tells where to read. Undefined when there is
   * nothing to be had now; `waiter` is told when that may have changed, provided that it watches.
   */
  startFetch(waiter: ShareWaiter): number | undefined {
    const machine = this.#machine
    if (machine === undefined || this.#isFenced) return undefined
    if (this.#isFetching) {
      this.#blocked.add(waiter)
      return undefined
    }
    if (!machine.canAcquire(this.#context())) return undefined
    this.#isFetching = true
    return machine.nextFetchOffset()
  }

  /** After `startFetch`. Unless something was taken, only those are woken who found it reserved. */
  endFetch(hasTaken: boolean): void {
    this.#isFetching = false
    const waiting = hasTaken ? new Set([...this.#blocked, ...this.#waiters]) : new Set(this.#blocked)
    this.#blocked.clear()
    for (const waiter of waiting) waiter.onShareChange()
  }

  /** Hands out what was read. */
  acquire(request: AcquireRequest): readonly AcquiredRecords[] {
    if (this.#machine === undefined || this.#isFenced) return []
    const { acquired, effects } = this.#machine.acquire(request, this.#context())
    this.#run(effects)
    return acquired
  }

  /** Resolves with why it was refused, or undefined when it is written down. */
  acknowledge(memberId: string, batches: readonly AcknowledgementBatch[]): Promise<Refusal | undefined> {
    return this.#change((machine) => machine.acknowledge(memberId, batches, this.#context()))
  }

  /** Gives back what a member has acquired. */
  release(memberId: string): Promise<Refusal | undefined> {
    return this.#change((machine) => machine.release(memberId, this.#context()))
  }

  /** The read began before the log does: the window begins where the log begins now. */
  followLogStart(): void {
    const { partition } = this.#options
    this.#run(this.#machine?.moveStart(partition.logStartOffset) ?? [])
  }

  watch(waiter: ShareWaiter): void {
    this.#waiters.add(waiter)
  }

  unwatch(waiter: ShareWaiter): void {
    this.#waiters.delete(waiter)
    this.#blocked.delete(waiter)
  }

  /** From now on nothing is handed out, and nobody waits for it. */
  fence(): void {
    this.#isFenced = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#wake()
  }

  async #change(change: (machine: SharePartitionMachine) => ChangeResult): Promise<Refusal | undefined> {
    if (this.#machine === undefined) return undefined
    const { refusal, writeId, effects } = change(this.#machine)
    this.#run(effects)
    const error = writeId === undefined ? undefined : await this.#writes.get(writeId)
    return error === undefined ? refusal : { error, message: error.message }
  }

  #run(effects: readonly SharePartitionEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'persist') this.#writes.set(effect.writeId, this.#persist(effect))
      else if (effect.type === 'timer') this.#setTimer(effect.atMs)
      else this.#wake()
    }
  }

  #setTimer(atMs: number): void {
    if (this.#isFenced) return
    const { clock } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.setTimer(Math.max(0, atMs - clock.monotonicMs()), () => {
      this.#timer = undefined
      if (this.#machine !== undefined) this.#run(this.#machine.expireLocks(this.#context()))
    })
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter.onShareChange()
  }

  /** Resolves with what went wrong; what is said of it to clients is Kafka's. */
  async #persist({ writeId, ...state }: PersistEffect): Promise<KafkaError | undefined> {
    const { clock, onFenced, logger } = this.#options
    const failure = await this.#write(state)
    this.#writes.delete(writeId)
    const error = failure === undefined ? undefined : clientError(failure)
    if (failure !== undefined) logger.debug('Could not write share state', { ...this.place, error: failure.message })
    this.#run(this.#machine?.complete(writeId, failure === undefined, clock.monotonicMs()) ?? [])
    if (error !== undefined && FENCING.has(error)) onFenced(this)
    return error
  }

  async #write(state: Omit<PersistEffect, 'writeId'>): Promise<ApiError | undefined> {
    const { stateEpoch, startOffset, deliveryCompleteCount, stateBatches } = state
    const { leaderEpoch, place } = this
    try {
      await this.#options.state.write({
        ...place,
        leaderEpoch,
        stateEpoch,
        startOffset,
        deliveryCompleteCount,
        stateBatches,
      })
      return undefined
    } catch (cause) {
      return toApiError(cause)
    }
  }

  async #load(): Promise<void> {
    const { state, partition, config, clock } = this.#options
    try {
      const persisted = await state.read({ ...this.place, leaderEpoch: this.leaderEpoch })
      const startOffset =
        persisted.startOffset === UNINITIALIZED
          ? await resetOffset(partition, config().autoOffsetReset, clock.nowMs())
          : persisted.startOffset
      const loaded: PersistedState = { ...persisted, startOffset }
      this.#machine = new SharePartitionMachine(loaded)
    } catch (cause) {
      const failure = toApiError(cause)
      throw new ApiError(clientError(failure), failure.message, { cause })
    } finally {
      this.#wake()
    }
  }

  #context(): SharePartitionContext {
    return { nowMs: this.#options.clock.monotonicMs(), ...this.#options.config() }
  }
}

/** What a client is told when the share coordinator refuses. */
function clientError({ error }: ApiError): KafkaError {
  switch (errorByCode(error.code)) {
    case Errors.NOT_COORDINATOR:
    case Errors.COORDINATOR_NOT_AVAILABLE:
    case Errors.COORDINATOR_LOAD_IN_PROGRESS:
      return Errors.COORDINATOR_NOT_AVAILABLE
    case Errors.GROUP_ID_NOT_FOUND:
    case Errors.UNKNOWN_TOPIC_OR_PARTITION:
    case Errors.NOT_LEADER_OR_FOLLOWER:
      return error
    case Errors.FENCED_LEADER_EPOCH:
    case Errors.FENCED_STATE_EPOCH:
      return Errors.NOT_LEADER_OR_FOLLOWER
    default:
      return Errors.UNKNOWN_SERVER_ERROR
  }
}
