import { bytes, int16, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const SaslAuthenticateRequest = message({
  name: 'SaslAuthenticateRequest',
  apiKey: 36,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    authBytes: bytes('0+'),
  },
})
export type SaslAuthenticateRequest = Infer<typeof SaslAuthenticateRequest>

export const SaslAuthenticateResponse = message({
  name: 'SaslAuthenticateResponse',
  apiKey: 36,
  kind: 'response',
  versions: '0-2',
  flexible: '2+',
  fields: {
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    authBytes: bytes('0+'),
    sessionLifetimeMs: int64('1+', { default: 0, ignorable: true }),
  },
})
export type SaslAuthenticateResponse = Infer<typeof SaslAuthenticateResponse>
