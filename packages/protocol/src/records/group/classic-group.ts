import { array, bytes, int32, int64, string } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const GroupMetadataKey = message({
  name: 'GroupMetadataKey',
  apiKey: 2,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    group: string('0'),
  },
})
export type GroupMetadataKey = Infer<typeof GroupMetadataKey>

export const GroupMetadataValue = message({
  name: 'GroupMetadataValue',
  apiKey: 2,
  kind: 'coordinator-value',
  versions: '0-4',
  flexible: '4+',
  fields: {
    protocolType: string('0+'),
    generation: int32('0+'),
    protocol: string('0+', { nullable: '0+' }),
    leader: string('0+', { nullable: '0+' }),
    currentStateTimestamp: int64('2+', { default: -1, ignorable: true }),
    members: array('0+', {
      memberId: string('0+'),
      groupInstanceId: string('3+', { nullable: '3+', default: null, ignorable: true }),
      clientId: string('0+'),
      clientHost: string('0+'),
      rebalanceTimeout: int32('1+', { default: -1, ignorable: true }),
      sessionTimeout: int32('0+'),
      subscription: bytes('0+'),
      assignment: bytes('0+'),
    }),
  },
})
export type GroupMetadataValue = Infer<typeof GroupMetadataValue>
