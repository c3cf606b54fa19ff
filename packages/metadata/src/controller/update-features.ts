// UpdateFeatures (FeatureControlManager.updateFeatures): all of the updates, or none.
import { Errors, type UpdateFeaturesRequest, type UpdateFeaturesResponse } from '@milena/protocol/messages'
import { featureLevel, type MetadataImage } from '../image/metadata-image.ts'
import { metadataRecord } from '../image/metadata-record.ts'
import type { ControllerContext, ControllerResult } from './controller-result.ts'

type Update = UpdateFeaturesRequest['featureUpdates'][number]

/** It says how the quorum of controllers works, and is always at its highest level where there is one controller. */
export const QUORUM_FEATURE = 'kraft.version'

const upgradeTypes = { UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const

export function updateFeatures(
  image: MetadataImage,
  request: UpdateFeaturesRequest,
  context: ControllerContext,
): ControllerResult<UpdateFeaturesResponse> {
  // What is named twice is one update, the last. As in Kafka, `allowDowngrade` of version 0 allows nothing.
  const updates = [...new Map(request.featureUpdates.map((update) => [update.feature, update])).values()]
  const problem = updates.map((update) => problemOf(image, update, context)).find((each) => each !== null)
  if (problem !== undefined) {
    const errorMessage = `The update failed for all features since the following feature had an error: ${problem}`
    const errorCode = Errors.INVALID_UPDATE_VERSION.code
    return { records: [], response: { throttleTimeMs: 0, errorCode, errorMessage, results: [] } }
  }
  const changes = updates.filter(
    ({ feature, maxVersionLevel }) => feature !== QUORUM_FEATURE && featureLevel(image, feature) !== maxVersionLevel,
  )
  const records = changes.map(({ feature, maxVersionLevel }) =>
    metadataRecord('FeatureLevelRecord', { name: feature, featureLevel: maxVersionLevel }),
  )
  // There is a result for each time a feature is named.
  const results = request.featureUpdates.map(({ feature }) => ({
    feature,
    errorCode: Errors.NONE.code,
    errorMessage: 'NONE',
  }))
  return {
    records: request.validateOnly ? [] : records,
    response: { throttleTimeMs: 0, errorCode: Errors.NONE.code, errorMessage: null, results },
  }
}

function problemOf(image: MetadataImage, update: Update, context: ControllerContext): string | null {
  const { feature, maxVersionLevel: level, upgradeType } = update
  const invalid = `Invalid update version ${level} for feature ${feature}.`
  if (!(Object.values(upgradeTypes) as number[]).includes(upgradeType)) {
    return `${invalid} The controller does not support the given upgrade type.`
  }
  if (level < 0) return `${invalid} A feature version cannot be less than 0.`
  const supported = Object.hasOwn(context.supportedFeatures, feature) ? context.supportedFeatures[feature] : undefined
  if (supported === undefined) return `${invalid} Local controller ${context.nodeId} does not support this feature.`
  if (level > supported.max || level < supported.min) {
    return `${invalid} Local controller ${context.nodeId} only supports versions ${supported.min}-${supported.max}`
  }
  const present = feature === QUORUM_FEATURE ? supported.max : featureLevel(image, feature)
  if (level > present && upgradeType !== upgradeTypes.UPGRADE) return `${invalid} Can't downgrade to a newer version.`
  if (level >= present) return null
  if (upgradeType === upgradeTypes.UPGRADE) {
    return `${invalid} Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.`
  }
  if (feature === QUORUM_FEATURE) return `${invalid} Can't downgrade the version of this feature.`
  if (feature !== 'metadata.version') return null
  const reason =
    upgradeType === upgradeTypes.SAFE_DOWNGRADE
      ? 'Refusing to perform the requested downgrade because it might delete metadata information.'
      : 'Unsafe metadata downgrade is not supported in this version.'
  return `Unsupported metadata.version downgrade from ${present} to ${level}. ${reason}`
}
