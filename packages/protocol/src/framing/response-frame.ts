import { decodeWithEnd, encodeInChunks } from '../codec/codec.ts'
import { ResponseHeader } from '../messages/headers.ts'
import type { Input, Message } from '../schema/message.ts'
import { responseHeaderVersion } from './header-versions.ts'

/** A whole frame with its size in front; large bytes and records are chunks of their own. */
export function encodeResponseFrame<M extends Message>(
  message: M,
  version: number,
  correlationId: number,
  body: Input<M>,
): Uint8Array[] {
  return encodeInChunks(
    { message: ResponseHeader, version: responseHeaderVersion(message, version), value: { correlationId } },
    { message, version, value: body },
    { sizePrefix: true },
  )
}

export interface DecodedResponseHeader {
  readonly correlationId: number
  /** Where the body begins in the frame. */
  readonly bodyOffset: number
}

/** Reads the header of a frame that comes without its size. */
export function decodeResponseHeader(frame: Uint8Array, message: Message, version: number): DecodedResponseHeader {
  const { value, end } = decodeWithEnd(ResponseHeader, responseHeaderVersion(message, version), frame)
  return { correlationId: value.correlationId, bodyOffset: end }
}
