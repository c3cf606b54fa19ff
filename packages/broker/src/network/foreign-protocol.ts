/** Guesses what a peer speaks that does not speak Kafka, from its first four bytes, for the log line that says so. */

const HTTP_METHODS = ['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC', 'PRI ', 'HTTP']
const TLS_HANDSHAKE = 0x16
const TLS_ALERT = 0x15

/** `sizePrefix`: the four bytes where Kafka has the frame's length, as a signed integer. */
export function foreignProtocol(sizePrefix: number): string | undefined {
  const bytes = [sizePrefix >>> 24, (sizePrefix >>> 16) & 0xff, (sizePrefix >>> 8) & 0xff, sizePrefix & 0xff]
  // A TLS record begins with its type and the version 3.x.
  if ((bytes[0] === TLS_HANDSHAKE || bytes[0] === TLS_ALERT) && bytes[1] === 3) return 'TLS'
  const text = String.fromCharCode(...bytes)
  if (HTTP_METHODS.includes(text)) return 'HTTP'
  if (text === 'SSH-') return 'SSH'
  return undefined
}
