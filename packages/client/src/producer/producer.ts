import type { CompressionType } from '@milena/records'
import type { Timer } from '@milena/runtime'
import { Deadline, sleep } from '../deadline.ts'
import { KafkaClient, type KafkaClientOptions } from '../cluster/kafka-client.ts'
import type { TopicMetadata } from '../cluster/cluster-metadata.ts'
import { KafkaError } from '../kafka-error.ts'
import { DefaultPartitioner } from './partitioner.ts'
import { batchOverhead, sizeOf, type PendingRecord, type ProducerBatch } from './producer-batch.ts'
import { Sender } from './sender.ts'

export interface ProducerOptions {
  /** 'all' (or -1) waits for all in-sync replicas, 1 for the leader, 0 for nobody. */
  readonly acks?: 'all' | -1 | 0 | 1
  /** On by default with acks=all: a record that is sent again after a failure is written once, and in order. */
  readonly idempotent?: boolean
  readonly retries?: number
  /** How long a batch may wait for more records; 5. */
  readonly lingerMs?: number
  /** 16,384. */
  readonly batchSize?: number
  readonly maxInFlight?: number
  readonly maxRequestSize?: number
  readonly compression?: CompressionType
  /** From `send` to success or failure; 120,000. */
  readonly deliveryTimeoutMs?: number
  /** How long `send` may wait for metadata and for room; 60,000. */
  readonly maxBlockMs?: number
  /** Bytes of records that may wait to be acknowledged; 32 MiB. */
  readonly bufferMemory?: number
}

type Bytes = Uint8Array | string | null

export interface ProducerRecord {
  readonly topic: string
  /** Chosen by the key, or at random, when absent. */
  readonly partition?: number
  /** Strings are written as UTF-8. */
  readonly key?: Bytes
  readonly value: Bytes
  readonly headers?: readonly { readonly key: string; readonly value: Bytes }[]
  /** Milliseconds since 1970; now when absent. */
  readonly timestamp?: number
}

export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1 when the broker did not say. */
  readonly offset: number
  readonly timestamp: number
}

interface WaitingSend {
  readonly record: ProducerRecord
  readonly deadline: Deadline
  readonly resolve: (metadata: RecordMetadata) => void
  readonly reject: (error: KafkaError) => void
}

const encoder = new TextEncoder()
const bytesOf = (value: Bytes | undefined): Uint8Array | null =>
  typeof value === 'string' ? encoder.encode(value) : (value ?? null)

/** Writes records. Those of one partition are written in the order in which they were given to `send`. */
export class Producer implements AsyncDisposable {
  readonly client: KafkaClient
  readonly #ownsClient: boolean
  readonly #sender: Sender
  readonly #partitioner: DefaultPartitioner
  readonly #maxRequestSize: number
  readonly #maxBlockMs: number
  readonly #bufferMemory: number
  #bufferedBytes = 0
  #unsettled = 0
  readonly #waiting: WaitingSend[] = []
  #draining = false
  #flushes = 0
  #roomTimer: Timer | undefined
  readonly #idle: (() => void)[] = []
  readonly #roomy: (() => void)[] = []
  #closed = false

