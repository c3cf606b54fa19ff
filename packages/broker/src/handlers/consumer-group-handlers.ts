import type { Handler } from '../request/handler.ts'
import { consumerGroupDescribe } from './consumer-group-describe.ts'
import { consumerGroupHeartbeat } from './consumer-group-heartbeat.ts'

/** Consumer groups of KIP-848. */
export const consumerGroupHandlers: readonly Handler[] = [consumerGroupDescribe, consumerGroupHeartbeat]
