import type { Message } from '../schema/message.ts'
import { hasVersion } from '../schema/versions.ts'

const API_VERSIONS_KEY = 18

/** Flexible requests have header v2, the others v1. */
export function requestHeaderVersion(request: Message, version: number): number {
  return hasVersion(request.flexible, version) ? 2 : 1
}

/**
 * Flexible responses have header v1, the others v0. The answer to ApiVersions always has v0, because the client that
 * asks does not yet know which versions the broker understands (KIP-511).
 */
export function responseHeaderVersion(response: Message, version: number): number {
  return response.apiKey !== API_VERSIONS_KEY && hasVersion(response.flexible, version) ? 1 : 0
}
