import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ListConfigResourcesRequest = message({
  name: 'ListConfigResourcesRequest',
  apiKey: 74,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    resourceTypes: array('1+', 'int8'),
  },
})
export type ListConfigResourcesRequest = Infer<typeof ListConfigResourcesRequest>

export const ListConfigResourcesResponse = message({
  name: 'ListConfigResourcesResponse',
  apiKey: 74,
  kind: 'response',
  versions: '0-1',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    configResources: array('0+', {
      resourceName: string('0+'),
      resourceType: int8('1+', { default: 16, ignorable: true }),
    }),
  },
})
export type ListConfigResourcesResponse = Infer<typeof ListConfigResourcesResponse>
