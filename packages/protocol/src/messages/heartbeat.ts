import { int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Keeps a member of a classic group alive. Versions: 3 static members; 4 flexible. */
export const HeartbeatRequest = message({
  name: 'HeartbeatRequest',
  apiKey: 12,
  kind: 'request',
  versions: '0-4',
  flexible: '4+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    generationId: int32('0+', { about: 'Grows with every rebalance; -1 outside of the group.' }),
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null, about: 'Makes the member static (KIP-345).' }),
  },
})
export type HeartbeatRequest = Infer<typeof HeartbeatRequest>

export const HeartbeatResponse = message({
  name: 'HeartbeatResponse',
  apiKey: 12,
  kind: 'response',
  versions: '0-4',
  flexible: '4+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('0+'),
  },
})
export type HeartbeatResponse = Infer<typeof HeartbeatResponse>
