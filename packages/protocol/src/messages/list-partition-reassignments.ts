import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ListPartitionReassignmentsRequest = message({
  name: 'ListPartitionReassignmentsRequest',
  apiKey: 46,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    timeoutMs: int32('0+', { default: 60000, about: 'How long the broker may take.' }),
    topics: array(
      '0+',
      {
        name: string('0+', { entityType: 'topicName' }),
        partitionIndexes: array('0+', 'int32'),
      },
      { nullable: '0+', default: null, about: 'Null for all.' },
    ),
  },
})
export type ListPartitionReassignmentsRequest = Infer<typeof ListPartitionReassignmentsRequest>

export const ListPartitionReassignmentsResponse = message({
  name: 'ListPartitionReassignmentsResponse',
  apiKey: 46,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        replicas: array('0+', 'int32', { entityType: 'brokerId', about: 'The first is the preferred leader.' }),
        addingReplicas: array('0+', 'int32', {
          entityType: 'brokerId',
          about: 'Those that a reassignment is bringing in.',
        }),
        removingReplicas: array('0+', 'int32', {
          entityType: 'brokerId',
          about: 'Those that a reassignment will drop in the end.',
        }),
      }),
    }),
  },
})
export type ListPartitionReassignmentsResponse = Infer<typeof ListPartitionReassignmentsResponse>
