import { apiTable } from './api-table.ts'
import type { Listener, Message } from './schema/message.ts'
import { parseVersions, type VersionRange } from './schema/versions.ts'

export interface Api {
  readonly key: number
  /** Kafka's name without `Request`, such as `Heartbeat`. */
  readonly name: string
  readonly request: Message
  readonly response: Message
  /** What can be encoded and decoded. */
  readonly versions: VersionRange
  /** What may be advertised: `versions` without a last version that Kafka still calls unstable. */
  readonly stableVersions: VersionRange
  /** Which listeners of Kafka serve it. */
  readonly listeners: readonly Listener[]
}

function api(request: Message, response: Message): Api {
  const versions = parseVersions(request.versions)
  return {
    key: request.apiKey,
    name: request.name.slice(0, -'Request'.length),
    request,
    response,
    versions,
    stableVersions: request.latestVersionUnstable ? { min: versions.min, max: versions.max - 1 } : versions,
    listeners: request.listeners,
  }
}

/** Every API that Milena can speak, by ascending key. */
export const apis: readonly Api[] = apiTable.map(([request, response]) => api(request, response))

const byKey: (Api | undefined)[] = []
for (const each of apis) byKey[each.key] = each

export function apiByKey(key: number): Api | undefined {
  return byKey[key]
}
