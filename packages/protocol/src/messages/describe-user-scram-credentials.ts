import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeUserScramCredentialsRequest = message({
  name: 'DescribeUserScramCredentialsRequest',
  apiKey: 50,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    users: array(
      '0+',
      {
        name: string('0+'),
      },
      { nullable: '0+', about: 'Null or empty for all.' },
    ),
  },
})
export type DescribeUserScramCredentialsRequest = Infer<typeof DescribeUserScramCredentialsRequest>

export const DescribeUserScramCredentialsResponse = message({
  name: 'DescribeUserScramCredentialsResponse',
  apiKey: 50,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    results: array('0+', {
      user: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      credentialInfos: array('0+', {
        mechanism: int8('0+', { about: '1 SCRAM-SHA-256, 2 SCRAM-SHA-512.' }),
        iterations: int32('0+', { about: 'Of the hash.' }),
      }),
    }),
  },
})
export type DescribeUserScramCredentialsResponse = Infer<typeof DescribeUserScramCredentialsResponse>
