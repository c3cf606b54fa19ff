import type { Handler } from '../request/handler.ts'
import { alterConfigs } from './alter-configs.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeConfigs } from './describe-configs.ts'
import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import { listConfigResources } from './list-config-resources.ts'

/** What administrators need: topics and configs. */
export const adminHandlers: readonly Handler[] = [
  alterConfigs,
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  incrementalAlterConfigs,
  listConfigResources,
]
