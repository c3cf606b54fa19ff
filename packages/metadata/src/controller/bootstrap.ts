import { resourceTypes } from '../config/config-source.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import type { ControllerContext, SupportedFeatures } from './controller-result.ts'
import { QUORUM_FEATURE } from './update-features.ts'

/** The feature levels that Kafka 4.3.1 itself supports; a caller offers of them what it implements. */
export const kafkaFeatures = {
  'metadata.version': { min: 7, max: 30 },
  'kraft.version': { min: 0, max: 1 },
  'transaction.version': { min: 0, max: 2 },
  'group.version': { min: 0, max: 1 },
  'eligible.leader.replicas.version': { min: 0, max: 1 },
  'share.version': { min: 0, max: 1 },
  'streams.version': { min: 0, max: 1 },
} as const satisfies SupportedFeatures

/** What a new cluster begins with: every supported feature at its highest level. */
export function bootstrapRecords({ supportedFeatures, broker }: ControllerContext): MetadataRecord[] {
  const records = Object.entries(supportedFeatures)
    // As in Kafka, the quorum's own version is no record among the others.
    .filter(([name, { max }]) => name !== QUORUM_FEATURE && max > 0)
    .map(([name, { max }]) => metadataRecord('FeatureLevelRecord', { name, featureLevel: max }))
  if ((supportedFeatures['eligible.leader.replicas.version']?.max ?? 0) === 0) return records
  const minInsyncReplicas = metadataRecord('ConfigRecord', {
    resourceType: resourceTypes.BROKER,
    resourceName: '',
    name: 'min.insync.replicas',
    value: String(broker.get('min.insync.replicas')),
  })
  return [...records, minInsyncReplicas]
}
