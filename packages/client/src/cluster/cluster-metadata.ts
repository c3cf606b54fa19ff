import { ZERO_UUID } from '@milena/protocol'
import type { Infer, MetadataResponse, Uuid } from '@milena/protocol'

export interface Broker {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** One key for a topic and partition, as Kafka writes it in messages. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

export interface PartitionMetadata extends TopicPartition {
  /** -1 when there is none. */
  readonly leaderId: number
  /** -1 when the broker did not say. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
  readonly errorCode: number
}

export interface TopicMetadata {
  readonly name: string
  /** ZERO_UUID before Metadata version 10. */
  readonly topicId: Uuid
  readonly isInternal: boolean
  readonly errorCode: number
  /** Ordered by partition number. */
  readonly partitions: readonly PartitionMetadata[]
}

type Response = Infer<typeof MetadataResponse>

/** What is known of the cluster; a new response is merged into it and makes a new value. */
export class ClusterMetadata {
  static readonly empty = new ClusterMetadata({ clusterId: null, controllerId: -1, brokers: [], topics: [] })

  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: ReadonlyMap<number, Broker>
  readonly #topics: ReadonlyMap<string, TopicMetadata>
  readonly #names: ReadonlyMap<Uuid, string>

  private constructor(known: {
    clusterId: string | null
    controllerId: number
    brokers: Iterable<Broker>
    topics: Iterable<TopicMetadata>
  }) {
    this.clusterId = known.clusterId
    this.controllerId = known.controllerId
    this.brokers = new Map(Array.from(known.brokers, (broker) => [broker.nodeId, broker]))
    this.#topics = new Map(Array.from(known.topics, (topic) => [topic.name, topic]))
    this.#names = new Map(
      Array.from(this.#topics.values())
        .filter((topic) => topic.topicId !== ZERO_UUID)
        .map((topic) => [topic.topicId, topic.name]),
    )
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  topics(): Iterable<TopicMetadata> {
    return this.#topics.values()
  }

  topicName(topicId: Uuid): string | undefined {
    return this.#names.get(topicId)
  }

  partition({ topic, partition }: TopicPartition): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions[partition]
  }

  /** Takes over what a response says; topics that it does not speak of stay as they are, unless it speaks of all. */
  merge(response: Response, { all }: { all: boolean }): ClusterMetadata {
    const topics = new Map(all ? [] : this.#topics)
    for (const entry of response.topics) {
      if (entry.name === null) continue
      topics.set(entry.name, newer(topics.get(entry.name), topicFrom(entry, entry.name)))
    }
    return new ClusterMetadata({
      clusterId: response.clusterId ?? this.clusterId,
      controllerId: response.controllerId,
      brokers: response.brokers.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
      topics: topics.values(),
    })
  }

  /** Without these topics, so that what was known of them is asked for again. */
  without(names: Iterable<string>): ClusterMetadata {
    const topics = new Map(this.#topics)
    for (const name of names) topics.delete(name)
    return new ClusterMetadata({
      clusterId: this.clusterId,
      controllerId: this.controllerId,
      brokers: this.brokers.values(),
      topics: topics.values(),
    })
  }
}

function topicFrom(entry: Response['topics'][number], name: string): TopicMetadata {
  const partitions = entry.partitions
    .map((partition) => ({
      topic: name,
      partition: partition.partitionIndex,
      leaderId: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      offlineReplicas: partition.offlineReplicas,
      errorCode: partition.errorCode,
    }))
    .sort((a, b) => a.partition - b.partition)
  return { name, topicId: entry.topicId, isInternal: entry.isInternal, errorCode: entry.errorCode, partitions }
}

/** A broker that lags may answer with an older leader epoch than one already seen; the older one is not taken. */
function newer(known: TopicMetadata | undefined, fresh: TopicMetadata): TopicMetadata {
  if (known === undefined || known.topicId !== fresh.topicId || fresh.errorCode !== 0) return fresh
  const partitions = fresh.partitions.map((partition, index) => {
    const before = known.partitions[index]
    return before !== undefined && before.leaderEpoch > partition.leaderEpoch ? before : partition
  })
  return { ...fresh, partitions }
}
