import { array, bool, int16, int32, int8, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

const assignment = {
  topicPartitions: array('0+', {
    topicId: uuid('0+'),
    topicName: string('0+', { entityType: 'topicName' }),
    partitions: array('0+', 'int32'),
  }),
}

export const ConsumerGroupDescribeRequest = message({
  name: 'ConsumerGroupDescribeRequest',
  apiKey: 69,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupIds: array('0+', 'string', { entityType: 'groupId' }),
    includeAuthorizedOperations: bool('0+'),
  },
})
export type ConsumerGroupDescribeRequest = Infer<typeof ConsumerGroupDescribeRequest>

export const ConsumerGroupDescribeResponse = message({
  name: 'ConsumerGroupDescribeResponse',
  apiKey: 69,
  kind: 'response',
  versions: '0-1',
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
        instanceId: string('0+', {
          nullable: '0+',
          default: null,
          about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
        }),
        rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
        memberEpoch: int32('0+'),
        clientId: string('0+'),
        clientHost: string('0+', { about: 'The address from which the member speaks.' }),
        subscribedTopicNames: array('0+', 'string', { entityType: 'topicName' }),
        subscribedTopicRegex: string('0+', { nullable: '0+', default: null, about: 'In the syntax of RE2.' }),
        assignment: struct('0+', assignment),
        targetAssignment: struct('0+', assignment),
        memberType: int8('1+', { default: -1, ignorable: true, about: '0 classic, 1 consumer, -1 unknown.' }),
      }),
      authorizedOperations: int32('0+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
  },
})
export type ConsumerGroupDescribeResponse = Infer<typeof ConsumerGroupDescribeResponse>
