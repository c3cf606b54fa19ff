/** A transactional producer for tests, one request at a time, in either generation of the protocol (KIP-890). */
import {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  EndTxnRequest,
  EndTxnResponse,
  Errors,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ProduceRequest,
  ProduceResponse,
} from '@milena/protocol'
import { batchOf } from './topics.ts'
import type { WireClient } from './wire-client.ts'

export type Generation = 1 | 2

const VERSIONS = {
  1: { init: 4, add: 3, offsets: 3, produce: 11, end: 4 },
  2: { init: 5, add: 5, offsets: 4, produce: 12, end: 5 },
} as const

export class TransactionalProducer {
  readonly #client: WireClient
  readonly #versions: (typeof VERSIONS)[Generation]
  readonly transactionalId: string
  producerId = -1
  producerEpoch = -1
  #nextSequence = 0

  constructor(client: WireClient, transactionalId: string, generation: Generation) {
    this.#client = client
    this.transactionalId = transactionalId
    this.#versions = VERSIONS[generation]
  }

  /** Asks until nobody else's transaction is in the way. Returns the error code. */
  async init(options: { readonly timeoutMs?: number } = {}): Promise<number> {
    const key = { key: this.transactionalId, keyType: 1 }
    await this.#client.send(FindCoordinatorRequest, FindCoordinatorResponse, 2, key)
    for (;;) {
      const errorCode = await this.initOnce(options)
      if (errorCode !== Errors.CONCURRENT_TRANSACTIONS.code && errorCode !== LOADING) return errorCode
    }
  }

  async initOnce({ timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {}): Promise<number> {
    const body = { transactionalId: this.transactionalId, transactionTimeoutMs: timeoutMs }
    const version = this.#versions.init
    const answer = await this.#client.send(InitProducerIdRequest, InitProducerIdResponse, version, body)
    if (answer.errorCode === Errors.NONE.code) this.#begin(answer)
    return answer.errorCode
  }

  /** Returns the error code of the first partition. */
  async addPartitions(topic: string, partitions: readonly number[] = [0]): Promise<number> {
    const body = {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions }],
    }
    const answer = await this.#client.send(AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, 3, body)
    return answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode
  }

  async addOffsets(groupId: string): Promise<number> {
    const { transactionalId, producerId, producerEpoch } = this
    const body = { transactionalId, producerId, producerEpoch, groupId }
    const version = this.#versions.offsets
    return (await this.#client.send(AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, version, body)).errorCode
  }

  /** Sends one batch to a partition by the topic's name; returns the error code. */
  async produce(topic: string, values: readonly string[], partition = 0): Promise<number> {
    const { transactionalId, producerId, producerEpoch } = this
    const records = batchOf(values, {
      producerId,
      producerEpoch,
      baseSequence: this.#nextSequence,
      isTransactional: true,
    })
    const partitionData = [{ index: partition, records }]
    const body = { transactionalId, acks: -1, timeoutMs: 10_000, topicData: [{ name: topic, partitionData }] }
    const { responses } = await this.#client.send(ProduceRequest, ProduceResponse, this.#versions.produce, body)
    const { errorCode } = responses[0]!.partitionResponses[0]!
    if (errorCode === Errors.NONE.code) this.#nextSequence += values.length
    return errorCode
  }

  async end(committed: boolean): Promise<number> {
    const { transactionalId, producerId, producerEpoch } = this
    const body = { transactionalId, producerId, producerEpoch, committed }
    const answer = await this.#client.send(EndTxnRequest, EndTxnResponse, this.#versions.end, body)
    const isBumped = answer.errorCode === Errors.NONE.code && answer.producerId !== -1
    if (isBumped) this.#begin(answer)
    return answer.errorCode
  }

  #begin({ producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number }): void {
    this.producerId = producerId
    this.producerEpoch = producerEpoch
    this.#nextSequence = 0
  }
}

const LOADING = Errors.COORDINATOR_LOAD_IN_PROGRESS.code
