import { decode, decodeResponseHeader, encodeRequestFrame, Errors } from '@milena/protocol'
import type { Message } from '@milena/protocol'
import type { Clock, Timer } from '@milena/runtime'
import { KafkaError } from '../kafka-error.ts'
import { abortable } from '../deadline.ts'
import { apis } from '../apis.ts'
import type { Api, RequestBody, ResponseBody, VersionedBody, VersionRange } from './api.ts'
import { negotiateApiVersions, type ApiVersions } from './api-versions.ts'
import type { Address, Channel, Connector } from './connector.ts'
import { FrameReader } from './frame-reader.ts'

export interface ConnectionOptions {
  readonly address: Address
  readonly connector: Connector
  readonly clock: Clock
  readonly clientId: string
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  /** Responses above this are refused and the connection closed. */
  readonly maxResponseBytes: number
  readonly onClose?: (connection: BrokerConnection) => void
}

export interface SendOptions {
  /** Narrows the versions, for a request that an older or newer version cannot carry. */
  readonly versions?: Partial<VersionRange>
  /** From being written to being answered; when it runs out, the connection is closed. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** A produce request with acks=0 is never answered. */
  readonly unanswered?: boolean
}

interface InFlight {
  readonly correlationId: number
  readonly response: Message
  readonly version: number
  readonly timer: Timer
  resolve(body: unknown): void
  reject(error: KafkaError): void
}

/**
 * One connection to one broker. Requests are written as they are sent and answered in the order in which they were
 * written. A request that is not answered in time closes the connection, since what comes after it waits behind it.
 */
export class BrokerConnection {
  readonly address: Address
  readonly #options: ConnectionOptions
  readonly #channel: Channel
  #apiVersions: ApiVersions = { ranges: new Map(), finalizedFeatures: new Map() }
  readonly #inFlight: InFlight[] = []
  #nextCorrelationId = 0
  #throttledUntilMs = 0
  #closedBy: KafkaError | undefined

  /** Opens the connection and agrees on versions. */
  static async open(options: ConnectionOptions): Promise<BrokerConnection> {
    const abort = new AbortController()
    const timer = options.clock.setTimer(options.connectTimeoutMs, () => abort.abort())
    let channel: Channel
    try {
      channel = await options.connector(options.address, { signal: abort.signal })
    } finally {
      timer.cancel()
    }
    const connection = new BrokerConnection(options, channel)
    try {
      connection.#apiVersions = await negotiateApiVersions(connection)
    } catch (error) {
      connection.close()
      throw error
    }
    return connection
  }

