import { array, int16, int32, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ShareGroupHeartbeatRequest = message({
  name: 'ShareGroupHeartbeatRequest',
  apiKey: 76,
  kind: 'request',
  versions: '1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    memberId: string('0+'),
    memberEpoch: int32('0+', {
      about:
        'The epoch of the assignment that the member has; 0 joins, -1 leaves, -2 leaves for a while as a static member.',
    }),
    rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
    subscribedTopicNames: array('0+', 'string', {
      nullable: '0+',
      default: null,
      entityType: 'topicName',
      about: 'Null when nothing changed since the last heartbeat.',
    }),
  },
})
export type ShareGroupHeartbeatRequest = Infer<typeof ShareGroupHeartbeatRequest>

export const ShareGroupHeartbeatResponse = message({
  name: 'ShareGroupHeartbeatResponse',
  apiKey: 76,
  kind: 'response',
  versions: '1',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    memberId: string('0+', { nullable: '0+', default: null }),
    memberEpoch: int32('0+'),
    heartbeatIntervalMs: int32('0+', { about: 'When the next heartbeat is due.' }),
    assignment: struct(
      '0+',
      {
        topicPartitions: array('0+', {
          topicId: uuid('0+'),
          partitions: array('0+', 'int32'),
        }),
      },
      { nullable: '0+', default: null, about: 'Null when nothing changed.' },
    ),
  },
})
export type ShareGroupHeartbeatResponse = Infer<typeof ShareGroupHeartbeatResponse>
