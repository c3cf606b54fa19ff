import { bytes, int16, int32, int64 } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ExpireDelegationTokenRequest = message({
  name: 'ExpireDelegationTokenRequest',
  apiKey: 40,
  kind: 'request',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    hmac: bytes('0+', { about: 'The secret of the token.' }),
    expiryTimePeriodMs: int64('0+', { about: 'A negative value lets the token expire now.' }),
  },
})
export type ExpireDelegationTokenRequest = Infer<typeof ExpireDelegationTokenRequest>

export const ExpireDelegationTokenResponse = message({
  name: 'ExpireDelegationTokenResponse',
  apiKey: 40,
  kind: 'response',
  versions: '1-2',
  flexible: '2+',
  fields: {
    errorCode: int16('0+'),
    expiryTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    throttleTimeMs: int32('0+'),
  },
})
export type ExpireDelegationTokenResponse = Infer<typeof ExpireDelegationTokenResponse>
