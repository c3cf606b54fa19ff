import type { FeatureUpdate } from '@milena/client'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import {
  allMetadataVersions,
  defaultLevel,
  features,
  metadataLevelOf,
  metadataVersionFeature,
} from './feature-versions.ts'

type Updates = ReadonlyMap<string, FeatureUpdate>

/** What `upgrade`, `downgrade` and `disable` want to be changed. */
export function featureUpdates(parsed: ParsedArguments): Updates {
  const type = parsed.command === 'upgrade' ? 'upgrade' : parsed.has('unsafe') ? 'unsafeDowngrade' : 'safeDowngrade'
  if (parsed.command === 'disable') {
    return unique((parsed.values('feature') ?? []).map((name) => [name, { level: 0, type }]))
  }
  const release = parsed.text('release-version')
  if (release !== undefined) {
    if (parsed.has('metadata') || parsed.has('feature')) {
      throw new ToolExit(1, 'Can not specify `release-version` with other feature flags.')
    }
    return updatesToRelease(metadataLevel(release), type)
  }
  const metadata = parsed.text('metadata')
  return unique([
    ...(metadata === undefined ? [] : [[metadataVersionFeature, { level: metadataLevel(metadata), type }] as const]),
    ...(parsed.values('feature') ?? []).map((text) => {
      const { name, level } = parseNameAndLevel(text)
      return [name, { level, type }] as const
    }),
  ])
}

function updatesToRelease(metadata: number, type: FeatureUpdate['type']): Updates {
  const others = features
    .map((feature) => [feature.name, { level: defaultLevel(feature, metadata), type }] as const)
    // Upgrading to 0 is none.
    .filter(([, { level }]) => type !== 'upgrade' || level > 0)
  return new Map<string, FeatureUpdate>([[metadataVersionFeature, { level: metadata, type }], ...others])
}

function unique(updates: readonly (readonly [string, FeatureUpdate])[]): Updates {
  const all = new Map<string, FeatureUpdate>()
  for (const [name, update] of updates) {
    if (all.has(name)) throw new ToolExit(1, `Feature ${name} was specified more than once.`)
    all.set(name, update)
  }
  return all
}

/** @throws ToolExit unless Kafka 4.3.1 knows the version */
export function metadataLevel(version: string): number {
  const level = metadataLevelOf(version)
  if (level !== undefined) return level
  throw new ToolExit(
    1,
    `Unknown metadata.version '${version}'. Supported metadata.version are: ${allMetadataVersions.join(', ')}`,
  )
}

/** Of `feature=level`. */
export function parseNameAndLevel(text: string): { readonly name: string; readonly level: number } {
  const equals = text.indexOf('=')
  if (equals < 0) throw new ToolExit(1, `Can't parse feature=level string ${text}: equals sign not found.`)
  const level = text.slice(equals + 1).trim()
  if (!/^[+-]?\d+$/.test(level) || Number(level) < -(2 ** 15) || Number(level) >= 2 ** 15) {
    throw new ToolExit(1, `Can't parse feature=level string ${text}: unable to parse ${level} as a short.`)
  }
  return { name: text.slice(0, equals).trim(), level: Number(level) }
}
