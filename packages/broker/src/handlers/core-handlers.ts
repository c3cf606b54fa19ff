import type { Handler } from '../request/handler.ts'
import { apiVersions } from './api-versions.ts'
import { deleteRecords } from './delete-records.ts'
import { describeCluster } from './describe-cluster.ts'
import { describeTopicPartitions } from './describe-topic-partitions.ts'
import { fetch } from './fetch.ts'
import { initProducerId } from './init-producer-id.ts'
import { listOffsets } from './list-offsets.ts'
import { metadata } from './metadata.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'

/** What a client needs to find, write and read data. */
export const coreHandlers: readonly Handler[] = [
  apiVersions,
  deleteRecords,
  describeCluster,
  describeTopicPartitions,
  fetch,
  initProducerId,
  listOffsets,
  metadata,
  offsetForLeaderEpoch,
  produce,
]
