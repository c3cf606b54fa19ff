/**
 * The request path without sockets: whoever is in the same process hands frames over and gets frames back. What a request
 * waits for is then the broker alone, so that tests and simulations with a clock of their own see the same every time.
 */
import type { Clock } from '@milena/runtime'
import type { RequestConnection } from '../request/handler.ts'
import type { RequestProcessor } from '../request/request-processor.ts'
import { RequestQueue } from '../request/request-queue.ts'
import type { RequestServer } from './request-server.ts'
import type { ConnectionLimits, EndPoint, SocketServerOptions } from './socket-server.ts'

const LOCALHOST = '127.0.0.1'

export class LocalServer implements RequestServer {
  readonly listeners: readonly EndPoint[]
  readonly #clock: Clock
  readonly #connections = new Set<LocalConnection>()
  #processor: RequestProcessor | undefined
  #lastConnectionId = 0

  constructor({ listeners, clock }: Pick<SocketServerOptions, 'listeners' | 'clock'>) {
    this.listeners = listeners
    this.#clock = clock
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  get requestBytes(): number {
    return [...this.#connections].reduce((bytes, { waitingBytes }) => bytes + waitingBytes, 0)
  }

  /** Who is in the same process is not counted. */
  set limits(_: ConnectionLimits) {}

  serve(processor: RequestProcessor): void {
    this.#processor = processor
  }

  /** A connection of the first listener. Throws when the broker does not serve. */
  connect(): LocalConnection {
    const processor = this.#processor
    if (processor === undefined) throw new Error('the broker does not serve')
    this.#lastConnectionId += 1
    const connection = new LocalConnection({
      id: `local-${this.#lastConnectionId}`,
      listener: this.listeners[0]!,
      processor,
      clock: this.#clock,
      onClosed: () => void this.#connections.delete(connection),
    })
    this.#connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    this.#processor = undefined
    await Promise.all([...this.#connections].map((connection) => connection.shutDown()))
  }
}

interface LocalConnectionOptions {
  readonly id: string
  readonly listener: EndPoint
  readonly processor: RequestProcessor
  readonly clock: Clock
  readonly onClosed: () => void
}

/** A client without a socket. Requests begin in the order in which they are sent, and are answered in it. */
export class LocalConnection implements RequestConnection {
  readonly id: string
  readonly listenerName: string
  readonly remoteHost = LOCALHOST
  readonly remotePort = 0
  readonly localAddress = LOCALHOST
  readonly localPort: number
  readonly advertised: { readonly host: string; readonly port: number }
  clientSoftware = { name: '', version: '' }
  isClosed = false
  readonly #clock: Clock
  readonly #queue: RequestQueue
  readonly #onClosed: () => void
  readonly #waiting: PromiseWithResolvers<Buffer>[] = []
  readonly #closeListeners = new Set<() => void>()
  #isEnding = false

  constructor({ id, listener, processor, clock, onClosed }: LocalConnectionOptions) {
    this.id = id
    this.listenerName = listener.name
    this.localPort = listener.port
    this.advertised = { host: listener.host, port: listener.port }
    this.#clock = clock
    this.#onClosed = onClosed
    this.#queue = new RequestQueue({
      process: (frame, receivedMs) => processor.process(frame, this, receivedMs),
      isPipelined: (frame) => processor.isPipelined(frame),
      isWritable: () => true,
      write: (chunks) => this.#waiting.shift()?.resolve(Buffer.concat(chunks)),
      release: () => undefined,
      close: () => this.#close(),
    })
  }

  get waitingBytes(): number {
    return this.#queue.waitingBytes
  }

  /**
   * Hands a request over, without the four bytes of its length, and resolves with the response that has them. Rejects
   * when the connection ends first. Not for requests that are not answered.
   */
  send(frame: Buffer): Promise<Buffer> {
    const answer = Promise.withResolvers<Buffer>()
    if (this.isClosed || this.#isEnding) {
      answer.reject(closed())
      return answer.promise
    }
    this.#waiting.push(answer)
    this.#queue.push(frame, this.#clock.monotonicMs())
    return answer.promise
  }

  /** Nobody in the same process is kept waiting. */
  throttle(): void {}

  onClose(listener: () => void): () => void {
    if (this.isClosed || this.#isEnding) {
      listener()
      return () => {}
    }
    this.#closeListeners.add(listener)
    return () => void this.#closeListeners.delete(listener)
  }

  /** Takes no further request up, answers what has begun, then ends. */
  shutDown(): Promise<void> {
    this.#endWaits()
    return new Promise((resolve) => {
      this.#queue.drain(() => {
        this.#close()
        resolve()
      })
    })
  }

  #endWaits(): void {
    this.#isEnding = true
    const listeners = [...this.#closeListeners]
    this.#closeListeners.clear()
    for (const listener of listeners) listener()
  }

  #close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#queue.close()
    this.#endWaits()
    for (const { reject } of this.#waiting.splice(0)) reject(closed())
    this.#onClosed()
  }
}

function closed(): Error {
  return new Error('the broker closed the connection')
}
