import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Version 0 lists client metrics, version 1 anything that can be configured. */
export const ListConfigResourcesRequest = message({
  name: 'ListConfigResourcesRequest',
  apiKey: 74,
  kind: 'request',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    resourceTypes: array('1+', 'int8', { about: 'Empty for all.' }),
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
      resourceType: int8('1+', {
        default: 16,
        ignorable: true,
        about: '2 topic, 4 broker, 8 logger, 16 client metrics, 32 group.',
      }),
    }),
  },
})
export type ListConfigResourcesResponse = Infer<typeof ListConfigResourcesResponse>
