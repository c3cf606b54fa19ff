import { array, bytes, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Brings the leader's assignment to the members of a classic group.
 * Versions: 3 static members; 4 flexible; 5 checks the protocol.
 */
export const SyncGroupRequest = message({
  name: 'SyncGroupRequest',
  apiKey: 14,
  kind: 'request',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    generationId: int32('0+', { about: 'Grows with every rebalance; -1 outside of the group.' }),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null, about: 'Makes the member static (KIP-345).' }),
    protocolType: string('5+', {
      nullable: '5+',
      default: null,
      ignorable: true,
      about: 'What the member takes the type to be; null for no check.',
    }),
    protocolName: string('5+', {
      nullable: '5+',
      default: null,
      ignorable: true,
      about: 'What the member takes the protocol to be; null for no check.',
    }),
    assignments: array(
      '0+',
      {
        memberId: string('0+'),
        assignment: bytes('0+', { about: 'In the format of the protocol, opaque to the broker.' }),
      },
      { about: 'From the leader alone: the share of each member.' },
    ),
  },
})
export type SyncGroupRequest = Infer<typeof SyncGroupRequest>

export const SyncGroupResponse = message({
  name: 'SyncGroupResponse',
  apiKey: 14,
  kind: 'response',
  versions: '0-5',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('0+'),
    protocolType: string('5+', {
      nullable: '5+',
      default: null,
      ignorable: true,
      about: 'What the group is for, such as consumer or connect.',
    }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignment: bytes('0+', { about: 'In the format of the protocol, opaque to the broker.' }),
  },
})
export type SyncGroupResponse = Infer<typeof SyncGroupResponse>
