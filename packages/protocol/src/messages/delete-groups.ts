import { array, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DeleteGroupsRequest = message({
  name: 'DeleteGroupsRequest',
  apiKey: 42,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker'],
  fields: {
    groupsNames: array('0+', 'string', { entityType: 'groupId' }),
  },
})
export type DeleteGroupsRequest = Infer<typeof DeleteGroupsRequest>

export const DeleteGroupsResponse = message({
  name: 'DeleteGroupsResponse',
  apiKey: 42,
  kind: 'response',
  versions: '0-2',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      groupId: string('0+', { mapKey: true, entityType: 'groupId' }),
      errorCode: int16('0+'),
    }),
  },
})
export type DeleteGroupsResponse = Infer<typeof DeleteGroupsResponse>