  private constructor(options: ConnectionOptions, channel: Channel) {
    this.address = options.address
    this.#options = options
    this.#channel = channel
    const reader = new FrameReader({
      maxFrameBytes: options.maxResponseBytes,
      onFrame: (frame) => this.#onFrame(frame),
    })
    channel.setHandlers({
      onData: (chunk) => {
        try {
          reader.push(chunk)
        } catch (error) {
          this.#fail(
            error instanceof KafkaError
              ? error
              : KafkaError.client('MALFORMED_RESPONSE', `A response from ${this.#peer} could not be understood.`, {
                  cause: error,
                }),
          )
        }
      },
      onClose: (cause) =>
        this.#fail(
          KafkaError.of('NETWORK_EXCEPTION', `The connection to ${this.#peer} was closed.`, cause && { cause }),
        ),
    })
  }

  get apiVersions(): ApiVersions {
    return this.#apiVersions
  }

  get closed(): boolean {
    return this.#closedBy !== undefined
  }

  get inFlightCount(): number {
    return this.#inFlight.length
  }

  /** How long the broker has asked not to be sent anything (KIP-219). */
  get throttledForMs(): number {
    return Math.max(0, this.#throttledUntilMs - this.#options.clock.monotonicMs())
  }

  /** The highest version that both sides speak, within the limits given. */
  versionFor(api: Api, limits: Partial<VersionRange> = {}): number | undefined {
    const range = this.#apiVersions.ranges.get(api.key)
    if (range === undefined) return undefined
    const min = Math.max(range.min, api.minVersion, limits.min ?? 0)
    const max = Math.min(range.max, api.maxVersion, limits.max ?? api.maxVersion)
    return max < min ? undefined : max
  }

  /** Sends one request in the highest common version and waits for its answer. */
  async send<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: VersionedBody<Q>,
    options: SendOptions = {},
  ): Promise<ResponseBody<S>> {
    if (this.throttledForMs > 0) await this.#awaitThrottle()
    const version = this.versionFor(api, options.versions)
    if (version === undefined) {
      throw KafkaError.of('UNSUPPORTED_VERSION', `${this.#peer} does not speak a usable version of ${api.name}.`)
    }
    return this.sendVersion(api, version, typeof body === 'function' ? body(version) : body, options)
  }

  /** Sends one request in a given version; written before this returns its promise. */
  sendVersion<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    version: number,
    body: RequestBody<Q>,
    { timeoutMs = this.#options.requestTimeoutMs, signal, unanswered = false }: SendOptions = {},
  ): Promise<ResponseBody<S>> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy)
    const correlationId = this.#nextCorrelationId
    this.#nextCorrelationId = (correlationId + 1) & 0x7fffffff
    const { clientId } = this.#options
    let frame: readonly Uint8Array[]
    try {
      frame = encodeRequestFrame({ message: api.request, version, correlationId, clientId, body })
    } catch (error) {
      return Promise.reject(error as Error)
    }
    if (unanswered) {
      this.#channel.write(frame)
      return Promise.resolve(undefined as unknown as ResponseBody<S>)
    }
    const answered = new Promise<ResponseBody<S>>((resolve, reject) => {
      const timer = this.#options.clock.setTimer(timeoutMs, () => this.#onTimeout(api, timeoutMs))
      const waiting = { correlationId, response: api.response, version, timer, reject }
      this.#inFlight.push({ ...waiting, resolve: (value) => resolve(value as ResponseBody<S>) })
    })
    this.#channel.write(frame)
    return abortable(answered, signal)
  }

  /** Closes at once; whatever is in flight fails. */
  close(): void {
    this.#fail(KafkaError.of('NETWORK_EXCEPTION', `The connection to ${this.#peer} was closed by this client.`))
  }

  get #peer(): string {
    return `${this.address.host}:${this.address.port}`
  }

  #awaitThrottle(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimer(this.throttledForMs, resolve))
  }

  #onTimeout(api: Api, timeoutMs: number): void {
    this.#fail(KafkaError.of('REQUEST_TIMED_OUT', `${this.#peer} did not answer ${api.name} within ${timeoutMs} ms.`))
  }

  #onFrame(frame: Uint8Array): void {
    const waiting = this.#inFlight[0]
    if (waiting === undefined) {
      throw KafkaError.client('MALFORMED_RESPONSE', `${this.#peer} answered a request that nobody sent.`)
    }
    const { correlationId, bodyOffset } = decodeResponseHeader(frame, waiting.response, waiting.version)
    if (correlationId !== waiting.correlationId) {
      throw KafkaError.client(
        'MALFORMED_RESPONSE',
        `${this.#peer} answered request ${correlationId} when ${waiting.correlationId} was due.`,
      )
    }
    const body: unknown = decode(waiting.response, bodyVersion(waiting, frame, bodyOffset), frame, bodyOffset)
    this.#inFlight.shift()
    waiting.timer.cancel()
    this.#noteThrottle(body as { throttleTimeMs?: number })
    waiting.resolve(body)
  }

  #noteThrottle({ throttleTimeMs = 0 }: { throttleTimeMs?: number }): void {
    if (throttleTimeMs <= 0) return
    this.#throttledUntilMs = Math.max(this.#throttledUntilMs, this.#options.clock.monotonicMs() + throttleTimeMs)
  }

  #fail(error: KafkaError): void {
    if (this.#closedBy !== undefined) return
    this.#closedBy = error
    this.#channel.destroy()
    for (const waiting of this.#inFlight.splice(0)) {
      waiting.timer.cancel()
      waiting.reject(error)
    }
    this.#options.onClose?.(this)
  }
}

/** A broker that does not know our version of ApiVersions refuses it in the encoding of version 0 (KIP-511). */
function bodyVersion({ response, version }: InFlight, frame: Uint8Array, offset: number): number {
  if (response.apiKey !== apis.apiVersions.key) return version
  const errorCode = (frame[offset]! << 8) | frame[offset + 1]!
  return errorCode === Errors.UNSUPPORTED_VERSION.code ? 0 : version
}
