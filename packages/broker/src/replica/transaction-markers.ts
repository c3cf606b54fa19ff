/**
 * The end of a transaction in the partitions that it touched: in each a control batch is appended, behind which readers
 * of what is committed go on (KIP-98).
 *
 * A marker for `__consumer_offsets` goes through the group coordinator, which alone appends to that topic and at the
 * marker takes up the transaction's offsets, or drops them.
 */
import { mapInTurns } from '@milena/coordinator'
import { Errors, errorByCode } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import { endTransactionMarker } from '@milena/records'
import type { Clock, Logger } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import { GROUP_METADATA_TOPIC } from '../coordinators/internal-topics.ts'
import { isUnexpected, toApiError } from '../request/api-error.ts'
import { DelayedProduce } from './delayed-produce.ts'
import type { PendingAppend } from './delayed-produce.ts'
import type { ReplicaManager } from './replica-manager.ts'

export interface TransactionMarker {
  readonly producerId: number
  readonly producerEpoch: number
  /** Of the transaction coordinator: a log refuses the markers of an older one. */
  readonly coordinatorEpoch: number
  /** False aborts. */
  readonly isCommit: boolean
  /** The generation of the transaction protocol: from 2 on the epoch must be newer than that of the records. */
  readonly transactionVersion: number
}

export interface MarkerResult extends TopicPartition {
  readonly errorCode: number
}

/** The group coordinator, as far as transactions concern it. */
export interface OffsetTransactions {
  /** Ends a transaction in a partition of `__consumer_offsets`; resolves with an error code when it is committed. */
  completeTransaction(partition: number, marker: TransactionMarker): Promise<number>
}

export interface TransactionMarkerWriterOptions {
  readonly replicas: ReplicaManager
  readonly groups: OffsetTransactions
  readonly clock: Clock
  readonly logger: Logger
  /** `request.timeout.ms`. */
  readonly timeoutMs: number
}

export class TransactionMarkerWriter {
  readonly #options: TransactionMarkerWriterOptions

  constructor(options: TransactionMarkerWriterOptions) {
    this.#options = options
  }

  /** Never rejects. Resolves when each marker is as safe as `acks=all` promises, or it is known why it is not. */
  write(
    marker: TransactionMarker & { readonly partitions: readonly TopicPartition[] },
  ): Promise<readonly MarkerResult[]> {
    return mapInTurns(this.#options.clock, marker.partitions, async (place) => {
      const error = await this.#writeOne(place, marker)
      return { topic: place.topic, partition: place.partition, errorCode: (error ?? Errors.NONE).code }
    })
  }

  async #writeOne(place: TopicPartition, marker: TransactionMarker): Promise<KafkaError | undefined> {
    if (this.#options.replicas.partition(place.topic, place.partition) === undefined) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION
    }
    // No batch can be made of it, for which Kafka has no better word.
    if (marker.producerId < 0 || marker.producerEpoch < 0) return Errors.UNKNOWN_SERVER_ERROR
    try {
      return place.topic === GROUP_METADATA_TOPIC
        ? await this.#endOffsets(place.partition, marker)
        : await this.#append(place, marker)
    } catch (cause) {
      const error = toApiError(cause)
      if (isUnexpected(error)) {
        this.#options.logger.limited('marker').error('A transaction marker failed', { ...place, error: cause })
      }
      return error.error
    }
  }

  async #endOffsets(partition: number, marker: TransactionMarker): Promise<KafkaError | undefined> {
    const { replicas, groups } = this.#options
    if (replicas.partition(GROUP_METADATA_TOPIC, partition) === undefined) return Errors.UNKNOWN_TOPIC_OR_PARTITION
    const error = errorByCode(await groups.completeTransaction(partition, marker)) ?? Errors.UNKNOWN_SERVER_ERROR
    // The transaction coordinator looks for the leader again; of coordinators of groups it knows nothing.
    return NOT_COORDINATING.has(error) ? Errors.NOT_LEADER_OR_FOLLOWER : error
  }

  async #append(
    { topic, partition: index }: TopicPartition,
    marker: TransactionMarker,
  ): Promise<KafkaError | undefined> {
    const { replicas, clock, timeoutMs } = this.#options
    const partition = replicas.partition(topic, index)
    if (partition === undefined) return Errors.UNKNOWN_TOPIC_OR_PARTITION
    if (partition.log === undefined) await partition.openLog()
    const error = partition.leadershipError()
    if (error !== undefined) return error
    if (partition.hasTooFewInSync()) return Errors.NOT_ENOUGH_REPLICAS
    const nowMs = clock.nowMs()
    const { isCommit: committed, transactionVersion } = marker
    const result = partition.append(endTransactionMarker({ ...batchFields(marker), committed, timestamp: nowMs }), {
      origin: 'coordinator',
      nowMs,
      transactionVersion,
    })
    if (!result.ok) return result.error
    const pending: PendingAppend = { committed: replicas.whenCommitted(partition, result), error: undefined }
    await new DelayedProduce({ appends: [pending], timeoutMs, clock }).done
    return pending.error
  }
}

function batchFields({ producerId, producerEpoch, coordinatorEpoch }: TransactionMarker): {
  producerId: number
  producerEpoch: number
  coordinatorEpoch: number
} {
  return { producerId, producerEpoch, coordinatorEpoch }
}

const NOT_COORDINATING: ReadonlySet<KafkaError> = new Set([
  Errors.COORDINATOR_LOAD_IN_PROGRESS,
  Errors.COORDINATOR_NOT_AVAILABLE,
  Errors.NOT_COORDINATOR,
])
