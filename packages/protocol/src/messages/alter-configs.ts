import { array, bool, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Replaces the whole configuration of a resource; IncrementalAlterConfigs has taken its place. */
export const AlterConfigsRequest = message({
  name: 'AlterConfigsRequest',
  apiKey: 33,
  kind: 'request',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  fields: {
    resources: array('0+', {
      resourceType: int8('0+', { mapKey: true, about: '2 topic, 4 broker, 8 logger, 16 client metrics, 32 group.' }),
      resourceName: string('0+', { mapKey: true }),
      configs: array('0+', {
        name: string('0+', { mapKey: true }),
        value: string('0+', { nullable: '0+' }),
      }),
    }),
    validateOnly: bool('0+', { about: 'Checks everything and changes nothing.' }),
  },
})
export type AlterConfigsRequest = Infer<typeof AlterConfigsRequest>

export const AlterConfigsResponse = message({
  name: 'AlterConfigsResponse',
  apiKey: 33,
  kind: 'response',
  versions: '0-2',
  flexible: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    responses: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
    }),
  },
})
export type AlterConfigsResponse = Infer<typeof AlterConfigsResponse>
