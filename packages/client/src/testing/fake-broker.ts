import { decode, decodeRequestHeader, encodeResponseFrame } from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'
import { SeededRandom, type Clock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { KafkaClient, type KafkaClientOptions } from '../cluster/kafka-client.ts'
import { KafkaError } from '../kafka-error.ts'
import type { Api } from '../net/api.ts'
import type { Address, Channel, ChannelHandlers, Connector } from '../net/connector.ts'
import { FrameReader } from '../net/frame-reader.ts'

export interface ReceivedRequest {
  readonly api: string
  readonly version: number
  readonly body: unknown
  readonly nodeId: number
  /** Which of the broker's connections it came over, counted from 1. */
  readonly connection: number
}

/** What a handler may do besides answering: never answer, or close the connection. */
export type Reaction = 'silence' | 'close'

/** A response to encode; `throttleTimeMs` is 0 unless given. */
export type FakeResponse<S extends Message> = Omit<Input<S>, 'throttleTimeMs'> & { readonly throttleTimeMs?: number }

type Handler = (request: unknown, received: ReceivedRequest) => unknown

const silence: Reaction = 'silence'
const close: Reaction = 'close'

/** Brokers in memory that answer as a test says, over channels that behave like sockets. */
export class FakeCluster {
  readonly #addresses = new Map<string, number>()
  readonly #handlers = new Map<number, { api: Api; versions: { min: number; max: number }; handle: Handler }>()
  readonly #channels = new Map<FakeChannel, number>()
  readonly #unreachable = new Set<string>()
  /** Everything received, except ApiVersions, in order. */
  readonly received: ReceivedRequest[] = []
  connections = 0

  constructor(nodeIds: readonly number[] = [1]) {
    for (const nodeId of nodeIds) this.#addresses.set(`broker-${nodeId}:9092`, nodeId)
    this.on(apis.apiVersions, (_request, { version }) => ({
      errorCode: 0,
      apiKeys: this.apiKeys(),
      ...(version >= 3 && { finalizedFeaturesEpoch: -1 }),
    }))
  }

  /** The ranges of everything that has a handler. */
  apiKeys(): { apiKey: number; minVersion: number; maxVersion: number }[] {
    return Array.from(this.#handlers.values(), ({ api, versions }) => ({
      apiKey: api.key,
      minVersion: versions.min,
      maxVersion: versions.max,
    }))
  }

  /** Answers an API from now on; `versions` narrows what is advertised. */
  on<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    handle: (
      request: Infer<Q>,
      received: ReceivedRequest,
    ) => FakeResponse<S> | Reaction | Promise<FakeResponse<S> | Reaction>,
    versions: { min?: number; max?: number } = {},
  ): this {
    this.#handlers.set(api.key, {
      api,
      versions: { min: versions.min ?? api.minVersion, max: versions.max ?? api.maxVersion },
      handle: handle as Handler,
    })
    return this
  }

  /** Answers Metadata with these topics, each with its partitions' leaders. */
  withTopics(topics: Readonly<Record<string, readonly number[]>>): this {
    return this.on(apis.metadata, ({ topics: asked }) => ({
      brokers: Array.from(this.#addresses, ([address, nodeId]) => brokerAt(address, nodeId)),
      clusterId: 'fake',
      controllerId: Math.min(...this.#addresses.values()),
      topics: (asked === null ? Object.keys(topics) : asked.map(({ name }) => name ?? '')).map((name) => ({
        name,
        topicId: topicIdOf(name),
        errorCode: topics[name] === undefined ? 3 : 0,
        partitions: (topics[name] ?? []).map((leaderId, partitionIndex) => ({
          errorCode: leaderId < 0 ? 5 : 0,
          partitionIndex,
          leaderId,
          leaderEpoch: 0,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        })),
      })),
    }))
  }

  /** Answers FindCoordinator with this node, for all keys. */
  withCoordinator(nodeId: () => number): this {
    return this.on(apis.findCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => ({
        key,
        nodeId: nodeId(),
        host: `broker-${nodeId()}`,
        port: 9092,
        errorCode: 0,
        errorMessage: null,
      })),
    }))
  }

  setReachable(nodeId: number, reachable: boolean): void {
    const address = `broker-${nodeId}:9092`
    if (reachable) this.#unreachable.delete(address)
    else this.#unreachable.add(address)
  }

  /** Drops all connections of a node, as when its process dies. */
  disconnect(nodeId: number): void {
    for (const [channel, owner] of this.#channels) if (owner === nodeId) channel.destroy()
  }

  requests(api: Api): readonly ReceivedRequest[] {
    return this.received.filter((request) => request.api === api.name)
  }

  client(clock: Clock, options: Partial<KafkaClientOptions> = {}): KafkaClient {
    return new KafkaClient({
      bootstrapServers: Array.from(this.#addresses.keys()),
      clientId: 'test',
      clock,
      random: new SeededRandom(1),
      connector: this.connector,
      ...options,
    })
  }

  readonly connector: Connector = async (address) => {
    await Promise.resolve()
    const key = `${address.host}:${address.port}`
    const nodeId = this.#addresses.get(key)
    if (nodeId === undefined || this.#unreachable.has(key)) {
      throw KafkaError.of('NETWORK_EXCEPTION', `Connecting to ${key} failed: refused`)
    }
    const connection = ++this.connections
    const channel = new FakeChannel(
      (frame) => this.#answer(channel, frame, nodeId, connection),
      () => this.#channels.delete(channel),
    )
    this.#channels.set(channel, nodeId)
    return channel
  }

  /** As Kafka does, one request of a connection after another. */
  async #answer(channel: FakeChannel, frame: Uint8Array, nodeId: number, connection: number): Promise<void> {
    const { apiKey, apiVersion, correlationId, bodyOffset } = decodeRequestHeader(frame)
    const handler = this.#handlers.get(apiKey)
    if (handler === undefined) return channel.destroy()
    const { api, handle } = handler
    const body: unknown = decode(api.request, apiVersion, frame, bodyOffset)
    const received = { api: api.name, version: apiVersion, body, nodeId, connection }
    if (api.key !== apis.apiVersions.key) this.received.push(received)
    const answer = await handle(body, received)
    if (answer === close) return channel.destroy()
    if (answer === silence) return
    const throttle = 'throttleTimeMs' in api.response.fields ? { throttleTimeMs: 0 } : {}
    const { version = apiVersion, ...response } = { ...throttle, ...(answer as { version?: number }) }
    channel.deliver(encodeResponseFrame(api.response, version, correlationId, response as Input<Message>))
  }
}

