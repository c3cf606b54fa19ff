import { array, int16, int32, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Joins, keeps and leaves a consumer group (KIP-848).
 * Versions: 1 regular expressions, and member ids made by clients (KIP-1082).
 */
export const ConsumerGroupHeartbeatRequest = message({
  name: 'ConsumerGroupHeartbeatRequest',
  apiKey: 68,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    memberId: string('0+', { about: 'Chosen by the client since version 1, by the coordinator before.' }),
    memberEpoch: int32('0+', {
      about:
        'The epoch of the assignment that the member has; 0 joins, -1 leaves, -2 leaves for a while as a static member.',
    }),
    instanceId: string('0+', {
      nullable: '0+',
      default: null,
      about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
    }),
    rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
    rebalanceTimeoutMs: int32('0+', {
      default: -1,
      about: 'How long the member may take to give up what it loses; -1 when unchanged.',
    }),
    subscribedTopicNames: array('0+', 'string', {
      nullable: '0+',
      default: null,
      entityType: 'topicName',
      about: 'Null when nothing changed since the last heartbeat.',
    }),
    subscribedTopicRegex: string('1+', {
      nullable: '1+',
      default: null,
      about: 'In the syntax of RE2; null when nothing changed since the last heartbeat.',
    }),
    serverAssignor: string('0+', {
      nullable: '0+',
      default: null,
      about: 'Null leaves the choice to the coordinator, or says that nothing changed.',
    }),
    topicPartitions: array(
      '0+',
      {
        topicId: uuid('0+'),
        partitions: array('0+', 'int32'),
      },
      {
        nullable: '0+',
        default: null,
        about: 'What the member holds; null when nothing changed since the last heartbeat.',
      },
    ),
  },
})
export type ConsumerGroupHeartbeatRequest = Infer<typeof ConsumerGroupHeartbeatRequest>

export const ConsumerGroupHeartbeatResponse = message({
  name: 'ConsumerGroupHeartbeatResponse',
  apiKey: 68,
  kind: 'response',
  versions: '0-1',
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
export type ConsumerGroupHeartbeatResponse = Infer<typeof ConsumerGroupHeartbeatResponse>
