/** Bytes that are not what they should be, or a value that cannot be written. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError'
}

/** A version that the message does not have, or a value that the version cannot carry. */
export class UnsupportedVersionError extends ProtocolError {
  override readonly name = 'UnsupportedVersionError'
}
