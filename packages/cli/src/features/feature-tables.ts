import type { ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import { metadataLevel, parseNameAndLevel } from './feature-updates.ts'
import {
  defaultLevel,
  features,
  latestProductionLevel,
  metadataVersionFeature,
  metadataVersionOf,
} from './feature-versions.ts'

/** The level of each feature in a new cluster of a release. */
export function versionMapping(parsed: ParsedArguments): readonly string[] {
  const release = parsed.text('release-version') ?? metadataVersionOf(latestProductionLevel)!
  const metadata = metadataLevel(release)
  return [
    `${metadataVersionFeature}=${metadata} (${release})`,
    ...features.map((feature) => `${feature.name}=${defaultLevel(feature, metadata)}`),
  ]
}

/** What levels need of other features. */
export function* featureDependencies(parsed: ParsedArguments): Iterable<string> {
  for (const text of parsed.values('feature') ?? []) {
    const { name, level } = parseNameAndLevel(text)
    if (name === metadataVersionFeature) {
      const version = metadataVersionOf(level)
      if (version === undefined) throw new ToolExit(1, `Unknown metadata.version ${level}`)
      yield `${name}=${level} (${version}) has no dependencies.`
      continue
    }
    const feature = features.find((known) => known.name === name)
    if (feature === undefined) throw new ToolExit(1, `Unknown feature: ${name}`)
    if (feature.since[level] === undefined) {
      throw new ToolExit(1, `No feature:${name} with feature level ${level}`)
    }
    const dependencies = feature.dependencies.get(level)
    if (dependencies === undefined) {
      yield `${name}=${level} has no dependencies.`
      continue
    }
    yield `${name}=${level} requires:`
    for (const [other, needed] of dependencies) {
      const version = other === metadataVersionFeature ? ` (${metadataVersionOf(needed)!})` : ''
      yield `    ${other}=${needed}${version}`
    }
  }
}