  /** On a client of its own, or on one that is shared and stays open when this is closed. */
  constructor(client: KafkaClient | KafkaClientOptions, options: ProducerOptions = {}) {
    this.#ownsClient = !(client instanceof KafkaClient)
    this.client = client instanceof KafkaClient ? client : new KafkaClient({ clientId: 'producer', ...client })
    const acks = options.acks === 'all' ? -1 : (options.acks ?? -1)
    if (options.idempotent === true && acks !== -1) {
      throw KafkaError.client('INVALID_ARGUMENT', 'An idempotent producer needs acks=all.')
    }
    if (options.idempotent === true && (options.maxInFlight ?? 5) > 5) {
      throw KafkaError.client('INVALID_ARGUMENT', 'An idempotent producer has at most 5 requests in flight.')
    }
    const idempotent = options.idempotent ?? (acks === -1 && (options.maxInFlight ?? 5) <= 5 && options.retries !== 0)
    const batchSize = options.batchSize ?? 16_384
    this.#maxRequestSize = options.maxRequestSize ?? 1_048_576
    this.#maxBlockMs = options.maxBlockMs ?? 60_000
    this.#bufferMemory = options.bufferMemory ?? 32 * 1024 * 1024
    this.#partitioner = new DefaultPartitioner({ random: this.client.random, batchSize })
    this.#sender = new Sender({
      client: this.client,
      acks,
      idempotent,
      batchSize,
      compression: options.compression ?? 'none',
      lingerMs: options.lingerMs ?? 5,
      maxInFlight: options.maxInFlight ?? 5,
      maxRequestSize: this.#maxRequestSize,
      retries: options.retries ?? Infinity,
      requestTimeoutMs: this.client.requestTimeoutMs,
      deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
      onSettled: (batch) => this.#onSettled(batch),
    })
  }

  /** Resolves when the record is written as `acks` says; rejects with a `KafkaError` when it is given up. */
  send(record: ProducerRecord): Promise<RecordMetadata> {
    if (this.#closed) return Promise.reject(KafkaError.client('CLIENT_CLOSED', 'The producer is closed.'))
    return new Promise((resolve, reject) => {
      const waiting = { record, deadline: new Deadline(this.client.clock, this.#maxBlockMs), resolve, reject }
      // Whoever waits for metadata or room goes first, so that order is kept.
      if (this.#waiting.length === 0 && this.#append(waiting)) return
      this.#waiting.push(waiting)
      void this.#drain()
    })
  }

  /** Whether records are waiting for metadata or for room; a writer with more of them should then wait for `room`. */
  get backlogged(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves when no record waits for metadata or for room any more. */
  async room(): Promise<void> {
    while (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#roomy.push(resolve))
  }

  /** Resolves when everything given to `send` so far is settled. */
  async flush(): Promise<void> {
    this.#flushes++
    this.#updateHurry()
    while (this.#unsettled > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve))
    }
    this.#flushes--
    this.#updateHurry()
  }

  /** Delivers what is still waiting, then closes; after `timeoutMs` the rest fails. */
  async close({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (timeoutMs === undefined) await this.flush()
    else if (timeoutMs > 0) {
      const abort = new AbortController()
      await Promise.race([this.flush(), sleep(this.client.clock, timeoutMs, abort.signal).catch(() => undefined)])
      abort.abort()
    }
    const error = KafkaError.client('CLIENT_CLOSED', 'The producer was closed before the record was delivered.')
    this.#roomTimer?.cancel()
    this.#sender.close(error)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    this.#notifyIdle()
    if (this.#ownsClient) this.client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @returns whether the record is settled or on its way; false when metadata or room is missing */
  #append({ record, resolve, reject }: WaitingSend): boolean {
    const topic = this.client.metadata.topic(record.topic)
    if (topic === undefined || topic.partitions.length === 0 || topic.errorCode !== 0) return false
    if (record.partition !== undefined && record.partition >= topic.partitions.length) return false
    const pending: PendingRecord = {
      timestamp: record.timestamp ?? this.client.clock.nowMs(),
      key: bytesOf(record.key),
      value: bytesOf(record.value),
      headers: (record.headers ?? []).map(({ key, value }) => ({ key, value: bytesOf(value) })),
    }
    const sizeInBytes = sizeOf(pending)
    const limit = Math.min(this.#maxRequestSize, this.#bufferMemory)
    if (sizeInBytes + batchOverhead > limit) {
      reject(
        KafkaError.of(
          'MESSAGE_TOO_LARGE',
          `The message is ${sizeInBytes + batchOverhead} bytes when serialized which is larger than ${limit}, which is the value of the max.request.size configuration.`,
        ),
      )
      return true
    }
    if (this.#bufferedBytes + sizeInBytes > this.#bufferMemory) return false
    const at = this.#place(topic, record, pending, sizeInBytes)
    this.#bufferedBytes += sizeInBytes
    this.#unsettled++
    this.#sender.append(at, pending, sizeInBytes, (outcome, index) => {
      if (outcome instanceof KafkaError) reject(outcome)
      else {
        const offset = outcome.baseOffset < 0 ? -1 : outcome.baseOffset + index
        const timestamp = outcome.logAppendTimeMs < 0 ? pending.timestamp : outcome.logAppendTimeMs
        resolve({ ...at, offset, timestamp })
      }
    })
    return true
  }

  #place(topic: TopicMetadata, record: ProducerRecord, pending: PendingRecord, sizeInBytes: number) {
    const partition = record.partition ?? this.#partitioner.partition(topic, pending.key, sizeInBytes)
    return { topic: record.topic, partition }
  }

  /** Lets those who wait go on, in order, as soon as the first can. */
  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        if (this.#append(first)) this.#waiting.shift()
        else if (this.#roomIsMissing(first.record)) return this.#awaitRoom(first)
        else if (!(await this.#awaitMetadata(first)) && this.#waiting[0] === first) this.#waiting.shift()
      }
      this.#roomTimer?.cancel()
      this.#roomTimer = undefined
      this.#updateHurry()
    } finally {
      this.#draining = false
      this.#notifyIdle()
    }
  }

  #roomIsMissing({ topic, partition }: ProducerRecord): boolean {
    const metadata = this.client.metadata.topic(topic)
    if (metadata === undefined || metadata.errorCode !== 0 || metadata.partitions.length <= (partition ?? 0))
      return false
    return true
  }

  /** Room comes from what is delivered; whoever waits too long for it is sent away. */
  #awaitRoom(first: WaitingSend): void {
    this.#roomTimer ??= this.client.clock.setTimer(first.deadline.remainingMs, () => {
      this.#roomTimer = undefined
      while (this.#waiting[0]?.deadline.expired === true) {
        this.#waiting
          .shift()!
          .reject(
            KafkaError.client('BUFFER_EXHAUSTED', `No room for the record came free within ${this.#maxBlockMs} ms.`),
          )
      }
      void this.#drain()
    })
    this.#updateHurry()
  }

  /** Nothing lingers while someone waits for a flush, or for room. */
  #updateHurry(): void {
    this.#sender.hurry = this.#flushes > 0 || this.#waiting.length > 0
    if (this.#sender.hurry) this.#sender.wake()
  }

  /** @returns false when the record was given up */
  async #awaitMetadata({ record: { topic, partition = 0 }, deadline, reject }: WaitingSend): Promise<boolean> {
    const { client } = this
    try {
      await client.retry(`metadata of ${topic}`, { deadline }, async () => {
        const metadata = await client.refreshMetadata({ topics: [topic], allowAutoTopicCreation: true, deadline })
        const found = metadata.topic(topic)
        KafkaError.check(found?.errorCode ?? 0)
        if (found === undefined || found.partitions.length <= partition) {
          throw KafkaError.of('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${topic} has no partition ${partition}.`)
        }
      })
      return true
    } catch (error) {
      reject(this.#metadataFailure(topic, error))
      return false
    }
  }

  #metadataFailure(topic: string, error: unknown): KafkaError {
    if (!(error instanceof KafkaError)) return KafkaError.client('INVALID_ARGUMENT', String(error), { cause: error })
    if (error.name !== 'TIMEOUT') return error
    return KafkaError.client('TIMEOUT', `Topic ${topic} not present in metadata after ${this.#maxBlockMs} ms.`, {
      cause: error.cause,
    })
  }

  #onSettled(batch: ProducerBatch): void {
    for (const record of batch.records) this.#bufferedBytes -= sizeOf(record)
    this.#unsettled -= batch.records.length
    if (this.#waiting.length > 0) void this.#drain()
    else this.#notifyIdle()
  }

  #notifyIdle(): void {
    if (this.#waiting.length === 0) for (const resolve of this.#roomy.splice(0)) resolve()
    if (this.#unsettled === 0 && this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }
}
