/**
 * The feature levels (KIP-584) that this broker implements. Clients change how they speak by them: a level is raised
 * here when what stands behind it works, never before (`transaction.version` 2 alone makes producers use transactions
 * in another way).
 */
import type { SupportedFeatures } from '@milena/metadata'

export const brokerFeatures: SupportedFeatures = {
  'metadata.version': { min: 7, max: 30 },
  'group.version': { min: 0, max: 1 },
  'share.version': { min: 0, max: 1 },
  'transaction.version': { min: 0, max: 2 },
  'kraft.version': { min: 0, max: 1 },
  // What it asks for while each partition has one replica: one min.insync.replicas for the cluster, set when it is made.
  'eligible.leader.replicas.version': { min: 0, max: 1 },
}
