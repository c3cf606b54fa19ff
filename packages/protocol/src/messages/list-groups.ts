import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ListGroupsRequest = message({
  name: 'ListGroupsRequest',
  apiKey: 16,
  kind: 'request',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    statesFilter: array('4+', 'string'),
    typesFilter: array('5+', 'string'),
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
      protocolType: string('0+'),
      groupState: string('4+', { ignorable: true }),
      groupType: string('5+', { ignorable: true }),
    }),
  },
})
export type ListGroupsResponse = Infer<typeof ListGroupsResponse>
