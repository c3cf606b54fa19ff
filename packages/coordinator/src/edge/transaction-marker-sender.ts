import { Errors } from '@milena/protocol'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import type { MarkersAnswer, MarkersWritten } from '../transaction/markers-written.ts'
import type { TopicPartition } from '../transaction/transaction.ts'
import type { TransactionTask } from '../transaction/transaction-types.ts'
import type { Clock, Logger } from './ports.ts'
import type { MarkerResult, MarkerWriter, PartitionsView } from './transaction-ports.ts'

export type MarkersTask = Extract<TransactionTask, { kind: 'writeMarkers' }>

export interface MarkerSenderOptions {
  readonly markers: MarkerWriter
  readonly partitions: PartitionsView
  readonly clock: Clock
  readonly logger: Logger
  /** The epoch under which this broker coordinates a partition of `__transaction_state`; undefined when it does not. */
  readonly epochOf: (partition: number) => number | undefined
  readonly report: (partition: number, written: MarkersWritten) => Promise<MarkersAnswer>
}

const FIRST_BACKOFF_MS = 20
const LONGEST_BACKOFF_MS = 1_000

/** The log has seen a newer coordinator or a newer producer: this end is not ours to write any more. */
const FENCED: ReadonlySet<number> = new Set([
  Errors.INVALID_PRODUCER_EPOCH.code,
  Errors.TRANSACTION_COORDINATOR_FENCED.code,
])

/** The partition cannot have markers, and so no transactional records either. */
const NEEDLESS: ReadonlySet<number> = new Set([
  Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT.code,
  Errors.UNSUPPORTED_VERSION.code,
])

/** Another broker coordinates now, or this one reads the log again and will name the task again. */
const UNLOADED: ReadonlySet<number> = new Set([
  Errors.NOT_COORDINATOR.code,
  Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
  Errors.COORDINATOR_NOT_AVAILABLE.code,
])

/**
 * Writes the markers of transactions whose end is decided (Kafka: `TransactionMarkerChannelManager`). Partitions that
 * cannot take theirs are tried again, with back-off, until they do or do not exist any more; what is written is
 * reported to the machine, which completes the transaction.
 */
export class TransactionMarkerSender {
  readonly #options: MarkerSenderOptions
  /** Which end of each transactional id is being written: a reload gives it another name, and the former one stops. */
  readonly #underWay = new Map<string, string>()
  readonly #sleepers = new Set<() => void>()
  #isClosed = false

  constructor(options: MarkerSenderOptions) {
    this.#options = options
  }

  send(partition: number, task: MarkersTask): void {
    const epoch = this.#options.epochOf(partition)
    if (epoch === undefined || this.#isClosed) return
    const { transactionalId, endId } = task
    this.#underWay.set(transactionalId, endId)
    void this.#run(partition, epoch, task).finally(() => {
      if (this.#underWay.get(transactionalId) === endId) this.#underWay.delete(transactionalId)
    })
  }

  close(): void {
    this.#isClosed = true
    for (const wake of this.#sleepers) wake()
  }

  async #run(partition: number, coordinatorEpoch: number, task: MarkersTask): Promise<void> {
    let missing = task.partitions
    let backoffMs = FIRST_BACKOFF_MS
    /** Written, or not needed, and not yet reported. */
    let settled: TopicPartition[] = []
    while (this.#isCurrent(partition, coordinatorEpoch, task)) {
      const existing = missing.filter(({ topic, partition: index }) => this.#exists(topic, index))
      settled.push(...missing.filter((place) => !existing.includes(place)))
      const results = existing.length === 0 ? [] : await this.#write(task, coordinatorEpoch, existing)
      const fencedBy = results.find(({ errorCode }) => FENCED.has(errorCode))
      if (fencedBy !== undefined) return this.#giveUp(task, fencedBy)
      const isDone = ({ errorCode }: MarkerResult): boolean => errorCode === Errors.NONE.code || NEEDLESS.has(errorCode)
      settled.push(...results.filter(isDone))
      missing = results.filter((result) => !isDone(result))
      const { transactionalId, endId } = task
      const reported = await this.#report(partition, { transactionalId, endId, partitions: settled })
      if (reported === 'over' || reported === 'unloaded') return
      if (reported === 'waiting') settled = []
      await this.#sleep(backoffMs)
      backoffMs = Math.min(2 * backoffMs, LONGEST_BACKOFF_MS)
    }
  }

  #isCurrent(partition: number, coordinatorEpoch: number, { transactionalId, endId }: MarkersTask): boolean {
    const isUnderWay = this.#underWay.get(transactionalId) === endId
    return !this.#isClosed && isUnderWay && this.#options.epochOf(partition) === coordinatorEpoch
  }

  #exists(topic: string, partition: number): boolean {
    return this.#options.partitions.hasPartition(topic, partition)
  }

  async #write(
    task: MarkersTask,
    coordinatorEpoch: number,
    partitions: readonly TopicPartition[],
  ): Promise<readonly MarkerResult[]> {
    const { producerId, producerEpoch, isCommit, transactionVersion } = task
    const marker = { producerId, producerEpoch, coordinatorEpoch, isCommit, transactionVersion }
    try {
      return await this.#options.markers.write({ ...marker, partitions })
    } catch (cause) {
      const { transactionalId } = task
      this.#options.logger.error('The markers of a transaction failed; they will be tried again.', {
        transactionalId,
        cause,
      })
      return partitions.map((place) => ({ ...place, errorCode: Errors.UNKNOWN_SERVER_ERROR.code }))
    }
  }

  async #report(partition: number, written: MarkersWritten): Promise<MarkersAnswer | 'unloaded' | 'failed'> {
    try {
      return await this.#options.report(partition, written)
    } catch (cause) {
      if (cause instanceof CoordinatorError && UNLOADED.has(cause.code)) return 'unloaded'
      this.#options.logger.warn('The end of a transaction could not be recorded; it will be tried again.', {
        transactionalId: written.transactionalId,
        cause,
      })
      return 'failed'
    }
  }

  #giveUp({ transactionalId }: MarkersTask, { topic, partition, errorCode }: MarkerResult): void {
    this.#options.logger.warn('The markers of a transaction are not written any more: a partition has seen newer.', {
      transactionalId,
      topic,
      partition,
      errorCode,
    })
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake)
        timer.cancel()
        resolve()
      }
      const timer = this.#options.clock.setTimer(delayMs, wake)
      this.#sleepers.add(wake)
    })
  }
}
