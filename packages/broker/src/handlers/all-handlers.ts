import type { Handler } from '../request/handler.ts'
import { adminHandlers } from './admin-handlers.ts'
import { consumerGroupHandlers } from './consumer-group-handlers.ts'
import { coreHandlers } from './core-handlers.ts'
import { groupHandlers } from './group-handlers.ts'
import { securityHandlers } from './security-handlers.ts'
import { shareHandlers } from './share-handlers.ts'
import { transactionHandlers } from './transaction-handlers.ts'

/** Every API that is served. */
export const allHandlers: readonly Handler[] = [
  ...coreHandlers,
  ...transactionHandlers,
  ...groupHandlers,
  ...consumerGroupHandlers,
  ...shareHandlers,
  ...adminHandlers,
  ...securityHandlers,
]
