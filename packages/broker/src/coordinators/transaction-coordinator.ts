/**
 * Transactions on this broker: the coordinator of `@milena/coordinator` with the logs, the metadata and the
 * configuration that it needs, and its part in what happens around it (leadership, the end).
 */
import { type MarkerWriter, TransactionCoordinatorService, type TransactionServiceConfig } from '@milena/coordinator'
import { type BrokerConfig, featureLevel } from '@milena/metadata'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { TopicPartition } from '@milena/storage'
import { isInternalTopic } from '../replica/internal-topic.ts'
import type { ProducerIdManager } from '../replica/producer-id-manager.ts'
import type { LeadershipListener, ReplicaManager } from '../replica/replica-manager.ts'
import type { FollowedMetadata } from './group-coordinator-service.ts'
import { TRANSACTION_STATE_TOPIC } from './internal-topics.ts'
import { LogCoordinatorLoader } from './log-coordinator-loader.ts'
import { LogPartitionWriter } from './log-partition-writer.ts'

export interface TransactionCoordinatorOptions {
  readonly config: BrokerConfig
  readonly metadata: FollowedMetadata
  readonly replicas: ReplicaManager
  readonly markers: MarkerWriter
  readonly producerIds: ProducerIdManager
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export class TransactionCoordinator implements LeadershipListener {
  readonly service: TransactionCoordinatorService
  readonly #options: TransactionCoordinatorOptions
  #stopListening: (() => void) | undefined

  constructor(options: TransactionCoordinatorOptions) {
    const { config, metadata, replicas, markers, producerIds, clock, random } = options
    const place = { topic: TRANSACTION_STATE_TOPIC, partitions: replicas }
    this.#options = options
    this.service = new TransactionCoordinatorService({
      config: transactionConfigOf(config),
      partitions: {
        hasPartition: (topic, partition) => metadata.image.topics.get(topic)?.partitions[partition] !== undefined,
        isInternal: isInternalTopic,
      },
      markers,
      nextProducerId: () => producerIds.next(),
      transactionVersion: () => featureLevel(metadata.image, 'transaction.version'),
      writer: new LogPartitionWriter({
        ...place,
        clock,
        compression: 'none',
        whenCommitted: (partition, appended) => replicas.whenCommitted(partition, appended),
      }),
      loader: new LogCoordinatorLoader({
        ...place,
        bufferBytes: config.get('transaction.state.log.load.buffer.size'),
      }),
      clock,
      random,
      logger: options.logger.child('TransactionCoordinator'),
    })
  }

  /** Takes up the partitions that this broker leads now, and follows what comes. */
  start(): void {
    const { config, metadata, replicas } = this.#options
    const existing = metadata.image.topics.get(TRANSACTION_STATE_TOPIC)?.partitions.length
    this.service.startup(existing ?? config.get('transaction.state.log.num.partitions'))
    this.#stopListening = replicas.listen(this)
    for (const { topicPartition, isLeader, leaderEpoch } of replicas.partitions()) {
      if (isLeader) this.onElected(topicPartition, leaderEpoch)
    }
  }

  onElected({ topic, partition }: TopicPartition, leaderEpoch: number): void {
    // What goes wrong while loading is in the log, and the partition answers NOT_COORDINATOR.
    if (topic === TRANSACTION_STATE_TOPIC) void this.service.onElection(partition, leaderEpoch)
  }

  onResigned({ topic, partition }: TopicPartition, leaderEpoch: number | undefined): void {
    if (topic === TRANSACTION_STATE_TOPIC) this.service.onResignation(partition, leaderEpoch)
  }

  /** Whoever waits is told to look for another coordinator. */
  close(): void {
    this.#stopListening?.()
    this.service.shutdown()
  }
}

function transactionConfigOf(config: BrokerConfig): TransactionServiceConfig {
  return {
    transactionMaxTimeoutMs: config.get('transaction.max.timeout.ms'),
    transactionalIdExpirationMs: config.get('transactional.id.expiration.ms'),
    abortTimedOutTransactionCleanupIntervalMs: config.get(
      'transaction.abort.timed.out.transaction.cleanup.interval.ms',
    ),
    removeExpiredTransactionCleanupIntervalMs: config.get('transaction.remove.expired.transaction.cleanup.interval.ms'),
    twoPhaseCommitEnable: config.get('transaction.two.phase.commit.enable'),
    writeTimeoutMs: config.get('request.timeout.ms'),
    addPartitionsRetryBackoffMs: config.get('add.partitions.to.txn.retry.backoff.ms'),
    addPartitionsRetryBackoffMaxMs: config.get('add.partitions.to.txn.retry.backoff.max.ms'),
  }
}
