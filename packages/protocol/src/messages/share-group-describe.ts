import { array, bool, int16, int32, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ShareGroupDescribeRequest = message({
  name: 'ShareGroupDescribeRequest',
  apiKey: 77,
  kind: 'request',
  versions: '1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupIds: array('0+', 'string', { entityType: 'groupId' }),
    includeAuthorizedOperations: bool('0+'),
  },
})
export type ShareGroupDescribeRequest = Infer<typeof ShareGroupDescribeRequest>

export const ShareGroupDescribeResponse = message({
  name: 'ShareGroupDescribeResponse',
  apiKey: 77,
  kind: 'response',
  versions: '1',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+', { entityType: 'groupId' }),
      groupState: string('0+'),
      groupEpoch: int32('0+', { about: 'Grows whenever the assignment must be computed anew.' }),
      assignmentEpoch: int32('0+', { about: 'The group epoch for which the assignment was computed.' }),
      assignorName: string('0+'),
      members: array('0+', {
        memberId: string('0+'),
        rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
        memberEpoch: int32('0+'),
        clientId: string('0+'),
        clientHost: string('0+', { about: 'The address from which the member speaks.' }),
        subscribedTopicNames: array('0+', 'string', { entityType: 'topicName' }),
        assignment: struct('0+', {
          topicPartitions: array('0+', {
            topicId: uuid('0+'),
            topicName: string('0+', { entityType: 'topicName' }),
            partitions: array('0+', 'int32'),
          }),
        }),
      }),
      authorizedOperations: int32('0+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
  },
})
export type ShareGroupDescribeResponse = Infer<typeof ShareGroupDescribeResponse>
