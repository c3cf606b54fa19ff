/**
 * Which log folders take no new replicas (`cordoned.log.dirs`, KIP-1066), from the configs to those who must know: the
 * logs, which choose the folder, and the controller, which gives replicas only to brokers with a folder that is open.
 */
import { resolve } from 'node:path'
import { type BrokerConfig, effectiveBrokerConfig, type MetadataService, resourceTypes } from '@milena/metadata'
import type { Logger } from '@milena/runtime'
import type { LogManager } from '@milena/storage'

export interface CordonedLogDirsOptions {
  readonly config: BrokerConfig
  readonly metadata: MetadataService
  readonly logs: LogManager
  readonly logger: Logger
}

/** Tells the logs which folders are cordoned now; returns the ids of these, as the controller knows them. */
export function takeUpCordonedLogDirs({ config, metadata, logs }: Omit<CordonedLogDirsOptions, 'logger'>): string[] {
  const effective = effectiveBrokerConfig(metadata.image, config, config.nodeId)
  const cordonedLogDirs = effective.cordonedLogDirs.map((dir) => resolve(dir))
  logs.updateCordonedLogDirs(cordonedLogDirs)
  return logs.logDirs.filter(({ path }) => cordonedLogDirs.includes(path)).flatMap(({ meta }) => meta.directoryId ?? [])
}

/**
 * Keeps to what is set while the broker runs; returns how to stop. The controller decides on it before the request that
 * set it is answered, so who asks for a topic next gets none in a cordoned folder.
 */
export function followCordonedLogDirs(options: CordonedLogDirsOptions & { readonly brokerEpoch: number }): () => void {
  const { config, metadata, logger, brokerEpoch } = options
  return metadata.onChange(({ changedConfigs, featuresChanged }) => {
    const isConcerned = changedConfigs.some(({ resourceType }) => resourceType === resourceTypes.BROKER)
    if (!isConcerned && !featuresChanged) return
    const cordonedLogDirs = takeUpCordonedLogDirs(options)
    metadata
      .submit('cordonLogDirs', { brokerId: config.nodeId, brokerEpoch, cordonedLogDirs })
      .catch((error: unknown) => logger.error('The controller did not take up cordoned log folders', { error }))
  })
}
