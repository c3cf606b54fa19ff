import type { LocalConnection } from '@milena/broker'
import {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  EndTxnRequest,
  EndTxnResponse,
  Errors,
  FetchRequest,
  FetchResponse,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  MetadataRequest,
  MetadataResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  ProduceRequest,
  ProduceResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'
import type { ManualClock } from '@milena/runtime'
import type { SimulatedBroker } from './simulated-broker.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface Place {
  readonly topic: string
  readonly partition: number
}

/** What a client tries again after a while, as Kafka's do. */
const RETRIABLE = new Set<number>([
  Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
  Errors.COORDINATOR_NOT_AVAILABLE.code,
  Errors.NOT_COORDINATOR.code,
  Errors.CONCURRENT_TRANSACTIONS.code,
  Errors.NOT_LEADER_OR_FOLLOWER.code,
  Errors.LEADER_NOT_AVAILABLE.code,
  Errors.NOT_ENOUGH_REPLICAS.code,
  Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
  Errors.KAFKA_STORAGE_ERROR.code,
])
const RETRY_MS = 20
/** A disk that is mended is found out about after half a minute at the latest. */
const LATER_RETRY_MS = 1000
const QUICK_TRIES = 60
const TRIES_MAX = 120
/** Longer than any history: none is aborted because its time is up. */
const TRANSACTION_TIMEOUT_MS = 900_000
const MAX_BYTES = 1_000_000

/** A request that was answered with an error that is none of this moment alone. */
export class AnsweredWithError extends Error {
  readonly errorCode: number

  constructor(what: string, errorCode: number) {
    super(`${what} is answered with error ${errorCode}`)
    this.name = 'AnsweredWithError'
    this.errorCode = errorCode
  }
}

/** A client of the broker in the same process, with a connection of its own; each method resolves when it is done. */
export class BrokerClient {
  readonly #broker: SimulatedBroker
  readonly #clock: ManualClock
  readonly #connection: LocalConnection
  readonly #triesMax: number

  /** One that is not patient does not wait until a disk is mended. */
  constructor(broker: SimulatedBroker, clock: ManualClock, o: { readonly isPatient: boolean }) {
    this.#broker = broker
    this.#clock = clock
    this.#triesMax = o.isPatient ? TRIES_MAX : QUICK_TRIES
    this.#connection = broker.connect()
  }

