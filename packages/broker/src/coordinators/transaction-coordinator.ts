/**
 * Transactions on this broker: the coordinator of `@milena/coordinator` with the logs, the metadata and the
 * configuration that it needs, and its part in what happens around it (leadership, the end).
 */
import { type MarkerWriter, TransactionCoordinatorService, type TransactionServiceConfig } from '@milena/coordinator'
import { type BrokerConfig, featureLevel } from '@milena/metadata'
import type { Clock, Logger, Random } from '@milena/runtime'
import { isInternalTopic } from '../replica/internal-topic.ts'
import type { ProducerIdManager } from '../replica/producer-id-manager.ts'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import { TRANSACTION_STATE_TOPIC } from './internal-topics.ts'
import { type FollowedMetadata, internalTopicLog, TopicLeadership } from './topic-leadership.ts'

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

export class TransactionCoordinator {
  readonly service: TransactionCoordinatorService
  readonly #leadership: TopicLeadership

  constructor(options: TransactionCoordinatorOptions) {
    const { config, metadata, replicas, markers, producerIds, clock, random } = options
    this.service = new TransactionCoordinatorService({
      config: transactionConfigOf(config),
      partitions: {
        hasPartition: (topic, partition) => metadata.image.topics.get(topic)?.partitions[partition] !== undefined,
        isInternal: isInternalTopic,
      },
      markers,
      nextProducerId: () => producerIds.next(),
      transactionVersion: () => featureLevel(metadata.image, 'transaction.version'),
      ...internalTopicLog({
        topic: TRANSACTION_STATE_TOPIC,
        replicas,
        clock,
        compression: 'none',
        bufferBytes: config.get('transaction.state.log.load.buffer.size'),
      }),
      clock,
      random,
      logger: options.logger.child('TransactionCoordinator'),
    })
    this.#leadership = new TopicLeadership({
      topic: TRANSACTION_STATE_TOPIC,
      partitionCount: config.get('transaction.state.log.num.partitions'),
      service: this.service,
      metadata,
      replicas,
    })
  }

  start(): void {
    this.#leadership.start()
  }

  close(): void {
    this.#leadership.close()
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
