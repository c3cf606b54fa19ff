import { Errors } from '@milena/protocol'
import type { Uuid } from '@milena/protocol'
import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import { configEntry, type ConfigEntry } from './configs.ts'
import { perKey, type CallOptions } from './per-key.ts'

export interface NewTopic {
  readonly name: string
  /** The broker's `num.partitions` when absent. */
  readonly numPartitions?: number
  /** The broker's `default.replication.factor` when absent. */
  readonly replicationFactor?: number
  /** Broker ids of each partition, the preferred leader first; instead of the two counts. */
  readonly assignments?: ReadonlyMap<number, readonly number[]>
  readonly configs?: Readonly<Record<string, string>>
}

export interface CreatedTopic {
  readonly topicId: Uuid
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: readonly ConfigEntry[]
}

export interface TopicListing {
  readonly name: string
  readonly topicId: Uuid
  readonly isInternal: boolean
}

export interface ChangeTopicsOptions extends CallOptions {
  readonly validateOnly?: boolean
  /** Whether to try again while the controller's quota is exceeded; true by default. */
  readonly retryOnQuotaViolation?: boolean
}

const quotaRetries =
  ({ retryOnQuotaViolation = true }: ChangeTopicsOptions) =>
  (error: KafkaError): boolean =>
    error.name === 'THROTTLING_QUOTA_EXCEEDED' ? retryOnQuotaViolation : changesRetry(error)

/** The controller has decided anything else; only what never reached it, or reached the wrong one, is sent again. */
function changesRetry(error: KafkaError): boolean {
  return ['NOT_CONTROLLER', 'NETWORK_EXCEPTION', 'TIMEOUT', 'COORDINATOR_NOT_AVAILABLE'].includes(error.name)
}

/** When the controller is another one by now, the whole request is tried again. */
function checkController(codes: Iterable<{ errorCode: number }>): void {
  for (const { errorCode } of codes) if (errorCode === Errors.NOT_CONTROLLER.code) throw KafkaError.ofCode(errorCode)
}

export function createTopics(
  client: KafkaClient,
  topics: readonly NewTopic[],
  options: ChangeTopicsOptions = {},
): Promise<Map<string, Outcome<CreatedTopic>>> {
  const deadline = client.deadline(options.timeoutMs)
  const wanted = new Map(topics.map((topic) => [topic.name, topic]))
  const attempt = async (pending: readonly string[]): Promise<Map<string, Outcome<CreatedTopic>>> => {
    const response = await client.request(
      apis.createTopics,
      {
        topics: pending.map((name) => creatable(wanted.get(name)!)),
        timeoutMs: Math.ceil(deadline.remainingMs),
        validateOnly: options.validateOnly ?? false,
      },
      { to: 'controller', call: 'createTopics', deadline, check: (answer) => checkController(answer.topics) },
    )
    return new Map(
      response.topics.map((entry) => [
        entry.name,
        entry.errorCode === 0
          ? success({
              topicId: entry.topicId,
              numPartitions: entry.numPartitions,
              replicationFactor: entry.replicationFactor,
              configs: (entry.configs ?? []).map((config) => configEntry(config)),
            })
          : failure<CreatedTopic>(KafkaError.ofCode(entry.errorCode, entry.errorMessage)),
      ]),
    )
  }
  const keys = Array.from(wanted.keys())
  return perKey({
    client,
    call: 'createTopics',
    keys,
    deadline,
    signal: options.signal,
    retries: quotaRetries(options),
    attempt,
  })
}

function creatable({ name, numPartitions = -1, replicationFactor = -1, assignments, configs = {} }: NewTopic) {
  return {
    name,
    numPartitions: assignments === undefined ? numPartitions : -1,
    replicationFactor: assignments === undefined ? replicationFactor : -1,
    assignments: Array.from(assignments ?? [], ([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
}

export function deleteTopics(
  client: KafkaClient,
  names: readonly string[],
  options: ChangeTopicsOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const attempt = async (pending: readonly string[]): Promise<Map<string, Outcome<void>>> => {
    const response = await client.request(
      apis.deleteTopics,
      (version) => ({
        ...(version < 6 ? { topicNames: pending } : { topics: pending.map((name) => ({ name })) }),
        timeoutMs: Math.ceil(deadline.remainingMs),
      }),
      { to: 'controller', call: 'deleteTopics', deadline, check: (answer) => checkController(answer.responses) },
    )
    return new Map(response.responses.map((entry) => [entry.name ?? '', verdict(entry)]))
  }
  const keys = Array.from(new Set(names))
  return perKey({
    client,
    call: 'deleteTopics',
    keys,
    deadline,
    signal: options.signal,
    retries: quotaRetries(options),
    attempt,
  })
}

export interface NewPartitions {
  readonly topic: string
  /** How many there shall be in all. */
  readonly totalCount: number
  /** Broker ids of each added partition. */
  readonly assignments?: readonly (readonly number[])[]
}

export function createPartitions(
  client: KafkaClient,
  topics: readonly NewPartitions[],
  options: ChangeTopicsOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const wanted = new Map(topics.map((entry) => [entry.topic, entry]))
  const attempt = async (pending: readonly string[]): Promise<Map<string, Outcome<void>>> => {
    const response = await client.request(
      apis.createPartitions,
      {
        topics: pending.map((name) => {
          const { totalCount, assignments } = wanted.get(name)!
          return { name, count: totalCount, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }
        }),
        timeoutMs: Math.ceil(deadline.remainingMs),
        validateOnly: options.validateOnly ?? false,
      },
      { to: 'controller', call: 'createPartitions', deadline, check: (answer) => checkController(answer.results) },
    )
    return new Map(response.results.map((entry) => [entry.name, verdict(entry)]))
  }
  const keys = Array.from(wanted.keys())
  return perKey({
    client,
    call: 'createPartitions',
    keys,
    deadline,
    signal: options.signal,
    retries: quotaRetries(options),
    attempt,
  })
}

export async function listTopics(
  client: KafkaClient,
  { listInternal = false, timeoutMs, signal }: CallOptions & { readonly listInternal?: boolean } = {},
): Promise<readonly TopicListing[]> {
  const metadata = await client.refreshMetadata({
    topics: 'all',
    call: 'listTopics',
    deadline: client.deadline(timeoutMs),
    signal,
  })
  return Array.from(metadata.topics())
    .filter((topic) => topic.errorCode === 0 && (listInternal || !topic.isInternal))
    .map(({ name, topicId, isInternal }) => ({ name, topicId, isInternal }))
}

function verdict({ errorCode, errorMessage }: { errorCode: number; errorMessage: string | null }): Outcome<void> {
  return errorCode === 0 ? success(undefined) : failure(KafkaError.ofCode(errorCode, errorMessage))
}
