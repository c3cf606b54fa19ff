import type { BrokerConfig } from '@milena/metadata'
import type { CreateTopicsRequest } from '@milena/protocol/messages'

export const GROUP_METADATA_TOPIC = '__consumer_offsets'
export const TRANSACTION_STATE_TOPIC = '__transaction_state'
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state'

type CreatableTopic = CreateTopicsRequest['topics'][number]

/** How the coordinators' topics are made when they are first needed (Kafka: AutoTopicCreationManager). */
export function creatableInternalTopic(name: string, config: BrokerConfig): CreatableTopic | undefined {
  if (name === SHARE_GROUP_STATE_TOPIC) return shareGroupStateTopic(config)
  if (name === TRANSACTION_STATE_TOPIC) return transactionStateTopic(config)
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

/** A transaction that was decided must never be undone: only replicas in sync may lead. */
function transactionStateTopic(config: BrokerConfig): CreatableTopic {
  return {
    name: TRANSACTION_STATE_TOPIC,
    numPartitions: config.get('transaction.state.log.num.partitions'),
    replicationFactor: config.get('transaction.state.log.replication.factor'),
    assignments: [],
    configs: [
      { name: 'unclean.leader.election.enable', value: 'false' },
      { name: 'compression.type', value: 'uncompressed' },
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'min.insync.replicas', value: String(config.get('transaction.state.log.min.isr')) },
      { name: 'segment.bytes', value: String(config.get('transaction.state.log.segment.bytes')) },
    ],
  }
}

/** Not compacted: an update says only what changed, so the coordinator itself deletes what its snapshots replace. */
function shareGroupStateTopic(config: BrokerConfig): CreatableTopic {
  return {
    name: SHARE_GROUP_STATE_TOPIC,
    numPartitions: config.get('share.coordinator.state.topic.num.partitions'),
    replicationFactor: config.get('share.coordinator.state.topic.replication.factor'),
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(config.get('share.coordinator.state.topic.segment.bytes')) },
      { name: 'min.insync.replicas', value: String(config.get('share.coordinator.state.topic.min.isr')) },
      { name: 'retention.ms', value: '-1' },
    ],
  }
}
