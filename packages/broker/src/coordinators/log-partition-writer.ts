/**
 * How a coordinator writes: its records as one batch at the end of its partition of an internal topic.
 *
 * The log of a partition is opened by its first batch; the batches that come meanwhile wait for it, in their order.
 */
import { CoordinatorError, type CoordinatorRecord, type PartitionWriter } from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
import { buildBatch, type CompressionType } from '@milena/records'
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

export class LogPartitionWriter implements PartitionWriter {
  readonly #options: LogPartitionWriterOptions
  /** By partition, the opening of a log that batches wait for. */
  readonly #openings = new Map<number, Promise<void>>()

  constructor(options: LogPartitionWriterOptions) {
    this.#options = options
  }

  append(index: number, records: readonly CoordinatorRecord[]): Promise<number> {
    const partition = this.#led(index)
    const { clock, compression } = this.#options
    const timestamp = clock.nowMs()
    const batch = buildBatch({ compression, records: records.map((record) => ({ timestamp, ...record })) })
    const opening = this.#openings.get(index)
    if (opening === undefined && partition.log !== undefined) return this.#append(partition, batch, timestamp)
    return (opening ?? this.#open(index, partition)).then(() => this.#append(this.#led(index), batch, timestamp))
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

  #append(partition: Partition, batch: Uint8Array, nowMs: number): Promise<number> {
    const { log } = partition
    if (log === undefined || partition.hasTooFewInSync()) {
      throw new CoordinatorError(Errors.NOT_ENOUGH_REPLICAS)
    }
    const result = partition.append(batch, { origin: 'coordinator', nowMs })
    if (!result.ok) throw new CoordinatorError(result.error, result.message)
    return this.#options.whenCommitted(partition, result).then(() => result.lastOffset, storageFailed)
  }
}

function storageFailed(cause: unknown): never {
  if (cause instanceof StorageError) throw new CoordinatorError(Errors.KAFKA_STORAGE_ERROR, cause.message)
  throw cause
}
