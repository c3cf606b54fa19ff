import { array, int16, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Chooses a SASL mechanism. Versions: 0 lets raw tokens follow, 1 SaslAuthenticate requests. */
export const SaslHandshakeRequest = message({
  name: 'SaslHandshakeRequest',
  apiKey: 17,
  kind: 'request',
  versions: '0-1',
  flexible: 'none',
  listeners: ['broker', 'controller'],
  fields: {
    mechanism: string('0+', { about: 'The SASL mechanism that the client wants to use.' }),
  },
})
export type SaslHandshakeRequest = Infer<typeof SaslHandshakeRequest>

export const SaslHandshakeResponse = message({
  name: 'SaslHandshakeResponse',
  apiKey: 17,
  kind: 'response',
  versions: '0-1',
  flexible: 'none',
  fields: {
    errorCode: int16('0+'),
    mechanisms: array('0+', 'string', { about: 'What the broker offers.' }),
  },
})
export type SaslHandshakeResponse = Infer<typeof SaslHandshakeResponse>
