import { apis } from '../apis.ts'
import { partitionKey } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { failure, KafkaError, type Outcome } from '../kafka-error.ts'
import { perKey, type CallOptions } from './per-key.ts'

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
