import { array, int16, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const SaslHandshakeRequest = message({
  name: 'SaslHandshakeRequest',
  apiKey: 17,
  kind: 'request',
  versions: '0-1',
  flexible: 'none',
  listeners: ['broker', 'controller'],
  fields: {
    mechanism: string('0+'),
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
    mechanisms: array('0+', 'string'),
  },
})
export type SaslHandshakeResponse = Infer<typeof SaslHandshakeResponse>
