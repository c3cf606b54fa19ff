import { int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const UnregisterBrokerRequest = message({
  name: 'UnregisterBrokerRequest',
  apiKey: 64,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
  },
})
export type UnregisterBrokerRequest = Infer<typeof UnregisterBrokerRequest>

export const UnregisterBrokerResponse = message({
  name: 'UnregisterBrokerResponse',
  apiKey: 64,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
  },
})
export type UnregisterBrokerResponse = Infer<typeof UnregisterBrokerResponse>
