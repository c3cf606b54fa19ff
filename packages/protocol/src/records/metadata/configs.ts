import { array, bool, float64, int16, int8, string } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

export const ConfigRecord = message({
  name: 'ConfigRecord',
  apiKey: 4,
  kind: 'metadata',
  versions: '0',
  flexible: '0+',
  fields: {
    resourceType: int8('0+'),
    resourceName: string('0+'),
    name: string('0+'),
    value: string('0+', { nullable: '0+' }),
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
    entity: array('0+', {
      entityType: string('0+'),
      entityName: string('0+', { nullable: '0+' }),
    }),
    key: string('0+'),
    value: float64('0+'),
    remove: bool('0+'),
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
    featureLevel: int16('0+'),
  },
})
export type FeatureLevelRecord = Infer<typeof FeatureLevelRecord>
