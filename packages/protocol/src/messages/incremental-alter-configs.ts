import { array, bool, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Changes some keys of the configuration of a resource (KIP-339). */
export const IncrementalAlterConfigsRequest = message({
  name: 'IncrementalAlterConfigsRequest',
  apiKey: 44,
  kind: 'request',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  fields: {
    resources: array('0+', {
      resourceType: int8('0+', { mapKey: true, about: '2 topic, 4 broker, 8 logger, 16 client metrics, 32 group.' }),
      resourceName: string('0+', { mapKey: true }),
      configs: array('0+', {
        name: string('0+', { mapKey: true }),
        configOperation: int8('0+', { mapKey: true, about: '0 set, 1 delete, 2 append, 3 subtract.' }),
        value: string('0+', { nullable: '0+', about: 'Null to delete.' }),
      }),
    }),
    validateOnly: bool('0+', { about: 'Checks everything and changes nothing.' }),
  },
})
export type IncrementalAlterConfigsRequest = Infer<typeof IncrementalAlterConfigsRequest>

export const IncrementalAlterConfigsResponse = message({
  name: 'IncrementalAlterConfigsResponse',
  apiKey: 44,
  kind: 'response',
  versions: '0-1',
  flexible: '1+',
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
export type IncrementalAlterConfigsResponse = Infer<typeof IncrementalAlterConfigsResponse>
