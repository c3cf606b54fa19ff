import type { Handler } from '../request/handler.ts'
import { alterClientQuotas } from './alter-client-quotas.ts'
import { alterConfigs } from './alter-configs.ts'
import { alterPartitionReassignments } from './alter-partition-reassignments.ts'
import { alterReplicaLogDirs } from './alter-replica-log-dirs.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeClientQuotas } from './describe-client-quotas.ts'
import { describeConfigs } from './describe-configs.ts'
import { describeLogDirs } from './describe-log-dirs.ts'
import { describeQuorum } from './describe-quorum.ts'
import { electLeaders } from './elect-leaders.ts'
import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import { listConfigResources } from './list-config-resources.ts'
import { listPartitionReassignments } from './list-partition-reassignments.ts'
import { unregisterBroker } from './unregister-broker.ts'
import { updateFeatures } from './update-features.ts'

/** What administrators need: topics, configs, quotas, partitions, features and the cluster itself. */
export const adminHandlers: readonly Handler[] = [
  alterClientQuotas,
  alterConfigs,
  alterPartitionReassignments,
  alterReplicaLogDirs,
  createPartitions,
  createTopics,
  deleteTopics,
  describeClientQuotas,
  describeConfigs,
  describeLogDirs,
  describeQuorum,
  electLeaders,
  incrementalAlterConfigs,
  listConfigResources,
  listPartitionReassignments,
  unregisterBroker,
  updateFeatures,
]
