import { array, bool, float64, int16, int8, string } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const ConfigRecord = message({
  name: 'ConfigRecord',
  apiKey: 4,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    resourceType: int8('0+', { about: '2 topic, 4 broker, 16 client metrics, 32 group.' }),
    resourceName: string('0+', { about: 'Empty for the default of all brokers.' }),
    name: string('0+'),
    value: string('0+', { nullable: '0+', about: 'Null goes back to the default.' }),
  },
})
export type ConfigRecord = Infer<typeof ConfigRecord>

export const ClientQuotaRecord = message({
  name: 'ClientQuotaRecord',
  apiKey: 14,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    entity: array(
      '0+',
      {
        entityType: string('0+'),
        entityName: string('0+', { nullable: '0+', about: 'Null for the default of the type.' }),
      },
      { about: 'One name for each type, such as a user and a client id.' },
    ),
    key: string('0+'),
    value: float64('0+'),
    remove: bool('0+', { about: 'Deletes the quota, whatever the value.' }),
  },
})
export type ClientQuotaRecord = Infer<typeof ClientQuotaRecord>

export const FeatureLevelRecord = message({
  name: 'FeatureLevelRecord',
  apiKey: 12,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    name: string('0+'),
    featureLevel: int16('0+', { about: '0 removes the feature.' }),
  },
})
export type FeatureLevelRecord = Infer<typeof FeatureLevelRecord>
