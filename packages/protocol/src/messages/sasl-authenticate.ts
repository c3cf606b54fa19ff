import { bytes, int16, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Carries the tokens of a SASL exchange. Versions: 1 lifetime of the session (KIP-368); 2 flexible. */
export const SaslAuthenticateRequest = message({
  name: 'SaslAuthenticateRequest',
  apiKey: 36,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    authBytes: bytes('0+', { about: 'What the SASL mechanism says, opaque here.' }),
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
    authBytes: bytes('0+', { about: 'What the SASL mechanism says, opaque here.' }),
    sessionLifetimeMs: int64('1+', {
      default: 0,
      ignorable: true,
      about: 'Authenticate again before it ends; 0 for no end.',
    }),
  },
})
export type SaslAuthenticateResponse = Infer<typeof SaslAuthenticateResponse>
