import { Errors } from '@milena/protocol'
import type { Message } from '@milena/protocol'
import { systemClock, systemRandom, silentLogger } from '@milena/runtime'
import type { Clock, Logger, Random } from '@milena/runtime'
import { apis } from '../apis.ts'
import { Deadline } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'
import type { Api, ResponseBody, VersionedBody } from '../net/api.ts'
import { ExponentialBackoff } from '../net/backoff.ts'
import type { BrokerConnection, SendOptions } from '../net/broker-connection.ts'
import { ConnectionPool, type Purpose } from '../net/connection-pool.ts'
import { tcpConnector, type Address, type Connector } from '../net/connector.ts'
import { parseBootstrapServers } from './bootstrap-servers.ts'
import { ClusterMetadata, type Broker } from './cluster-metadata.ts'
import { requestControllers } from './controller-endpoints.ts'
import { CoordinatorCache, type CoordinatorType } from './coordinator-cache.ts'
import { retrying } from './retry.ts'

export interface KafkaClientOptions {
  /** `host:port`, several separated by commas or as a list. */
  readonly bootstrapServers: string | readonly string[]
  /** Whether the list names brokers, the default, or the controllers of a KRaft quorum, which know no topics (KIP-919). */
  readonly bootstrapRole?: 'brokers' | 'controllers'
  readonly clientId?: string
  /** How long one request may go unanswered; 30,000. */
  readonly requestTimeoutMs?: number
  /** How long a call with its retries may take; 60,000. */
  readonly apiTimeoutMs?: number
  readonly retryBackoffMs?: number
  readonly retryBackoffMaxMs?: number
  readonly reconnectBackoffMs?: number
  readonly reconnectBackoffMaxMs?: number
  readonly connectTimeoutMs?: number
  /** How old metadata may grow before it is asked for again; 300,000. */
  readonly metadataMaxAgeMs?: number
  readonly maxResponseBytes?: number
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  readonly connector?: Connector
}

/** Who should get a request. */
export type Destination =
  | 'any'
  | 'controller'
  | { readonly nodeId: number; readonly purpose?: Purpose }
  | { readonly groupId: string }
  | { readonly transactionalId: string }

export interface RequestOptions<S extends Message> extends SendOptions {
  readonly to: Destination
  /** What the request is part of, for the message when time runs out; the request's name by default. */
  readonly call?: string
  /** Throws the error that the answer carries, so that it is retried when that helps. */
  readonly check?: (response: ResponseBody<S>) => void
  /** For everything, retries included. */
  readonly apiTimeoutMs?: number
  readonly deadline?: Deadline
  readonly retries?: (error: KafkaError) => boolean
}

/**
 * Knows the cluster and gets requests to the broker that can answer them. Producer, consumer and admin stand on it
 * and may share one.
 */
