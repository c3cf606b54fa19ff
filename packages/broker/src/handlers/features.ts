/** The feature levels (KIP-584) that this broker can run and that the cluster has settled on. */
import type { MetadataImage } from '@milena/metadata'
import { brokerFeatures } from '../broker-features.ts'

/** The first version of ApiVersions that may tell of features whose lowest level is 0 (KAFKA-17011). */
const FIRST_VERSION_WITH_LEVEL_ZERO = 4

interface SupportedFeature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

export function supportedFeatures(apiVersion: number): SupportedFeature[] {
  return Object.entries(brokerFeatures)
    .filter(([, { min }]) => min > 0 || apiVersion >= FIRST_VERSION_WITH_LEVEL_ZERO)
    .map(([name, { min, max }]) => ({ name, minVersion: min, maxVersion: max }))
}

interface FinalizedFeature {
  readonly name: string
  readonly maxVersionLevel: number
  readonly minVersionLevel: number
}

/** The quorum's own version is no record among the others: with one controller it is always the highest. */
export function finalizedFeatures({ features }: MetadataImage): FinalizedFeature[] {
  const levels = new Map([...features, ['kraft.version', brokerFeatures['kraft.version']!.max]])
  return [...levels].map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level }))
}