/** A pair of ends in memory; what is written arrives later, never during the call. */
class FakeChannel implements Channel {
  readonly #reader: FrameReader
  readonly #onDestroy: () => void
  #handlers: ChannelHandlers | undefined
  #queue: Promise<void> = Promise.resolve()
  #destroyed = false

  constructor(onFrame: (frame: Uint8Array) => Promise<void>, onDestroy: () => void) {
    this.#onDestroy = onDestroy
    this.#reader = new FrameReader({
      maxFrameBytes: 1 << 30,
      onFrame: (frame) => {
        const copy = frame.slice()
        this.#queue = this.#queue.then(() => (this.#destroyed ? undefined : onFrame(copy)))
      },
    })
  }

  setHandlers(handlers: ChannelHandlers): void {
    this.#handlers = handlers
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#destroyed) return
    for (const chunk of chunks) this.#reader.push(chunk)
  }

  deliver(chunks: readonly Uint8Array[]): void {
    if (!this.#destroyed) this.#handlers?.onData(Buffer.concat(chunks))
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#onDestroy()
    queueMicrotask(() => this.#handlers?.onClose())
  }
}

function brokerAt(address: string, nodeId: number): Address & { nodeId: number; rack: null } {
  const [host, port] = address.split(':')
  return { nodeId, host: host!, port: Number(port), rack: null }
}

/** A topic id that follows from the name. */
export const topicIdOf = (name: string): string =>
  Buffer.from(name.padEnd(16, '.').slice(0, 16)).toString('base64url').slice(0, 22)
