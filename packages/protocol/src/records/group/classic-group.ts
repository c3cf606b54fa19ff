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
    protocolType: string('0+', { about: 'What the group is for, such as consumer or connect.' }),
    generation: int32('0+'),
    protocol: string('0+', { nullable: '0+' }),
    leader: string('0+', { nullable: '0+', about: 'The member id of the leader of the group.' }),
    currentStateTimestamp: int64('2+', {
      default: -1,
      ignorable: true,
      about: 'When the group entered its present state, in ms since 1970.',
    }),
    members: array('0+', {
      memberId: string('0+'),
      groupInstanceId: string('3+', {
        nullable: '3+',
        default: null,
        ignorable: true,
        about: 'Makes the member static (KIP-345).',
      }),
      clientId: string('0+'),
      clientHost: string('0+', { about: 'The address from which the member speaks.' }),
      rebalanceTimeout: int32('1+', { default: -1, ignorable: true, about: 'In ms.' }),
      sessionTimeout: int32('0+', { about: 'In ms.' }),
      subscription: bytes('0+'),
      assignment: bytes('0+'),
    }),
  },
})
export type GroupMetadataValue = Infer<typeof GroupMetadataValue>
