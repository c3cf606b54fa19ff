import { array, bytes, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const AlterUserScramCredentialsRequest = message({
  name: 'AlterUserScramCredentialsRequest',
  apiKey: 51,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    deletions: array('0+', {
      name: string('0+'),
      mechanism: int8('0+', { about: '1 SCRAM-SHA-256, 2 SCRAM-SHA-512.' }),
    }),
    upsertions: array('0+', {
      name: string('0+'),
      mechanism: int8('0+', { about: '1 SCRAM-SHA-256, 2 SCRAM-SHA-512.' }),
      iterations: int32('0+', { about: 'Of the hash.' }),
      salt: bytes('0+'),
      saltedPassword: bytes('0+'),
    }),
  },
})
export type AlterUserScramCredentialsRequest = Infer<typeof AlterUserScramCredentialsRequest>

export const AlterUserScramCredentialsResponse = message({
  name: 'AlterUserScramCredentialsResponse',
  apiKey: 51,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      user: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
    }),
  },
})
export type AlterUserScramCredentialsResponse = Infer<typeof AlterUserScramCredentialsResponse>
