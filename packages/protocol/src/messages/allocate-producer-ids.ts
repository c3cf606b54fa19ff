import { int16, int32, int64 } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** From a broker to the controller: asks for a block of producer ids. */
export const AllocateProducerIdsRequest = message({
  name: 'AllocateProducerIdsRequest',
  apiKey: 67,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  fields: {
    brokerId: int32('0+', { entityType: 'brokerId' }),
    brokerEpoch: int64('0+', { default: -1, about: 'Grows with every registration of the broker.' }),
  },
})
export type AllocateProducerIdsRequest = Infer<typeof AllocateProducerIdsRequest>

export const AllocateProducerIdsResponse = message({
  name: 'AllocateProducerIdsResponse',
  apiKey: 67,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    producerIdStart: int64('0+', { entityType: 'producerId' }),
    producerIdLen: int32('0+', { about: 'How many ids the block has.' }),
  },
})
export type AllocateProducerIdsResponse = Infer<typeof AllocateProducerIdsResponse>
