/**
 * How a coordinator writes: its records as one batch at the end of its partition of an internal topic.
 *
 * The log of a partition is opened by its first batch; the batches that come meanwhile wait for it, in their order.
 */
import {
  CoordinatorError,
  type CoordinatorRecord,
  type EndTransactionMarker,
  type PartitionWriter,
  type RecordProducer,
} from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
import { buildBatch, type CompressionType, endTransactionMarker, type NewBatch } from '@milena/records'
import type { Clock } from '@milena/runtime'
import { type Appended, StorageError } from '@milena/storage'
import type { Partition } from '../replica/partition.ts'

/** Where the partitions of this broker are found. */
export interface Partitions {
  partition(topic: string, partition: number): Partition | undefined
}

export interface LogPartitionWriterOptions {
  /** The internal topic. */
  readonly topic: string
  readonly partitions: Partitions
  readonly clock: Clock
  readonly compression: CompressionType
  /** Resolves when what was appended is as safe as `acks=all` promises. */
  readonly whenCommitted: (partition: Partition, appended: Appended) => Promise<void>
}

interface CoordinatorBatch {
  readonly bytes: Uint8Array
  readonly nowMs: number
  readonly transactionVersion?: number
  readonly verification?: RecordProducer['verification'] | undefined
}

function transactionFields({ producerId, producerEpoch }: RecordProducer): Partial<NewBatch> {
  return { producerId, producerEpoch, isTransactional: true }
}

export class LogPartitionWriter implements PartitionWriter {
  readonly #options: LogPartitionWriterOptions
  /** By partition, the opening of a log that batches wait for. */
  readonly #openings = new Map<number, Promise<void>>()

  constructor(options: LogPartitionWriterOptions) {
    this.#options = options
  }

  append(index: number, records: readonly CoordinatorRecord[], producer?: RecordProducer): Promise<number> {
    const partition = this.#led(index)
    const { clock, compression } = this.#options
    const timestamp = clock.nowMs()
    const transaction = producer === undefined ? {} : transactionFields(producer)
    const bytes = buildBatch({
      compression,
      ...transaction,
      records: records.map((record) => ({ timestamp, ...record })),
    })
    return this.#enqueue(index, partition, { bytes, nowMs: timestamp, verification: producer?.verification })
  }

  appendEndTransactionMarker(index: number, marker: EndTransactionMarker): Promise<number> {
    const partition = this.#led(index)
    const { isCommit, transactionVersion, producerId, producerEpoch, coordinatorEpoch } = marker
    const nowMs = this.#options.clock.nowMs()
    const bytes = endTransactionMarker({
      producerId,
      producerEpoch,
      coordinatorEpoch,
      committed: isCommit,
      timestamp: nowMs,
    })
    return this.#enqueue(index, partition, { bytes, nowMs, transactionVersion })
  }

  #enqueue(index: number, partition: Partition, batch: CoordinatorBatch): Promise<number> {
    const opening = this.#openings.get(index)
    if (opening === undefined && partition.log !== undefined) return this.#append(partition, batch)
    return (opening ?? this.#open(index, partition)).then(() => this.#append(this.#led(index), batch))
  }

  #led(index: number): Partition {
    const { topic, partitions } = this.#options
    const partition = partitions.partition(topic, index)
    if (partition === undefined) throw new CoordinatorError(Errors.NOT_LEADER_OR_FOLLOWER)
    const error = partition.leadershipError()
    if (error !== undefined) throw new CoordinatorError(error)
    return partition
  }

  #open(index: number, partition: Partition): Promise<void> {
    const opening = partition.openLog().then(() => undefined, storageFailed)
    this.#openings.set(index, opening)
    // First in line: whoever finds no opening any more comes after all those who waited for this one.
    const forget = (): void => void this.#openings.delete(index)
    opening.then(forget, forget)
    return opening
  }

  #append(partition: Partition, { bytes, ...options }: CoordinatorBatch): Promise<number> {
    const { log } = partition
    if (log === undefined || partition.hasTooFewInSync()) {
      throw new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
    }
    const result = partition.append(bytes, { origin: 'coordinator', ...options })
    if (!result.ok) throw new CoordinatorError(result.error, result.message)
    return this.#options.whenCommitted(partition, result).then(() => result.lastOffset, storageFailed)
  }
}

function storageFailed(cause: unknown): never {
  if (cause instanceof StorageError) throw new CoordinatorError(Errors.KAFKA_STORAGE_ERROR, cause.message)
  throw cause
}
