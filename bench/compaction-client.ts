// What the benchmark of compaction asks of a broker.
import {
  CreateTopicsRequest,
  FetchRequest,
  FetchResponse,
  IncrementalAlterConfigsRequest,
  ProduceRequest,
  ProduceResponse,
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
} from '@milena/protocol'
import { connect, type Connection } from './connection.ts'

export const TOPIC = 'compacted'
const GIVE_UP_MS = 30_000
const FETCH_VERSION = 11
const PRODUCE_VERSION = 9
const FETCH_BYTES = 1 << 20
const header = { correlationId: 1, clientId: 'bench' }

/** One connection. */
export class CompactionClient {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  static async connect(port: number): Promise<CompactionClient> {
    return new CompactionClient(await connect(port, GIVE_UP_MS))
  }

  async createTopic(configs: { readonly [name: string]: string }): Promise<void> {
    const entries = Object.entries({ ...configs, 'segment.bytes': String(64 << 20) })
    const topic = {
      name: TOPIC,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: entries.map(([name, value]) => ({ name, value })),
    }
    const body = { topics: [topic] }
    await this.#send(encodeRequestFrame({ ...header, message: CreateTopicsRequest, version: 5, body }))
  }

  async alterTopic(name: string, value: string): Promise<void> {
    const configs = [{ name, configOperation: 0, value }]
    const body = { resources: [{ resourceType: 2, resourceName: TOPIC, configs }], validateOnly: false }
    await this.#send(encodeRequestFrame({ ...header, message: IncrementalAlterConfigsRequest, version: 1, body }))
  }

  async produce(records: Uint8Array, acks: number): Promise<void> {
    const body = { acks, timeoutMs: 30_000, topicData: [{ name: TOPIC, partitionData: [{ index: 0, records }] }] }
    const frame = await this.#send(
      encodeRequestFrame({ ...header, message: ProduceRequest, version: PRODUCE_VERSION, body }),
    )
    const { bodyOffset } = decodeResponseHeader(frame, ProduceResponse, PRODUCE_VERSION)
    const { responses } = decode(ProduceResponse, PRODUCE_VERSION, frame, bodyOffset)
    const { errorCode } = responses[0]!.partitionResponses[0]!
    if (errorCode !== 0) throw new Error(`a produce request was answered with error ${errorCode}`)
  }

  /** Batches from the one on that holds the offset or comes behind it; the last may be cut off. */
  async fetch(fetchOffset: number, maxWaitMs: number): Promise<Uint8Array> {
    const partitions = [{ partition: 0, currentLeaderEpoch: -1, fetchOffset, partitionMaxBytes: FETCH_BYTES }]
    const topics = [{ topic: TOPIC, partitions }]
    const body = { maxWaitMs, minBytes: 1, maxBytes: FETCH_BYTES, sessionEpoch: -1, topics }
    const frame = await this.#send(
      encodeRequestFrame({ ...header, message: FetchRequest, version: FETCH_VERSION, body }),
    )
    const { bodyOffset } = decodeResponseHeader(frame, FetchResponse, FETCH_VERSION)
    const { responses } = decode(FetchResponse, FETCH_VERSION, frame, bodyOffset)
    const { errorCode, records } = responses[0]!.partitions[0]!
    if (errorCode !== 0) throw new Error(`a fetch at ${fetchOffset} was answered with error ${errorCode}`)
    return records ?? new Uint8Array(0)
  }

  close(): void {
    this.#connection.close()
  }

  #send(frame: readonly Uint8Array[]): Promise<Buffer> {
    return this.#connection.send(Buffer.concat(frame))
  }
}
