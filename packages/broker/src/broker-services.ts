/** What a running broker is made of, as its handlers see it. Built once by `Broker.start`. */
import type { BrokerConfig, MetadataService } from '@milena/metadata'
import type { Clock, Logger, Random } from '@milena/runtime'
import type { LogManager } from '@milena/storage'
import type { GroupCoordinatorService } from './coordinators/group-coordinator-service.ts'
import type { FetchSessionCache } from './replica/fetch-session-cache.ts'
import type { ProducerIdManager } from './replica/producer-id-manager.ts'
import type { ReplicaManager } from './replica/replica-manager.ts'
import type { HandlerTable } from './request/handler-table.ts'

export interface BrokerServices {
  readonly config: BrokerConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metadata: MetadataService
  readonly logs: LogManager
  readonly replicas: ReplicaManager
  readonly fetchSessions: FetchSessionCache
  readonly producerIds: ProducerIdManager
  readonly groups: GroupCoordinatorService
  /** Every API that is served. */
  readonly handlers: HandlerTable
}