export class KafkaClient {
  readonly clientId: string
  readonly bootstrapRole: 'brokers' | 'controllers'
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly requestTimeoutMs: number
  readonly apiTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly retryBackoff: ExponentialBackoff
  readonly #bootstrap: readonly Address[]
  readonly #pool: ConnectionPool
  readonly #coordinators: CoordinatorCache
  #metadata = ClusterMetadata.empty
  #metadataAtMs = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(options: KafkaClientOptions) {
    this.#bootstrap = parseBootstrapServers(options.bootstrapServers)
    this.clientId = options.clientId ?? 'milena'
    this.bootstrapRole = options.bootstrapRole ?? 'brokers'
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? systemRandom
    this.logger = options.logger ?? silentLogger
    this.requestTimeoutMs = options.requestTimeoutMs ?? 30_000
    this.apiTimeoutMs = options.apiTimeoutMs ?? 60_000
    this.metadataMaxAgeMs = options.metadataMaxAgeMs ?? 300_000
    this.retryBackoff = new ExponentialBackoff({
      random: this.random,
      initialMs: options.retryBackoffMs ?? 100,
      maxMs: options.retryBackoffMaxMs ?? 1_000,
    })
    this.#pool = new ConnectionPool({
      clock: this.clock,
      random: this.random,
      logger: this.logger,
      clientId: this.clientId,
      connector: options.connector ?? tcpConnector,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      requestTimeoutMs: this.requestTimeoutMs,
      maxResponseBytes: options.maxResponseBytes ?? 256 * 1024 * 1024,
      reconnectBackoff: new ExponentialBackoff({
        random: this.random,
        initialMs: options.reconnectBackoffMs ?? 50,
        maxMs: options.reconnectBackoffMaxMs ?? 1_000,
      }),
    })
    this.#coordinators = new CoordinatorCache(this)
  }

  get metadata(): ClusterMetadata {
    return this.#metadata
  }

  /** How old the metadata is; infinite before the first. */
  get metadataAgeMs(): number {
    return this.clock.monotonicMs() - this.#metadataAtMs
  }

  get closed(): boolean {
    return this.#closed
  }

  /** A deadline for a call and its retries. */
  deadline(timeoutMs: number = this.apiTimeoutMs): Deadline {
    return new Deadline(this.clock, timeoutMs)
  }

  /** Asks about some topics, or all of them; retries while no broker answers. What comes back is merged. */
  async refreshMetadata(
    options: {
      readonly topics?: readonly string[] | 'all'
      readonly allowAutoTopicCreation?: boolean
      readonly call?: string
      readonly deadline?: Deadline
      readonly signal?: AbortSignal | undefined
    } = {},
  ): Promise<ClusterMetadata> {
    const { topics = [], allowAutoTopicCreation = false, deadline = this.deadline(), signal } = options
    if (this.bootstrapRole === 'controllers') {
      this.#takeMetadata(await requestControllers(this, { deadline, call: options.call, signal }), true)
      return this.#metadata
    }
    const response = await this.request(
      apis.metadata,
      {
        topics: topics === 'all' ? null : topics.map((name) => ({ name })),
        allowAutoTopicCreation,
      },
      {
        to: 'any',
        deadline,
        ...(options.call !== undefined && { call: options.call }),
        ...(signal && { signal }),
        check: ({ errorCode }) => KafkaError.check(errorCode),
        retries: (error) => error.retriable || error.name === 'REBOOTSTRAP_REQUIRED',
      },
    )
    this.#takeMetadata(response, topics === 'all')
    return this.#metadata
  }

  /** Forgets what is known of these topics. */
  forgetTopics(names: Iterable<string>): void {
    this.#metadata = this.#metadata.without(names)
  }

  /** Sends once, without retries. */
  async send<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: VersionedBody<Q>,
    { to, ...options }: SendOptions & { readonly to: Destination },
  ): Promise<ResponseBody<S>> {
    const connection = await this.connect(to)
    return connection.send(api, body, options)
  }

  /** Sends, and again while the failure may pass, until the deadline. */
  request<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: VersionedBody<Q>,
    options: RequestOptions<S>,
  ): Promise<ResponseBody<S>> {
    const { to, check, signal, retries } = options
    const deadline = options.deadline ?? this.deadline(options.apiTimeoutMs)
    return this.retry(options.call ?? api.name, { deadline, signal, retries }, async () => {
      try {
        const response = await this.send(api, body, options)
        check?.(response)
        return response
      } catch (error) {
        await this.#learnFrom(error, to, deadline)
        throw error
      }
    })
  }

  /** Tries until it succeeds, fails for good or time runs out. */
  retry<T>(
    call: string,
    options: {
      readonly deadline?: Deadline
      readonly signal?: AbortSignal | undefined
      readonly retries?: ((error: KafkaError) => boolean) | undefined
    },
    attempt: (attempts: number) => Promise<T>,
  ): Promise<T> {
    return retrying(
      {
        clock: this.clock,
        backoff: this.retryBackoff,
        deadline: options.deadline ?? this.deadline(),
        call,
        signal: options.signal,
        ...(options.retries && { retries: options.retries }),
      },
      attempt,
    )
  }

  /** An open connection to the destination. */
  async connect(to: Destination): Promise<BrokerConnection> {
    if (this.#closed) throw KafkaError.client('CLIENT_CLOSED')
    if (to === 'any') return this.#connectAny()
    if (to === 'controller') return this.#connectController()
    if ('nodeId' in to) return this.#connectNode(to.nodeId, to.purpose ?? 'general')
    const [type, key]: [CoordinatorType, string] =
      'groupId' in to ? ['group', to.groupId] : ['transaction', to.transactionalId]
    const coordinator = await this.#coordinators.find(type, key)
    return this.#pool.get(coordinator.nodeId, 'coordinator', coordinator)
  }

  /** The coordinators of many keys at once; a key's own failure is its outcome. */
  get coordinators(): CoordinatorCache {
    return this.#coordinators
  }

  /** Closes every connection; what is in flight fails. */
  close(): void {
    this.#closed = true
    this.#pool.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #connectNode(nodeId: number, purpose: Purpose): Promise<BrokerConnection> {
    const broker = this.#metadata.brokers.get(nodeId) ?? (await this.refreshMetadata()).brokers.get(nodeId)
    if (broker === undefined) throw KafkaError.of('NETWORK_EXCEPTION', `No broker ${nodeId} is in the cluster.`)
    return this.#pool.get(nodeId, purpose, broker)
  }

  /** Any broker forwards to the controller; the one named as controller is the shortest way. */
  async #connectController(): Promise<BrokerConnection> {
    const known = this.#metadata.controllerId < 0 ? await this.refreshMetadata() : this.#metadata
    if (known.controllerId < 0) throw KafkaError.of('NOT_CONTROLLER', 'The cluster has no controller at the moment.')
    return this.#connectNode(known.controllerId, 'general')
  }

  async #connectAny(): Promise<BrokerConnection> {
    let best: BrokerConnection | undefined
    for (const { connection } of this.#pool.open('general')) {
      if (connection.throttledForMs > 0) continue
      if (best === undefined || connection.inFlightCount < best.inFlightCount) best = connection
    }
    if (best !== undefined) return best
    let failure: unknown
    for (const candidate of this.#candidates()) {
      try {
        return await this.#pool.get(candidate.nodeId, 'general', candidate)
      } catch (error) {
        if (KafkaError.is(error, 'CLIENT_CLOSED')) throw error
        failure = error
      }
    }
    throw failure
  }

  /** Known brokers first, then the bootstrap list, in case all of them have moved (KIP-899); rested ones first. */
  #candidates(): readonly Broker[] {
    const rank = (broker: Broker): number => this.#pool.backoffMs(broker.nodeId, 'general')
    const known = this.#shuffled(Array.from(this.#metadata.brokers.values()))
    const bootstrap = this.#shuffled(
      this.#bootstrap.map((address, index) => ({ nodeId: -1 - index, rack: null, ...address })),
    )
    return [...known, ...bootstrap].sort((a, b) => rank(a) - rank(b))
  }

  #shuffled<T>(items: T[]): T[] {
    for (let index = items.length - 1; index > 0; index--) {
      const other = this.random.int(index + 1)
      const item = items[index]!
      items[index] = items[other]!
      items[other] = item
    }
    return items
  }

  #takeMetadata(response: ResponseBody<typeof apis.metadata.response>, all: boolean): void {
    this.#metadata = this.#metadata.merge(response, { all })
    this.#metadataAtMs = this.clock.monotonicMs()
    // The connection that asked was opened to a bootstrap address; the same broker now has a number.
    this.#bootstrap.forEach((address, index) => {
      for (const broker of this.#metadata.brokers.values()) {
        if (broker.host === address.host && broker.port === address.port) {
          this.#pool.rename(-1 - index, broker.nodeId, 'general')
        }
      }
    })
  }

  /** Before the next attempt: forget what the failure shows to be out of date. */
  async #learnFrom(error: unknown, to: Destination, deadline: Deadline): Promise<void> {
    if (!(error instanceof KafkaError) || this.#closed) return
    if (to === 'controller') {
      const stale: readonly number[] = [Errors.NOT_CONTROLLER.code, Errors.NETWORK_EXCEPTION.code]
      if (stale.includes(error.code) && !deadline.expired) {
        await this.refreshMetadata({ deadline }).catch(() => undefined) // The attempt itself reports the failure.
      }
    } else if (typeof to === 'object' && !('nodeId' in to)) {
      const [type, key]: [CoordinatorType, string] =
        'groupId' in to ? ['group', to.groupId] : ['transaction', to.transactionalId]
      this.#coordinators.forgetIfStale(type, key, error)
    }
  }
}
