import { array, bytes, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeDelegationTokenRequest = message({
  name: 'DescribeDelegationTokenRequest',
  apiKey: 41,
  kind: 'request',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    owners: array(
      '0+',
      {
        principalType: string('0+'),
        principalName: string('0+'),
      },
      { nullable: '0+' },
    ),
  },
})
export type DescribeDelegationTokenRequest = Infer<typeof DescribeDelegationTokenRequest>

export const DescribeDelegationTokenResponse = message({
  name: 'DescribeDelegationTokenResponse',
  apiKey: 41,
  kind: 'response',
  versions: '1-3',
  flexible: '2+',
  fields: {
    errorCode: int16('0+'),
    tokens: array('0+', {
      principalType: string('0+'),
      principalName: string('0+'),
      tokenRequesterPrincipalType: string('3+'),
      tokenRequesterPrincipalName: string('3+'),
      issueTimestamp: int64('0+', { about: 'In ms since 1970.' }),
      expiryTimestamp: int64('0+', { about: 'In ms since 1970.' }),
      maxTimestamp: int64('0+', { about: 'The end of all renewals, in ms since 1970.' }),
      tokenId: string('0+'),
      hmac: bytes('0+', { about: 'The secret of the token.' }),
      renewers: array(
        '0+',
        {
          principalType: string('0+'),
          principalName: string('0+'),
        },
        { about: 'Who besides the owner may renew the token.' },
      ),
    }),
    throttleTimeMs: int32('0+'),
  },
})
export type DescribeDelegationTokenResponse = Infer<typeof DescribeDelegationTokenResponse>
