/** What a running broker is made of, as its handlers see it. Built once by `Broker.start`. */
import type {
  GroupCoordinatorService,
  ShareCoordinatorService,
  TransactionCoordinatorService,
} from '@milena/coordinator'
import type { BrokerConfig, MetadataService } from '@milena/metadata'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { LogManager } from '@milena/storage'
import type { SharePersister } from './coordinators/share-persister.ts'
import type { ResponseMemory } from './network/response-memory.ts'
import type { QuotaManager } from './quota/quota-manager.ts'
import type { FetchSessionCache } from './replica/fetch-session-cache.ts'
import type { ProducerIdManager } from './replica/producer-id-manager.ts'
import type { ReplicaManager } from './replica/replica-manager.ts'
import type { TopicCreator } from './replica/topic-creator.ts'
import type { TransactionMarkerWriter } from './replica/transaction-markers.ts'
import type { HandlerTable } from './request/handler-table.ts'
import type { SharePartitionManager } from './share/share-partition-manager.ts'

export interface BrokerServices {
  /** As the broker was started; dynamic values lie in the metadata. */
  readonly config: BrokerConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metadata: MetadataService
  readonly logs: LogManager
  readonly replicas: ReplicaManager
  /** Makes topics that are named before they exist. */
  readonly topicCreator: TopicCreator
  readonly fetchSessions: FetchSessionCache
  readonly producerIds: ProducerIdManager
  /** What waits for peers that do not read; large responses ask it for their share. */
  readonly responseMemory: ResponseMemory
  readonly groups: GroupCoordinatorService
  readonly transactions: TransactionCoordinatorService
  /** What share groups know of partitions, as other brokers ask for it. */
  readonly shareState: ShareCoordinatorService
  /** The same for this broker's own use: it makes the topic and waits until the coordinator is ready. */
  readonly sharePersister: SharePersister
  /** What share groups have in hand of the partitions of this broker, and the sessions of their members. */
  readonly sharePartitions: SharePartitionManager
  /** Ends transactions in the partitions of this broker. */
  readonly transactionMarkers: TransactionMarkerWriter
  /** What clients may consume. */
  readonly quotas: QuotaManager
  /** Every API that is served. */
  readonly handlers: HandlerTable
}
