import { featureLevel } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import { ApiError } from './api-error.ts'
import type { RequestContext } from './handler.ts'

/** Share groups can be switched off for the cluster (feature `share.version` 0); then nobody may ask about them. */
export function hasShareGroups({ services }: RequestContext): boolean {
  return featureLevel(services.metadata.image, 'share.version') >= 1
}

/** @throws ApiError UNSUPPORTED_VERSION when share groups are switched off. */
export function requireShareGroups(context: RequestContext): void {
  if (!hasShareGroups(context)) throw new ApiError(Errors.UNSUPPORTED_VERSION)
}
