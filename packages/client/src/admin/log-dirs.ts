import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { failure, KafkaError, success, type Outcome } from '../kafka-error.ts'
import { byTopic, perKey, type CallOptions } from './per-key.ts'

export interface ReplicaInfo {
  readonly topic: string
  readonly partition: number
  readonly sizeInBytes: number
  /** How far it is behind: the high watermark, or the replica whose place it shall take. */
  readonly offsetLag: number
  /** It is being moved into this folder. */
  readonly isFuture: boolean
}

/** One of a broker's log folders. */
export interface LogDirDescription {
  readonly path: string
  /** Why the folder cannot be used. */
  readonly error: KafkaError | undefined
  readonly replicas: ReadonlyMap<string, ReplicaInfo>
}

/** Asks each broker for its log folders, side by side. */
export async function describeLogDirs(
  client: KafkaClient,
  brokers: readonly number[],
  options: CallOptions = {},
): Promise<Map<number, Outcome<readonly LogDirDescription[]>>> {
  const deadline = client.deadline(options.timeoutMs)
  const ask = async (nodeId: number): Promise<Outcome<readonly LogDirDescription[]>> => {
    try {
      const response = await client.request(
        apis.describeLogDirs,
        { topics: null },
        {
          to: { nodeId },
          call: 'describeLogDirs',
          deadline,
          ...(options.signal && { signal: options.signal }),
          check: ({ errorCode, results }) => {
            // Before version 3 a refusal is an answer without folders.
            if (results.length === 0) KafkaError.check(errorCode)
          },
        },
      )
      return { ok: true, value: response.results.map(described) }
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      return failure(error)
    }
  }
  return perKey({
    client,
    call: 'describeLogDirs',
    keys: brokers,
    deadline,
    signal: options.signal,
    attempt: async (pending) =>
      new Map(await Promise.all(pending.map(async (nodeId) => [nodeId, await ask(nodeId)] as const))),
  })
}

function described(result: {
  readonly errorCode: number
  readonly logDir: string
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly partitionSize: number
      readonly offsetLag: number
      readonly isFutureKey: boolean
    }[]
  }[]
}): LogDirDescription {
  const replicas = result.topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({
      topic: name,
      partition: partition.partitionIndex,
      sizeInBytes: partition.partitionSize,
      offsetLag: partition.offsetLag,
      isFuture: partition.isFutureKey,
    })),
  )
  return {
    path: result.logDir,
    error: result.errorCode === 0 ? undefined : KafkaError.ofCode(result.errorCode),
    replicas: new Map(replicas.map((replica) => [partitionKey(replica), replica])),
  }
}

/** A replica of a partition, by the broker that it is on. */
export interface TopicPartitionReplica extends TopicPartition {
  readonly brokerId: number
}

/** One key for a replica, as Kafka writes it in messages. */
export const replicaKey = (replica: TopicPartitionReplica): string => `${partitionKey(replica)}-${replica.brokerId}`

/** Begins to move replicas into other log folders of their brokers; keyed by `topic-partition-broker`. */
export async function alterReplicaLogDirs(
  client: KafkaClient,
  moves: readonly (TopicPartitionReplica & { readonly path: string })[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const results = new Map<string, Outcome<void>>()
  const ask = async (brokerId: number): Promise<void> => {
    const own = moves.filter((move) => move.brokerId === brokerId)
    const dirs = Array.from(new Set(own.map(({ path }) => path)), (path) => ({
      path,
      topics: Array.from(byTopic(own.filter((move) => move.path === path)), ([name, list]) => ({
        name,
        partitions: list.map(({ partition }) => partition),
      })),
    }))
    const to = { nodeId: brokerId }
    const response = await client.request(
      apis.alterReplicaLogDirs,
      { dirs },
      { to, call: 'alterReplicaLogDirs', deadline },
    )
    for (const { topicName: topic, partitions } of response.results) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        const outcome = errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode))
        results.set(replicaKey({ topic, partition, brokerId }), outcome)
      }
    }
  }
  await Promise.all(Array.from(new Set(moves.map(({ brokerId }) => brokerId)), ask))
  return results
}
