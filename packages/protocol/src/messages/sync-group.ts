import { array, bytes, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const SyncGroupRequest = message({
  name: 'SyncGroupRequest',
  apiKey: 14,
  kind: 'request',
  versions: '0-5',
  flexible: '4+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    generationId: int32('0+'),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignments: array('0+', {
      memberId: string('0+'),
      assignment: bytes('0+'),
    }),
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
    protocolType: string('5+', { nullable: '5+', default: null, ignorable: true }),
    protocolName: string('5+', { nullable: '5+', default: null, ignorable: true }),
    assignment: bytes('0+'),
  },
})
export type SyncGroupResponse = Infer<typeof SyncGroupResponse>
