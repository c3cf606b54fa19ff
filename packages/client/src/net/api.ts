import { parseVersions } from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'

/** A request and the response that belongs to it, so that one cannot be sent and the other awaited. */
export interface Api<Q extends Message = Message, S extends Message = Message> {
  readonly key: number
  readonly name: string
  readonly request: Q
  readonly response: S
  /** The versions that this client speaks. */
  readonly minVersion: number
  readonly maxVersion: number
}

export type RequestBody<Q extends Message> = Input<Q>
/** A body, or what makes one of the version agreed on, where versions say the same thing in different fields. */
export type VersionedBody<Q extends Message> = RequestBody<Q> | ((version: number) => RequestBody<Q>)
export type ResponseBody<S extends Message> = Infer<S>

export type { VersionRange } from '@milena/protocol'

/** Pairs a request with its response, in all stable versions that can be encoded. */
export function defineApi<Q extends Message, S extends Message>(request: Q, response: S): Api<Q, S> {
  const { min, max } = parseVersions(request.versions)
  return {
    key: request.apiKey,
    name: request.name.replace(/Request$/, ''),
    request,
    response,
    minVersion: min,
    maxVersion: request.latestVersionUnstable ? max - 1 : max,
  }
}
