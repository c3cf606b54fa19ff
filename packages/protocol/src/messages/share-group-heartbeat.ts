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
    memberEpoch: int32('0+'),
    rackId: string('0+', { nullable: '0+', default: null }),
    subscribedTopicNames: array('0+', 'string', { nullable: '0+', default: null, entityType: 'topicName' }),
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
    heartbeatIntervalMs: int32('0+'),
    assignment: struct(
      '0+',
      {
        topicPartitions: array('0+', {
          topicId: uuid('0+'),
          partitions: array('0+', 'int32'),
        }),
      },
      { nullable: '0+', default: null },
    ),
  },
})
export type ShareGroupHeartbeatResponse = Infer<typeof ShareGroupHeartbeatResponse>
