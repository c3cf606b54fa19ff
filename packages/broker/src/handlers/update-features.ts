/**
 * UpdateFeatures (key 57): raises and lowers the feature levels of the cluster (KIP-584), all of the named ones or none.
 *
 * Versions: 1 kinds of downgrade, only checking; 2 no results of the single features (KIP-1022).
 */
import { UpdateFeaturesRequest, UpdateFeaturesResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'

export const updateFeatures = handler(UpdateFeaturesRequest, UpdateFeaturesResponse, {
  versions: { min: 0, max: 2 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle: (request, { apiVersion, services }) => services.metadata.submit('updateFeatures', request, { apiVersion }),
})
