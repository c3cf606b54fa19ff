import type { Timer } from '@milena/runtime'
import type { CompressionType } from '@milena/records'
import { apis } from '../apis.ts'
import { partitionKey, type TopicPartition } from '../cluster/cluster-metadata.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { BrokerConnection } from '../net/broker-connection.ts'
import { PartitionQueue } from './partition-queue.ts'
import type { PendingRecord, ProducerBatch, ProducerIdAndEpoch, Settle } from './producer-batch.ts'
import {
  readProduceResponse,
  writeProduceRequest,
  type BatchInFlight,
  type PartitionAnswer,
} from './produce-request.ts'

export interface SenderOptions {
  readonly client: KafkaClient
  readonly acks: -1 | 0 | 1
  readonly idempotent: boolean
  readonly compression: CompressionType
  readonly batchSize: number
  readonly lingerMs: number
  readonly maxInFlight: number
  readonly maxRequestSize: number
  readonly retries: number
  readonly requestTimeoutMs: number
  readonly deliveryTimeoutMs: number
  /** A batch is done, one way or another. */
  readonly onSettled: (batch: ProducerBatch) => void
}

interface Node {
  connection: BrokerConnection | undefined
  connecting: boolean
  notBeforeMs: number
  inFlight: number
}

/**
 * Gets batches to the leaders of their partitions. Whenever something changes (a record, an answer, a connection, a
 * timer), `pump` sends what can be sent; nothing polls.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #client: KafkaClient
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #active = new Set<PartitionQueue>()
  readonly #nodes = new Map<number, Node>()
  #producer: ProducerIdAndEpoch | undefined
  #gettingProducer = false
  #refreshing = false
  #refreshNotBeforeMs = 0
  #refreshedAtMs: number
  #nextOrdinal = 0
  #timer: Timer | undefined
  #pumpQueued = false
  #closed = false
  /** Someone waits for a flush, or for room: nothing lingers. */
  hurry = false

  constructor(options: SenderOptions) {
    this.#options = options
    this.#client = options.client
    this.#refreshedAtMs = this.#nowMs
  }

  /** Whether everything is settled. */
  get idle(): boolean {
    return this.#active.size === 0
  }

  append(at: TopicPartition, record: PendingRecord, sizeInBytes: number, settle: Settle): void {
    const key = partitionKey(at)
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new PartitionQueue(at)
      this.#queues.set(key, queue)
    }
    queue.append(record, {
      sizeInBytes,
      batchSize: this.#options.batchSize,
      nowMs: this.#nowMs,
      nextOrdinal: () => this.#nextOrdinal++,
      settle,
    })
    this.#active.add(queue)
    this.wake()
  }

  /** Sends what can be sent, after what is being done now. */
  wake(): void {
    if (this.#pumpQueued || this.#closed) return
    this.#pumpQueued = true
    queueMicrotask(() => {
      this.#pumpQueued = false
      this.#pump()
    })
  }

  /** Fails whatever is not yet settled. */
  close(error: KafkaError): void {
    this.#closed = true
    this.#timer?.cancel()
    for (const queue of this.#active) {
      for (const batch of queue.waiting.splice(0)) this.#settle(batch, error)
      for (const batch of queue.inFlight) this.#settle(batch, error)
      queue.inFlight.clear()
    }
    this.#active.clear()
  }

  get #nowMs(): number {
    return this.#client.clock.monotonicMs()
  }

  #pump(): void {
    if (this.#closed) return
    this.#timer?.cancel()
    const nowMs = this.#nowMs
    let nextMs = Infinity
    const ready = new Map<number, PartitionQueue[]>()
    const leaderless = new Set<string>()
    for (const queue of this.#active) {
      this.#expire(queue, nowMs)
      if (queue.waiting.length === 0) continue
      nextMs = Math.min(nextMs, queue.waiting[0]!.createdAtMs + this.#options.deliveryTimeoutMs - nowMs)
      const readyInMs = queue.readyInMs(nowMs, { lingerMs: this.#options.lingerMs, hurry: this.hurry })
      if (readyInMs > 0) {
        nextMs = Math.min(nextMs, readyInMs)
        continue
      }
      const leaderId = this.#client.metadata.partition(queue)?.leaderId ?? -1
      if (leaderId < 0) leaderless.add(queue.topic)
      else if (ready.has(leaderId)) ready.get(leaderId)!.push(queue)
      else ready.set(leaderId, [queue])
    }
    if (nowMs - this.#refreshedAtMs > this.#client.metadataMaxAgeMs) {
      this.#refreshMetadata(Array.from(this.#queues.values(), ({ topic }) => topic))
    }
    if (leaderless.size > 0) nextMs = Math.min(nextMs, this.#refresh(leaderless))
    if (ready.size > 0 && this.#mayNumber(ready)) {
      for (const [nodeId, queues] of ready) nextMs = Math.min(nextMs, this.#sendTo(nodeId, queues, nowMs))
    }
    if (nextMs < Infinity) this.#timer = this.#client.clock.setTimer(Math.max(1, nextMs), () => this.#pump())
  }

  /** What has waited too long is given up. */
  #expire(queue: PartitionQueue, nowMs: number): void {
    const { deliveryTimeoutMs } = this.#options
    while (queue.waiting.length > 0 && queue.waiting[0]!.createdAtMs + deliveryTimeoutMs <= nowMs) {
      const batch = queue.waiting.shift()!
      if (batch.sequence !== undefined) queue.breakSequence()
      this.#settle(
        batch,
        KafkaError.client(
          'TIMEOUT',
          `${batch.records.length} record(s) for ${partitionKey(queue)} were not delivered within ${deliveryTimeoutMs} ms.`,
        ),
      )
    }
    if (queue.idle) this.#active.delete(queue)
  }

  /** @returns how long until this node should be looked at again; Infinity when something else will wake us */
  #sendTo(nodeId: number, queues: readonly PartitionQueue[], nowMs: number): number {
    const node = this.#node(nodeId)
    const { connection } = node
    if (connection === undefined || connection.closed) {
      if (node.connecting) return Infinity
      if (node.notBeforeMs > nowMs) return node.notBeforeMs - nowMs
      void this.#connect(nodeId, node)
      return Infinity
    }
    if (connection.throttledForMs > 0) return connection.throttledForMs
    const { lingerMs, maxInFlight, maxRequestSize } = this.#options
    const producer = this.#options.idempotent ? this.#producer : undefined
    while (node.inFlight < maxInFlight) {
      const batches: BatchInFlight[] = []
      let sizeInBytes = 0
      for (const queue of queues) {
        const head = queue.waiting[0]
        if (head === undefined || (batches.length > 0 && sizeInBytes + head.sizeInBytes > maxRequestSize)) continue
        const batch = queue.take({ nowMs, lingerMs, hurry: this.hurry, producer })
        if (batch === undefined) continue
        sizeInBytes += batch.sizeInBytes
        batches.push({ queue, batch })
      }
      if (batches.length === 0) break
      void this.#send(node, connection, batches)
    }
    return Infinity
  }

  async #send(node: Node, connection: BrokerConnection, batches: readonly BatchInFlight[]): Promise<void> {
    const { acks, compression, requestTimeoutMs } = this.#options
    node.inFlight++
    try {
      const request = writeProduceRequest(batches, {
        acks,
        compression,
        timeoutMs: requestTimeoutMs,
        topicId: (topic) => this.#client.metadata.topic(topic)?.topicId,
      })
      const version = connection.versionFor(apis.produce, request.versions)
      if (version === undefined)
        throw KafkaError.of('UNSUPPORTED_VERSION', 'The broker speaks no usable version of Produce.')
      const answered = connection.sendVersion(apis.produce, version, request.body, { unanswered: acks === 0 })
      if (acks === 0) {
        await answered
        for (const { queue, batch } of batches) this.#succeed(queue, batch, { baseOffset: -1, logAppendTimeMs: -1 })
      } else {
        const answers = readProduceResponse(await answered, batches, (id) => this.#client.metadata.topicName(id))
        for (const answer of answers) this.#handle(answer)
      }
    } catch (error) {
      const failure =
        error instanceof KafkaError ? error : KafkaError.client('INVALID_ARGUMENT', String(error), { cause: error })
      for (const { queue, batch } of batches) this.#handle({ queue, batch, error: failure })
    } finally {
      node.inFlight--
      this.wake()
    }
  }

  #handle({ queue, batch, error, result }: PartitionAnswer): void {
    if (this.#closed || !queue.inFlight.has(batch)) return
    if (error === undefined || error.name === 'DUPLICATE_SEQUENCE_NUMBER') {
      this.#succeed(queue, batch, result ?? { baseOffset: -1, logAppendTimeMs: -1 })
      return
    }
    if (error.name === 'MESSAGE_TOO_LARGE' && batch.records.length > 1) {
      queue.inFlight.delete(batch)
      for (const half of batch.split()) queue.putBack(half)
      return
    }
    if (this.#mayRetry(queue, batch, error)) {
      batch.attempts++
      batch.notBeforeMs = this.#nowMs + this.#client.retryBackoff.delayMs(batch.attempts - 1)
      queue.putBack(batch)
      if (error.retriable && error.name !== 'NOT_ENOUGH_REPLICAS' && error.name !== 'THROTTLING_QUOTA_EXCEEDED') {
        this.#client.forgetTopics([queue.topic])
      }
      return
    }
    queue.inFlight.delete(batch)
    this.#giveUp(queue, batch, error)
  }

  #mayRetry(queue: PartitionQueue, batch: ProducerBatch, error: KafkaError): boolean {
    const expired = batch.createdAtMs + this.#options.deliveryTimeoutMs <= this.#nowMs
    if (expired || batch.attempts >= this.#options.retries) return false
    if (error.name === 'OUT_OF_ORDER_SEQUENCE_NUMBER') return queue.hasOlder(batch)
    return error.retriable
  }

  #giveUp(queue: PartitionQueue, batch: ProducerBatch, error: KafkaError): void {
    const fenced = ['INVALID_PRODUCER_EPOCH', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_ID_MAPPING']
    if (fenced.includes(error.name)) queue.retireProducer()
    else queue.breakSequence()
    this.#settle(batch, error)
    if (queue.idle) this.#active.delete(queue)
  }

  #succeed(queue: PartitionQueue, batch: ProducerBatch, result: { baseOffset: number; logAppendTimeMs: number }): void {
    queue.acknowledge(batch)
    this.#settle(batch, result)
    if (queue.idle) this.#active.delete(queue)
  }

  #settle(batch: ProducerBatch, outcome: Parameters<ProducerBatch['settle']>[0]): void {
    this.#options.onSettled(batch)
    batch.settle(outcome)
  }

  #node(nodeId: number): Node {
    let node = this.#nodes.get(nodeId)
    if (node === undefined) {
      node = { connection: undefined, connecting: false, notBeforeMs: 0, inFlight: 0 }
      this.#nodes.set(nodeId, node)
    }
    return node
  }

  async #connect(nodeId: number, node: Node): Promise<void> {
    node.connecting = true
    try {
      node.connection = await this.#client.connect({ nodeId })
    } catch {
      // The pool logs why and keeps its pause; the batches wait, and are given up when their time is over.
      node.notBeforeMs = this.#nowMs + this.#client.retryBackoff.delayMs(0)
      this.#refreshMetadata(Array.from(this.#active, ({ topic }) => topic))
    } finally {
      node.connecting = false
      this.wake()
    }
  }

  /** Whether batches may be numbered; a producer id is asked for when it is missing. */
  #mayNumber(ready: ReadonlyMap<number, readonly PartitionQueue[]>): boolean {
    if (!this.#options.idempotent) return true
    const producer = this.#producer
    const retired = Array.from(ready.values()).some((queues) =>
      queues.some(
        ({ retiredProducerId }) => retiredProducerId !== undefined && retiredProducerId === producer?.producerId,
      ),
    )
    if (producer !== undefined && !retired) return true
    if (!this.#gettingProducer) void this.#getProducer()
    return false
  }

  async #getProducer(): Promise<void> {
    this.#gettingProducer = true
    try {
      const { producerId, producerEpoch } = await this.#client.request(
        apis.initProducerId,
        { transactionalId: null, transactionTimeoutMs: 2 ** 31 - 1 },
        {
          to: 'any',
          apiTimeoutMs: this.#options.deliveryTimeoutMs,
          check: ({ errorCode }) => KafkaError.check(errorCode),
        },
      )
      this.#producer = { producerId, producerEpoch }
    } catch (error) {
      if (error instanceof KafkaError && error.retriable) return // Batches expire by themselves meanwhile.
      this.close(error instanceof KafkaError ? error : KafkaError.client('CLIENT_CLOSED', undefined, { cause: error }))
    } finally {
      this.#gettingProducer = false
      this.wake()
    }
  }

  /** @returns how long until the topics should be looked at again */
  #refresh(topics: Iterable<string>): number {
    const waitMs = this.#refreshNotBeforeMs - this.#nowMs
    if (waitMs > 0) return waitMs
    this.#refreshMetadata(Array.from(topics))
    return Infinity
  }

  #refreshMetadata(topics: readonly string[]): void {
    if (this.#refreshing || this.#closed) return
    this.#refreshing = true
    this.#client
      .refreshMetadata({ topics: Array.from(new Set(topics)) })
      .catch(() => undefined) // Tried again while there are batches that need a leader.
      .finally(() => {
        this.#refreshing = false
        this.#refreshedAtMs = this.#nowMs
        this.#refreshNotBeforeMs = this.#nowMs + this.#client.retryBackoff.delayMs(0)
        this.wake()
      })
  }
}
