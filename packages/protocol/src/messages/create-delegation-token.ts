import { array, bytes, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const CreateDelegationTokenRequest = message({
  name: 'CreateDelegationTokenRequest',
  apiKey: 38,
  kind: 'request',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    ownerPrincipalType: string('3+', { nullable: '3+' }),
    ownerPrincipalName: string('3+', { nullable: '3+' }),
    renewers: array(
      '0+',
      {
        principalType: string('0+'),
        principalName: string('0+'),
      },
      { about: 'Who besides the owner may renew the token.' },
    ),
    maxLifetimeMs: int64('0+', { about: '-1 for the longest that the broker allows.' }),
  },
})
export type CreateDelegationTokenRequest = Infer<typeof CreateDelegationTokenRequest>

export const CreateDelegationTokenResponse = message({
  name: 'CreateDelegationTokenResponse',
  apiKey: 38,
  kind: 'response',
  versions: '1-3',
  flexible: '2+',
  fields: {
    errorCode: int16('0+'),
    principalType: string('0+'),
    principalName: string('0+'),
    tokenRequesterPrincipalType: string('3+'),
    tokenRequesterPrincipalName: string('3+'),
    issueTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    expiryTimestampMs: int64('0+', { about: 'In ms since 1970.' }),
    maxTimestampMs: int64('0+', { about: 'The end of all renewals, in ms since 1970.' }),
    tokenId: string('0+'),
    hmac: bytes('0+', { about: 'The secret of the token.' }),
    throttleTimeMs: int32('0+'),
  },
})
export type CreateDelegationTokenResponse = Infer<typeof CreateDelegationTokenResponse>
