import { featureLevel } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import { ApiError } from './api-error.ts'
import type { RequestContext } from './handler.ts'

/** Consumer groups are there from `group.version` 1 on, unless `group.coordinator.rebalance.protocols` leaves them out. */
export function requireConsumerGroups({ services }: RequestContext): void {
  const isEnabled =
    featureLevel(services.metadata.image, 'group.version') >= 1 &&
    services.config.get('group.coordinator.rebalance.protocols').includes('consumer')
  if (!isEnabled) throw new ApiError(Errors.UNSUPPORTED_VERSION)
}
