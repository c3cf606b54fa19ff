import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Leaves a classic group. Versions: 3 several members at once; 4 flexible; 5 reason. */
export const LeaveGroupRequest = message({
  name: 'LeaveGroupRequest',
  apiKey: 13,
  kind: 'request',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    memberId: string('0-2'),
    members: array('3+', {
      memberId: string('3+'),
      groupInstanceId: string('3+', { nullable: '3+', default: null, about: 'Makes the member static (KIP-345).' }),
      reason: string('5+', { nullable: '5+', default: null, ignorable: true, about: 'For the log of the broker.' }),
    }),
  },
})
export type LeaveGroupRequest = Infer<typeof LeaveGroupRequest>

export const LeaveGroupResponse = message({
  name: 'LeaveGroupResponse',
  apiKey: 13,
  kind: 'response',
  versions: '0-5',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('0+'),
    members: array('3+', {
      memberId: string('3+'),
      groupInstanceId: string('3+', { nullable: '3+', about: 'Makes the member static (KIP-345).' }),
      errorCode: int16('3+'),
    }),
  },
})
export type LeaveGroupResponse = Infer<typeof LeaveGroupResponse>
