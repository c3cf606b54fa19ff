import { KafkaError, failure, type Outcome } from '../kafka-error.ts'
import { partitionKey, type Broker, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { CoordinatorType } from '../cluster/coordinator-cache.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { timedOut } from '../cluster/retry.ts'
import { sleep, type Deadline } from '../deadline.ts'

export interface CallOptions {
  /** For the whole call with its retries; the client's `apiTimeoutMs` by default. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Asks about many keys and asks again about those whose failure may pass, until the deadline. */
export async function perKey<K, T>(options: {
  readonly client: KafkaClient
  readonly call: string
  readonly keys: readonly K[]
  readonly deadline: Deadline
  readonly signal?: AbortSignal | undefined
  readonly retries?: (error: KafkaError) => boolean
  readonly attempt: (pending: readonly K[]) => Promise<ReadonlyMap<K, Outcome<T>>>
}): Promise<Map<K, Outcome<T>>> {
  const { client, call, keys, deadline, signal, retries = (error) => error.retriable, attempt } = options
  const results = new Map<K, Outcome<T>>()
  let pending = keys
  for (let attempts = 0; pending.length > 0; attempts++) {
    let outcomes: ReadonlyMap<K, Outcome<T>>
    try {
      outcomes = await attempt(pending)
    } catch (error) {
      if (!(error instanceof KafkaError) || !retries(error)) throw error
      outcomes = new Map(pending.map((key) => [key, failure<T>(error)]))
    }
    const again: K[] = []
    for (const key of pending) {
      const outcome = outcomes.get(key) ?? failure<T>(KafkaError.client('MALFORMED_RESPONSE', `${call}: no answer`))
      if (!outcome.ok && retries(outcome.error)) again.push(key)
      results.set(key, outcome)
    }
    pending = again
    if (pending.length === 0) break
    const delayMs = client.retryBackoff.delayMs(attempts)
    if (deadline.remainingMs <= delayMs) {
      for (const key of pending) {
        const last = results.get(key)!
        results.set(key, failure(timedOut(call, deadline, last.ok ? undefined : last.error)))
      }
      break
    }
    await sleep(client.clock, delayMs, signal)
  }
  return results
}

/** Groups the keys by coordinator and asks each for its own, side by side; a broker that fails, fails its keys. */
export async function byCoordinator<T>(
  client: KafkaClient,
  allKeys: readonly string[],
  ask: (coordinator: Broker, keys: readonly string[]) => Promise<ReadonlyMap<string, Outcome<T>>>,
  type: CoordinatorType = 'group',
): Promise<Map<string, Outcome<T>>> {
  const results = new Map<string, Outcome<T>>()
  const nodes = new Map<number, { coordinator: Broker; keys: string[] }>()
  for (const [key, outcome] of await client.coordinators.findAll(type, allKeys)) {
    if (!outcome.ok) results.set(key, outcome)
    else {
      const node = nodes.get(outcome.value.nodeId) ?? { coordinator: outcome.value, keys: [] }
      node.keys.push(key)
      nodes.set(outcome.value.nodeId, node)
    }
  }
  await askEach(
    Array.from(nodes.values(), ({ coordinator, keys }) => ({ node: coordinator, keys })),
    ask,
    results,
  )
  for (const [key, outcome] of results) {
    if (!outcome.ok) client.coordinators.forgetIfStale(type, key, outcome.error)
  }
  return results
}

/** Groups partitions by leader and asks each for its own; metadata is fetched for topics that are not known. */
export async function byLeader<P extends TopicPartition, T>(
  client: KafkaClient,
  partitions: readonly P[],
  ask: (leaderId: number, partitions: readonly P[]) => Promise<ReadonlyMap<P, Outcome<T>>>,
): Promise<Map<P, Outcome<T>>> {
  const topics = Array.from(new Set(partitions.map(({ topic }) => topic)))
  if (topics.some((topic) => client.metadata.topic(topic)?.errorCode !== 0)) await client.refreshMetadata({ topics })
  const results = new Map<P, Outcome<T>>()
  const leaders = new Map<number, P[]>()
  for (const partition of partitions) {
    const error = leaderError(client, partition)
    if (error !== undefined) results.set(partition, failure(error))
    else {
      const leaderId = client.metadata.partition(partition)!.leaderId
      const keys = leaders.get(leaderId)
      if (keys === undefined) leaders.set(leaderId, [partition])
      else keys.push(partition)
    }
  }
  await askEach(
    Array.from(leaders, ([node, keys]) => ({ node, keys })),
    ask,
    results,
  )
  const stale = new Set<string>()
  for (const [{ topic }, outcome] of results) if (!outcome.ok && outcome.error.retriable) stale.add(topic)
  client.forgetTopics(stale)
  return results
}

function leaderError(client: KafkaClient, at: TopicPartition): KafkaError | undefined {
  const topic = client.metadata.topic(at.topic)
  if (topic === undefined) return KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION')
  if (topic.errorCode !== 0) return KafkaError.ofCode(topic.errorCode)
  const partition = client.metadata.partition(at)
  if (partition === undefined) {
    return KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${at.topic} has no partition ${at.partition}.`)
  }
  return partition.leaderId < 0
    ? KafkaError.of('LEADER_NOT_AVAILABLE', `Partition ${partitionKey(at)} has no leader.`)
    : undefined
}

async function askEach<N, K, T>(
  batches: readonly { readonly node: N; readonly keys: readonly K[] }[],
  ask: (node: N, keys: readonly K[]) => Promise<ReadonlyMap<K, Outcome<T>>>,
  results: Map<K, Outcome<T>>,
): Promise<void> {
  await Promise.all(
    batches.map(async ({ node, keys }) => {
      try {
        for (const [key, outcome] of await ask(node, keys)) results.set(key, outcome)
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        for (const key of keys) results.set(key, failure(error))
      }
    }),
  )
}

/** Groups what has a topic by it, in the shape of most requests. */
export function byTopic<P extends TopicPartition>(partitions: Iterable<P>): Map<string, P[]> {
  const topics = new Map<string, P[]>()
  for (const partition of partitions) {
    const list = topics.get(partition.topic)
    if (list === undefined) topics.set(partition.topic, [partition])
    else list.push(partition)
  }
  return topics
}
