import { array, bool, float64, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const DescribeClientQuotasRequest = message({
  name: 'DescribeClientQuotasRequest',
  apiKey: 48,
  kind: 'request',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker'],
  fields: {
    components: array(
      '0+',
      {
        entityType: string('0+'),
        matchType: int8('0+', { about: '0 this name, 1 the default, 2 any name.' }),
        match: string('0+', { nullable: '0+', about: 'The name that must match; null by matchType.' }),
      },
      { about: 'What entities must match; all entities when empty.' },
    ),
    strict: bool('0+', { about: 'Entities with other types besides those of the filter do not match.' }),
  },
})
export type DescribeClientQuotasRequest = Infer<typeof DescribeClientQuotasRequest>

export const DescribeClientQuotasResponse = message({
  name: 'DescribeClientQuotasResponse',
  apiKey: 48,
  kind: 'response',
  versions: '0-1',
  flexible: '1+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    entries: array(
      '0+',
      {
        entity: array(
          '0+',
          {
            entityType: string('0+'),
            entityName: string('0+', { nullable: '0+', about: 'Null for the default of the type.' }),
          },
          { about: 'One name for each type, such as a user and a client id.' },
        ),
        values: array('0+', {
          key: string('0+'),
          value: float64('0+', { about: 'The limit.' }),
        }),
      },
      { nullable: '0+' },
    ),
  },
})
export type DescribeClientQuotasResponse = Infer<typeof DescribeClientQuotasResponse>
