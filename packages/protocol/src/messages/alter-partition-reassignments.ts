import { array, bool, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const AlterPartitionReassignmentsRequest = message({
  name: 'AlterPartitionReassignmentsRequest',
  apiKey: 45,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    timeoutMs: int32('0+', { default: 60000, about: 'How long the broker may take.' }),
    allowReplicationFactorChange: bool('1+', {
      default: true,
      about: 'When false, each partition must keep as many replicas as it has.',
    }),
    topics: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        replicas: array('0+', 'int32', {
          nullable: '0+',
          default: null,
          entityType: 'brokerId',
          about: 'Null cancels the reassignment under way.',
        }),
      }),
    }),
  },
})
export type AlterPartitionReassignmentsRequest = Infer<typeof AlterPartitionReassignmentsRequest>

export const AlterPartitionReassignmentsResponse = message({
  name: 'AlterPartitionReassignmentsResponse',
  apiKey: 45,
  kind: 'response',
  versions: '0-1',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    allowReplicationFactorChange: bool('1+', {
      default: true,
      ignorable: true,
      about: 'When false, each partition must keep as many replicas as it has.',
    }),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    responses: array('0+', {
      name: string('0+', { entityType: 'topicName' }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
      }),
    }),
  },
})
export type AlterPartitionReassignmentsResponse = Infer<typeof AlterPartitionReassignmentsResponse>
