import { bytes, int16, int32, int64 } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const RenewDelegationTokenRequest = message({
  name: 'RenewDelegationTokenRequest',
  apiKey: 39,
  kind: 'request',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    hmac: bytes('0+', { about: 'The secret of the token.' }),
    renewPeriodMs: int64('0+', { about: 'How long the token shall live from now on.' }),
  },
})
export type RenewDelegationTokenRequest = Infer<typeof RenewDelegationTokenRequest>

export const RenewDelegationTokenResponse = message({
  name: 'RenewDelegationTokenResponse',
  apiKey: 39,
  kind: 'response',
  versions: '1-2',
  flexible: '2+',
  fields: {
    errorCode: int16('0+'),
    expiryTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    throttleTimeMs: int32('0+'),
  },
})
export type RenewDelegationTokenResponse = Infer<typeof RenewDelegationTokenResponse>
