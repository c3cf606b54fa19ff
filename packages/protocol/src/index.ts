// Everything of messages.ts, and what turns messages into bytes and back.
export * from './messages.ts'
export { decode, decodeWithEnd, encode, encodeChunks } from './codec/codec.ts'
export { type ApiMessageFrame, readApiMessageFrame } from './framing/api-message-frame.ts'
export { requestHeaderVersion, responseHeaderVersion } from './framing/header-versions.ts'
export {
  type DecodedRequestHeader,
  decodeRequestHeader,
  encodeRequestFrame,
  type RequestFrameOptions,
} from './framing/request-frame.ts'
export { type DecodedResponseHeader, decodeResponseHeader, encodeResponseFrame } from './framing/response-frame.ts'
