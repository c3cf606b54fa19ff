import { array, bool, float64, int16, int32, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const AlterClientQuotasRequest = message({
  name: 'AlterClientQuotasRequest',
  apiKey: 49,
  kind: 'request',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  fields: {
    entries: array('0+', {
      entity: array(
        '0+',
        {
          entityType: string('0+'),
          entityName: string('0+', { nullable: '0+', about: 'Null for the default of the type.' }),
        },
        { about: 'One name for each type, such as a user and a client id.' },
      ),
      ops: array('0+', {
        key: string('0+'),
        value: float64('0+'),
        remove: bool('0+', { about: 'Deletes the quota, whatever the value.' }),
      }),
    }),
    validateOnly: bool('0+', { about: 'Checks everything and changes nothing.' }),
  },
})
export type AlterClientQuotasRequest = Infer<typeof AlterClientQuotasRequest>

export const AlterClientQuotasResponse = message({
  name: 'AlterClientQuotasResponse',
  apiKey: 49,
  kind: 'response',
  versions: '0-1',
  flexible: '1+',
  fields: {
    throttleTimeMs: int32('0+'),
    entries: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      entity: array(
        '0+',
        {
          entityType: string('0+'),
          entityName: string('0+', { nullable: '0+', about: 'Null for the default of the type.' }),
        },
        { about: 'One name for each type, such as a user and a client id.' },
      ),
    }),
  },
})
export type AlterClientQuotasResponse = Infer<typeof AlterClientQuotasResponse>
