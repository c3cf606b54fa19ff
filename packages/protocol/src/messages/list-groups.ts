import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Lists the groups that this broker coordinates.
 * Versions: 3 flexible; 4 filter by state; 5 filter by type (KIP-848).
 */
export const ListGroupsRequest = message({
  name: 'ListGroupsRequest',
  apiKey: 16,
  kind: 'request',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    statesFilter: array('4+', 'string', { about: 'Empty for all.' }),
    typesFilter: array('5+', 'string', { about: 'Empty for all.' }),
  },
})
export type ListGroupsRequest = Infer<typeof ListGroupsRequest>

export const ListGroupsResponse = message({
  name: 'ListGroupsResponse',
  apiKey: 16,
  kind: 'response',
  versions: '0-5',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('0+'),
    groups: array('0+', {
      groupId: string('0+', { entityType: 'groupId' }),
      protocolType: string('0+', { about: 'What the group is for, such as consumer or connect.' }),
      groupState: string('4+', { ignorable: true }),
      groupType: string('5+', { ignorable: true, about: 'Classic, consumer, share or streams.' }),
    }),
  },
})
export type ListGroupsResponse = Infer<typeof ListGroupsResponse>