  async createTopic(name: string, numPartitions: number): Promise<string> {
    const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }
    const { topicId } = await this.retried(`CreateTopics of ${name}`, async () => {
      const { topics } = await this.ask([CreateTopicsRequest, CreateTopicsResponse, 7], { topics: [topic] })
      return topics[0]!
    })
    return topicId
  }

  async createPartitions(name: string, count: number): Promise<void> {
    const body = { topics: [{ name, count, assignments: null }], timeoutMs: 1000, validateOnly: false }
    await this.retried(`CreatePartitions of ${name}`, async () => {
      const { results } = await this.ask([CreatePartitionsRequest, CreatePartitionsResponse, 3], body)
      return results[0]!
    })
  }

  async deleteTopic(name: string): Promise<void> {
    const body = { topics: [{ name, topicId: NO_ID }], timeoutMs: 1000 }
    await this.retried(`DeleteTopics of ${name}`, async () => {
      const { responses } = await this.ask([DeleteTopicsRequest, DeleteTopicsResponse, 6], body)
      return responses[0]!
    })
  }

  setConfig(topic: string, name: string, value: string): Promise<void> {
    return this.#alterConfig(TOPIC, topic, { name, value })
  }

  setGroupConfig(groupId: string, name: string, value: string): Promise<void> {
    return this.#alterConfig(GROUP, groupId, { name, value })
  }

  async #alterConfig(
    resourceType: number,
    resourceName: string,
    { name, value }: { readonly name: string; readonly value: string },
  ): Promise<void> {
    const configs = [{ name, configOperation: 0, value }]
    const body = { resources: [{ resourceType, resourceName, configs }], validateOnly: false }
    const request = [IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1] as const
    await this.retried(`IncrementalAlterConfigs of ${resourceName}`, async () => {
      const { responses } = await this.ask(request, body)
      return responses[0]!
    })
  }

  /** The value that was set for a topic, or undefined when it is the broker's. */
  async config(topic: string, name: string): Promise<string | undefined> {
    const body = { resources: [{ resourceType: TOPIC, resourceName: topic, configurationKeys: [name] }] }
    const { results } = await this.ask([DescribeConfigsRequest, DescribeConfigsResponse, 4], body)
    this.#refuse(`DescribeConfigs of ${topic}`, results[0]!.errorCode)
    const found = results[0]!.configs.find((each) => each.name === name)
    return found?.configSource === SET_ON_TOPIC ? (found.value ?? undefined) : undefined
  }

  async topics(): Promise<ReadonlyMap<string, { readonly id: string; readonly partitions: number }>> {
    const body = { topics: null, allowAutoTopicCreation: false }
    const { topics } = await this.ask([MetadataRequest, MetadataResponse, 12], body)
    return new Map(
      topics.map(({ name, topicId, partitions }) => [name!, { id: topicId, partitions: partitions.length }]),
    )
  }

  async findCoordinator(key: string, keyType: number): Promise<void> {
    await this.retried(`FindCoordinator of ${key}`, async () => {
      const request = [FindCoordinatorRequest, FindCoordinatorResponse, 2] as const
      return this.ask(request, { key, keyType })
    })
  }

  async initProducerId(transactionalId: string | null): Promise<ProducerIdentity> {
    if (transactionalId !== null) await this.findCoordinator(transactionalId, TRANSACTIONS)
    return this.retried('InitProducerId', () =>
      this.ask([InitProducerIdRequest, InitProducerIdResponse, 5], {
        transactionalId,
        transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      }),
    )
  }

  /** Returns the offset of the first record. */
  async produce(place: Place, records: Uint8Array, transactionalId: string | null): Promise<number> {
    const { baseOffset } = await this.retried(`Produce to ${nameOf(place)}`, async () => {
      const topicData = [{ name: place.topic, partitionData: [{ index: place.partition, records }] }]
      const body = { transactionalId, acks: -1, timeoutMs: 10_000, topicData }
      const { responses } = await this.ask([ProduceRequest, ProduceResponse, 12], body)
      return responses[0]!.partitionResponses[0]!
    })
    return baseOffset
  }

  async endTransaction(transactionalId: string, id: ProducerIdentity, committed: boolean): Promise<ProducerIdentity> {
    return this.retried('EndTxn', () =>
      this.ask([EndTxnRequest, EndTxnResponse, 5], { transactionalId, ...id, committed }),
    )
  }

  async commitOffset(groupId: string, { topic, partition }: Place, committedOffset: number): Promise<void> {
    await this.findCoordinator(groupId, GROUPS)
    const topics = [
      { name: topic, partitions: [{ partitionIndex: partition, committedOffset, committedMetadata: '' }] },
    ]
    await this.retried(`OffsetCommit of ${groupId}`, async () => {
      const body = { groupId, generationIdOrMemberEpoch: -1, memberId: '', topics }
      const answered = await this.ask([OffsetCommitRequest, OffsetCommitResponse, 8], body)
      return answered.topics[0]!.partitions[0]!
    })
  }

  async commitOffsetInTransaction(
    transactionalId: string,
    id: ProducerIdentity,
    { groupId, place, offset }: { readonly groupId: string; readonly place: Place; readonly offset: number },
  ): Promise<void> {
    await this.findCoordinator(groupId, GROUPS)
    const partition = { partitionIndex: place.partition, committedOffset: offset, committedMetadata: '' }
    const topics = [{ name: place.topic, partitions: [partition] }]
    await this.retried(`TxnOffsetCommit of ${groupId}`, async () => {
      const body = { transactionalId, groupId, ...id, topics }
      const answered = await this.ask([TxnOffsetCommitRequest, TxnOffsetCommitResponse, 5], body)
      return answered.topics[0]!.partitions[0]!
    })
  }

  /** The committed offset; -1 when there is none. */
  async committedOffset(groupId: string, { topic, partition }: Place): Promise<number> {
    await this.findCoordinator(groupId, GROUPS)
    const fetched = await this.retried(`OffsetFetch of ${groupId}`, async () => {
      const groups = [{ groupId, topics: [{ name: topic, partitionIndexes: [partition] }] }]
      const answered = await this.ask([OffsetFetchRequest, OffsetFetchResponse, 8], { groups, requireStable: true })
      const group = answered.groups[0]!
      return group.errorCode === 0
        ? group.topics[0]!.partitions[0]!
        : { errorCode: group.errorCode, committedOffset: -1 }
    })
    return fetched.committedOffset
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.findCoordinator(groupId, GROUPS)
    await this.retried(`DeleteGroups of ${groupId}`, async () => {
      const { results } = await this.ask([DeleteGroupsRequest, DeleteGroupsResponse, 2], { groupsNames: [groupId] })
      const isGone = results[0]!.errorCode === Errors.GROUP_ID_NOT_FOUND.code
      return isGone ? { errorCode: 0 } : results[0]!
    })
  }

  /** What a fetch from an offset on finds. */
  fetch(place: Place, fetchOffset: number, isCommitted: boolean) {
    return this.retried(`Fetch of ${nameOf(place)}`, () => this.fetchOnce(place, fetchOffset, isCommitted))
  }

  /** As {@link fetch}, whatever the answer is. */
  async fetchOnce({ topic, partition }: Place, fetchOffset: number, isCommitted: boolean) {
    const partitions = [{ partition, currentLeaderEpoch: -1, fetchOffset, partitionMaxBytes: MAX_BYTES }]
    const { responses } = await this.ask([FetchRequest, FetchResponse, 12], {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: MAX_BYTES,
      isolationLevel: isCommitted ? 1 : 0,
      topics: [{ topic, partitions }],
      forgottenTopicsData: [],
    })
    return responses[0]!.partitions[0]!
  }

  ask<Req extends Message, Res extends Message>(
    request: readonly [Req, Res, number],
    body: Input<Req>,
  ): Promise<Infer<Res>> {
    return this.#broker.ask(this.#connection, request, body)
  }

  /** As {@link answered}; throws an {@link AnsweredWithError} when the answer is an error. */
  async retried<T extends { readonly errorCode: number }>(what: string, attempt: () => Promise<T>): Promise<T> {
    const answer = await this.answered(attempt)
    this.#refuse(what, answer.errorCode)
    return answer
  }

  /** Asks until there is an answer that is none of this moment alone. */
  async answered<T extends { readonly errorCode: number }>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const answer = await attempt()
      if (!RETRIABLE.has(answer.errorCode) || tries === this.#triesMax) return answer
      const delayMs = tries < QUICK_TRIES ? RETRY_MS : LATER_RETRY_MS
      await new Promise<void>((resolve) => void this.#clock.setTimer(delayMs, resolve))
    }
  }

  #refuse(what: string, errorCode: number): void {
    if (errorCode !== 0) throw new AnsweredWithError(what, errorCode)
  }
}

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'
const TOPIC = 2
const GROUP = 32
const SET_ON_TOPIC = 1
const GROUPS = 0
const TRANSACTIONS = 1

export function nameOf({ topic, partition }: Place): string {
  return `${topic}-${partition}`
}
