/** Levels of `metadata.version` that Kafka 4.3.1 knows, from the lowest that it still supports. */
const metadataVersions: readonly (readonly [level: number, version: string])[] = [
  [7, '3.3-IV3'],
  [8, '3.4-IV0'],
  [9, '3.5-IV0'],
  [10, '3.5-IV1'],
  [11, '3.5-IV2'],
  [12, '3.6-IV0'],
  [13, '3.6-IV1'],
  [14, '3.6-IV2'],
  [15, '3.7-IV0'],
  [16, '3.7-IV1'],
  [17, '3.7-IV2'],
  [18, '3.7-IV3'],
  [19, '3.7-IV4'],
  [20, '3.8-IV0'],
  [21, '3.9-IV0'],
  [22, '4.0-IV0'],
  [23, '4.0-IV1'],
  [24, '4.0-IV2'],
  [25, '4.0-IV3'],
  [26, '4.1-IV0'],
  [27, '4.1-IV1'],
  [28, '4.2-IV0'],
  [29, '4.2-IV1'],
  [30, '4.3-IV0'],
  [31, '4.4-IV0'],
]

export const metadataVersionFeature = 'metadata.version'

/** The highest level that is not being designed any more. */
export const latestProductionLevel = 30

/** A feature, with the metadata version from which on a new cluster has each of its levels. */
export interface Feature {
  readonly name: string
  /** By level, from 0: the level of `metadata.version`. */
  readonly since: readonly number[]
  /** What a level needs of other features. */
  readonly dependencies: ReadonlyMap<number, ReadonlyMap<string, number>>
}

const feature = (
  name: string,
  since: readonly number[],
  dependencies: Feature['dependencies'] = new Map(),
): Feature => ({
  name,
  since,
  dependencies,
})

/** In Kafka's order. */
export const features: readonly Feature[] = [
  feature('kraft.version', [7, 21]),
  feature('transaction.version', [7, 24, 24]),
  feature('group.version', [7, 22]),
  feature('eligible.leader.replicas.version', [7, 26], new Map([[1, new Map([[metadataVersionFeature, 23]])]])),
  feature('share.version', [7, 28]),
  feature('streams.version', [7, 29]),
]

/** The level that a new cluster of this metadata version has. */
export function defaultLevel({ since }: Feature, metadataLevel: number): number {
  let level = 0
  while (level + 1 < since.length && since[level + 1]! <= metadataLevel) level++
  return level
}

/** `4.3-IV0` of 30; undefined for a level that there is not. */
export const metadataVersionOf = (level: number): string | undefined =>
  metadataVersions.find(([known]) => known === level)?.[1]

/** The level of `4.3-IV0`, of `4.3`, which is the last of that release, or of `4.3.1`; undefined when there is none. */
export function metadataLevelOf(text: string): number | undefined {
  const parts = text.split('.')
  const key = parts.length > 2 ? parts.slice(0, 2).join('.') : text
  const exact = metadataVersions.find(([, version]) => version === key)
  const ofRelease = metadataVersions.findLast(
    ([level, version]) => level <= latestProductionLevel && version.split('-')[0] === key,
  )
  return (exact ?? ofRelease)?.[0]
}

export const allMetadataVersions = metadataVersions.map(([, version]) => version)
