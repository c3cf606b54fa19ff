import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { failure, KafkaError, success, type Outcome } from '../kafka-error.ts'
import type { RequestBody } from '../net/api.ts'
import { software } from '../net/api-versions.ts'
import type { CallOptions } from './per-key.ts'

/** Levels from the lowest to the highest, both included. */
export interface LevelRange {
  readonly min: number
  readonly max: number
}

export interface FeatureMetadata {
  /** What the node that was asked could do. */
  readonly supported: ReadonlyMap<string, LevelRange>
  /** What the cluster has agreed on. */
  readonly finalized: ReadonlyMap<string, number>
  /** Grows with every change of what is finalized; absent when the node does not know. */
  readonly finalizedEpoch?: number
}

/** Of the node named, or of any. */
export async function describeFeatures(
  client: KafkaClient,
  options: CallOptions & { readonly nodeId?: number } = {},
): Promise<FeatureMetadata> {
  const { nodeId, signal } = options
  const response = await client.request(apis.apiVersions, software, {
    to: nodeId === undefined ? 'any' : { nodeId },
    call: 'describeFeatures',
    deadline: client.deadline(options.timeoutMs),
    ...(signal && { signal }),
    check: ({ errorCode }) => KafkaError.check(errorCode),
  })
  const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = response
  return {
    supported: new Map(
      supportedFeatures.map(({ name, minVersion, maxVersion }) => [name, { min: minVersion, max: maxVersion }]),
    ),
    finalized: new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
    ...(finalizedFeaturesEpoch >= 0 && { finalizedEpoch: finalizedFeaturesEpoch }),
  }
}

const upgradeTypes = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const

export interface FeatureUpdate {
  /** 0 removes the feature. */
  readonly level: number
  readonly type: keyof typeof upgradeTypes
}

/** All or none are changed, by brokers since 4.0; keyed by feature. */
export async function updateFeatures(
  client: KafkaClient,
  updates: ReadonlyMap<string, FeatureUpdate>,
  options: CallOptions & { readonly validateOnly?: boolean } = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const verdict = (code: number, message: string | null): Outcome<void> =>
    code === 0 ? success(undefined) : failure(KafkaError.ofCode(code, message))
  const response = await client.request(
    apis.updateFeatures,
    (version) => updateBody(version, updates, { ...options, timeoutMs: Math.ceil(deadline.remainingMs) }),
    {
      to: 'controller',
      call: 'updateFeatures',
      deadline,
      ...(options.validateOnly === true && { versions: { min: 1 } }),
      // Every other failure is that of the updates.
      check: ({ errorCode, errorMessage }) => {
        if (KafkaError.ofCode(errorCode).name === 'NOT_CONTROLLER') KafkaError.check(errorCode, errorMessage)
      },
    },
  )
  const whole = verdict(response.errorCode, response.errorMessage)
  const single = new Map(
    response.results.map(({ feature, errorCode, errorMessage }) => [feature, verdict(errorCode, errorMessage)]),
  )
  return new Map(Array.from(updates.keys(), (feature) => [feature, whole.ok ? (single.get(feature) ?? whole) : whole]))
}

function updateBody(
  version: number,
  updates: ReadonlyMap<string, FeatureUpdate>,
  { timeoutMs, validateOnly = false }: { readonly timeoutMs: number; readonly validateOnly?: boolean },
): RequestBody<typeof apis.updateFeatures.request> {
  const featureUpdates = Array.from(updates, ([feature, { level, type }]) => ({
    feature,
    maxVersionLevel: level,
    // Version 0 knows nothing but that a level may fall.
    allowDowngrade: version === 0 && type !== 'upgrade',
    ...(version > 0 && { upgradeType: upgradeTypes[type] }),
  }))
  return { timeoutMs, featureUpdates, ...(version > 0 && { validateOnly }) }
}
