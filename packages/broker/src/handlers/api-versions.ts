/**
 * ApiVersions (key 18): what this broker speaks. The first thing that a client asks, so it is served to anybody.
 *
 * Versions: 1 throttle time; 3 flexible, the client's software name and version (KIP-511), features (KIP-584);
 * 4 features whose lowest level is 0 (versions up to 3 must not list them: KAFKA-17011).
 *
 * A version that is not known is answered in version 0 with UNSUPPORTED_VERSION and the range of this API, so that the
 * client can ask again (KIP-511). The response's header is always version 0, because the client cannot know better yet.
 */
import { ApiVersionsRequest, ApiVersionsResponse, Errors } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'
import { finalizedFeatures, supportedFeatures } from './features.ts'

const versions = { min: 0, max: 4 }

/** KIP-511: letters and digits, with dots and dashes between them. */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const apiVersions = handler(ApiVersionsRequest, ApiVersionsResponse, {
  versions,
  beforeAuthentication: true,
  unsupportedVersion: () => ({
    errorCode: Errors.UNSUPPORTED_VERSION.code,
    apiKeys: [{ apiKey: ApiVersionsRequest.apiKey, minVersion: versions.min, maxVersion: versions.max }],
  }),
  handle: (request, context) => {
    const { apiVersion, connection, services } = context
    if (apiVersion >= 3) {
      const { clientSoftwareName: name, clientSoftwareVersion: version } = request
      if (!SOFTWARE_NAME.test(name) || !SOFTWARE_NAME.test(version)) {
        return { errorCode: Errors.INVALID_REQUEST.code, apiKeys: [] }
      }
      connection.clientSoftware = { name, version }
    }
    const { image } = services.metadata
    return {
      errorCode: Errors.NONE.code,
      apiKeys: services.handlers.advertised,
      supportedFeatures: supportedFeatures(apiVersion),
      finalizedFeatures: finalizedFeatures(image),
      finalizedFeaturesEpoch: image.offset,
    }
  },
})
