import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ElectLeadersRequest = message({
  name: 'ElectLeadersRequest',
  apiKey: 43,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    electionType: int8('1+', { about: '0 the preferred replica, 1 unclean.' }),
    topicPartitions: array(
      '0+',
      {
        topic: string('0+', { mapKey: true, entityType: 'topicName' }),
        partitions: array('0+', 'int32'),
      },
      { nullable: '0+', about: 'Null for all.' },
    ),
    timeoutMs: int32('0+', { default: 60000, about: 'How long the broker may take.' }),
  },
})
export type ElectLeadersRequest = Infer<typeof ElectLeadersRequest>

export const ElectLeadersResponse = message({
  name: 'ElectLeadersResponse',
  apiKey: 43,
  kind: 'response',
  versions: '0-2',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('1+'),
    replicaElectionResults: array('0+', {
      topic: string('0+', { entityType: 'topicName' }),
      partitionResult: array('0+', {
        partitionId: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
      }),
    }),
  },
})
export type ElectLeadersResponse = Infer<typeof ElectLeadersResponse>
