import { apiByKey } from '../apis.ts'
import { decodeWithEnd, encodeInChunks } from '../codec/codec.ts'
import { RequestHeader } from '../messages/headers.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { Input, Message } from '../schema/message.ts'
import { requestHeaderVersion } from './header-versions.ts'

export interface RequestFrameOptions<M extends Message> {
  readonly message: M
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly body: Input<M>
}

/** A whole frame with its size in front; large bytes and records are chunks of their own. */
export function encodeRequestFrame<M extends Message>(options: RequestFrameOptions<M>): Uint8Array[] {
  const { message, version, correlationId, clientId, body } = options
  const header: Input<typeof RequestHeader> = {
    requestApiKey: message.apiKey,
    requestApiVersion: version,
    correlationId,
    clientId,
  }
  const headerVersion = requestHeaderVersion(message, version)
  return encodeInChunks(
    { message: RequestHeader, version: headerVersion, value: header },
    { message, version, value: body },
    { sizePrefix: true },
  )
}

export interface DecodedRequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** Where the body begins in the frame. */
  readonly bodyOffset: number
}

/**
 * Reads the header of a frame that comes without its size. The version may be one that nobody supports: its header
 * can be read all the same, and ApiVersions must be answered then. An unknown key is a ProtocolError.
 */
export function decodeRequestHeader(frame: Uint8Array): DecodedRequestHeader {
  if (frame.length < 8) throw new ProtocolError(`a request of ${frame.length} bytes has no header`)
  const apiKey = ((frame[0]! << 24) | (frame[1]! << 16)) >> 16
  const apiVersion = ((frame[2]! << 24) | (frame[3]! << 16)) >> 16
  const api = apiByKey(apiKey)
  if (api === undefined) throw new ProtocolError(`there is no API with key ${apiKey}`)
  const { value, end } = decodeWithEnd(RequestHeader, requestHeaderVersion(api.request, apiVersion), frame)
  return { apiKey, apiVersion, correlationId: value.correlationId, clientId: value.clientId, bodyOffset: end }
}
