import { array, bool, bytes, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Shows classic groups.
 * Versions: 3 authorized operations; 4 static members; 5 flexible; 6 GROUP_ID_NOT_FOUND instead of a dead group.
 */
export const DescribeGroupsRequest = message({
  name: 'DescribeGroupsRequest',
  apiKey: 15,
  kind: 'request',
  versions: '0-6',
  flexible: '5+',
  listeners: ['broker'],
  fields: {
    groups: array('0+', 'string', { entityType: 'groupId' }),
    includeAuthorizedOperations: bool('3+'),
  },
})
export type DescribeGroupsRequest = Infer<typeof DescribeGroupsRequest>

export const DescribeGroupsResponse = message({
  name: 'DescribeGroupsResponse',
  apiKey: 15,
  kind: 'response',
  versions: '0-6',
  flexible: '5+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('6+', { nullable: '6+', default: null }),
      groupId: string('0+', { entityType: 'groupId' }),
      groupState: string('0+'),
      protocolType: string('0+', { about: 'What the group is for, such as consumer or connect.' }),
      protocolData: string('0+'),
      members: array('0+', {
        memberId: string('0+'),
        groupInstanceId: string('4+', {
          nullable: '4+',
          default: null,
          ignorable: true,
          about: 'Makes the member static (KIP-345).',
        }),
        clientId: string('0+'),
        clientHost: string('0+', { about: 'The address from which the member speaks.' }),
        memberMetadata: bytes('0+', { about: "In the format of the group's protocol." }),
        memberAssignment: bytes('0+', { about: "In the format of the group's protocol." }),
      }),
      authorizedOperations: int32('3+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
  },
})
export type DescribeGroupsResponse = Infer<typeof DescribeGroupsResponse>
