import { array, bool, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const UpdateFeaturesRequest = message({
  name: 'UpdateFeaturesRequest',
  apiKey: 57,
  kind: 'request',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  fields: {
    timeoutMs: int32('0+', { default: 60000, about: 'How long the broker may take.' }),
    featureUpdates: array('0+', {
      feature: string('0+', { mapKey: true }),
      maxVersionLevel: int16('0+', { about: '0 removes the feature.' }),
      allowDowngrade: bool('0', { about: 'Version 1 says this with upgradeType.' }),
      upgradeType: int8('1+', { default: 1, about: '1 upgrade, 2 safe downgrade, 3 unsafe downgrade.' }),
    }),
    validateOnly: bool('1+', { default: false, about: 'Checks everything and changes nothing.' }),
  },
})
export type UpdateFeaturesRequest = Infer<typeof UpdateFeaturesRequest>

export const UpdateFeaturesResponse = message({
  name: 'UpdateFeaturesResponse',
  apiKey: 57,
  kind: 'response',
  versions: '0-2',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
    results: array(
      '0-1',
      {
        feature: string('0+', { mapKey: true }),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+' }),
      },
      { ignorable: true },
    ),
  },
})
export type UpdateFeaturesResponse = Infer<typeof UpdateFeaturesResponse>
