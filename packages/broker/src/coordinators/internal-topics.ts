import type { BrokerConfig } from '@milena/metadata'
import { type CreateTopicsRequest, Errors } from '@milena/protocol/messages'
import type { BrokerServices } from '../broker-services.ts'

export const GROUP_METADATA_TOPIC = '__consumer_offsets'
export const TRANSACTION_STATE_TOPIC = '__transaction_state'
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state'

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  GROUP_METADATA_TOPIC,
  TRANSACTION_STATE_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
])

/** Topics that belong to a coordinator: shown as internal, and not to be written by clients. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name)
}

type CreatableTopic = CreateTopicsRequest['topics'][number]

/**
 * How the coordinators' topics are made when they are first needed (Kafka: AutoTopicCreationManager); undefined for
 * those whose coordinator this broker does not have.
 */
export function creatableInternalTopic(name: string, config: BrokerConfig): CreatableTopic | undefined {
  if (name !== GROUP_METADATA_TOPIC) return undefined
  return {
    name,
    numPartitions: config.get('offsets.topic.num.partitions'),
    replicationFactor: config.get('offsets.topic.replication.factor'),
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(config.get('offsets.topic.segment.bytes')) },
    ],
  }
}

const CREATION_TIMEOUT_MS = 30_000

/**
 * Makes an internal topic unless it is there. False when it cannot be made: its coordinator does not live here, or the
 * cluster is too small for the replication factor that is configured.
 */
export async function ensureInternalTopic(
  name: string,
  { config, metadata, logger }: Pick<BrokerServices, 'config' | 'metadata' | 'logger'>,
): Promise<boolean> {
  if (metadata.image.topics.has(name)) return true
  const topic = creatableInternalTopic(name, config)
  if (topic === undefined) return false
  const request = { topics: [topic], timeoutMs: CREATION_TIMEOUT_MS, validateOnly: false }
  const [result] = (await metadata.submit('createTopics', request)).topics
  if (result?.errorCode === Errors.NONE.code || result?.errorCode === Errors.TOPIC_ALREADY_EXISTS.code) return true
  logger
    .limited(`internal-topic-${name}`)
    .warn('An internal topic cannot be created', { topic: name, reason: result?.errorMessage })
  return false
}
