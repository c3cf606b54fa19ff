import { array, bool, bytes, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Enters a classic group, or takes part in its next rebalance.
 * Versions: 1 rebalance timeout; 4 MEMBER_ID_REQUIRED; 5 static members; 6 flexible; 8 reason.
 */
export const JoinGroupRequest = message({
  name: 'JoinGroupRequest',
  apiKey: 11,
  kind: 'request',
  versions: '0-9',
  flexible: '6+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    sessionTimeoutMs: int32('0+', { about: 'A member that is silent for longer is thrown out.' }),
    rebalanceTimeoutMs: int32('1+', {
      default: -1,
      ignorable: true,
      about: 'How long the group waits for the member in a rebalance; -1 for the session timeout.',
    }),
    memberId: string('0+', { about: 'Empty in the first request of a dynamic member.' }),
    groupInstanceId: string('5+', { nullable: '5+', default: null, about: 'Makes the member static (KIP-345).' }),
    protocolType: string('0+', { about: 'What the group is for, such as consumer or connect.' }),
    protocols: array(
      '0+',
      {
        name: string('0+', { mapKey: true }),
        metadata: bytes('0+', { about: 'In the format of the protocol, opaque to the broker.' }),
      },
      { about: 'By preference.' },
    ),
    reason: string('8+', { nullable: '8+', default: null, ignorable: true, about: 'For the log of the broker.' }),
  },
})
export type JoinGroupRequest = Infer<typeof JoinGroupRequest>

/**
 * Versions: 5 static members; 7 protocol type, and a protocol name that may be null; 9 the leader may skip the
 * assignment (KIP-814).
 */
export const JoinGroupResponse = message({
  name: 'JoinGroupResponse',
  apiKey: 11,
  kind: 'response',
  versions: '0-9',
  flexible: '6+',
  fields: {
    throttleTimeMs: int32('2+', { ignorable: true }),
    errorCode: int16('0+'),
    generationId: int32('0+', { default: -1, about: 'Grows with every rebalance; -1 outside of the group.' }),
    protocolType: string('7+', {
      nullable: '7+',
      default: null,
      ignorable: true,
      about: 'What the group is for, such as consumer or connect.',
    }),
    protocolName: string('0+', {
      nullable: '7+',
      about: 'The protocol that all members can speak, such as an assignor.',
    }),
    leader: string('0+', { about: 'The member id of the leader of the group.' }),
    skipAssignment: bool('9+', {
      default: false,
      about: 'The leader need not compute an assignment, since it is the old one.',
    }),
    memberId: string('0+'),
    members: array('0+', {
      memberId: string('0+'),
      groupInstanceId: string('5+', {
        nullable: '5+',
        default: null,
        ignorable: true,
        about: 'Makes the member static (KIP-345).',
      }),
      metadata: bytes('0+', { about: 'In the format of the protocol, opaque to the broker.' }),
    }),
  },
})
export type JoinGroupResponse = Infer<typeof JoinGroupResponse>
