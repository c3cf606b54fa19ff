// Stands between a client and a broker on 127.0.0.1, passes on every byte, and notes what was said.
import { once } from 'node:events'
import net from 'node:net'
import { apiByKey, decode, decodeRequestHeader, decodeResponseHeader, ProtocolError } from '@milena/protocol'
import { isTooEarly, nameInvented, type Names, type RecordedExchange, toText } from './recording.ts'

type Waiting = { readonly exchange: RecordedExchange & { names: [string, string][] }; readonly key: number }

/** Cuts what a socket sends into frames, without their size. */
function frames(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let received = Buffer.alloc(0)
  return (chunk) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const end = 4 + received.readInt32BE(0)
      take(received.subarray(4, end))
      received = received.subarray(end)
    }
  }
}

export class RecordingProxy implements AsyncDisposable {
  readonly #server: net.Server
  readonly #known: Names = new Map()
  #exchanges: RecordedExchange[] = []
  /** Sent too early, and sent again by the client. */
  readonly #inVain = new Set<RecordedExchange>()
  #connections = 0
  #brokerPort = 0

  private constructor(server: net.Server) {
    this.#server = server
    server.on('connection', (client) => this.#pass(client))
  }

  static async listen(): Promise<RecordingProxy> {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new RecordingProxy(server)
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  passTo(brokerPort: number): void {
    this.#brokerPort = brokerPort
  }

  /** What was said since the last call; names and connections begin anew. */
  take(): RecordedExchange[] {
    // The broker speaks to itself over the address that it advertises.
    const isOwn = ({ api, version }: RecordedExchange): boolean =>
      api === 'WriteTxnMarkers' || (api === 'AddPartitionsToTxn' && version >= 4)
    const own = new Set(this.#exchanges.filter(isOwn).map(({ connection }) => connection))
    const exchanges = this.#exchanges.filter((each) => !own.has(each.connection) && !this.#inVain.has(each))
    this.#exchanges = []
    this.#inVain.clear()
    this.#known.clear()
    this.#connections = 0
    return exchanges
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
  }

  #pass(client: net.Socket): void {
    const connection = `${++this.#connections}`
    const broker = net.connect(this.#brokerPort, '127.0.0.1')
    const waiting: Waiting[] = []
    const fromClient = frames((frame) => this.#request(connection, frame, waiting))
    const fromBroker = frames((frame) => this.#answer(frame, waiting))
    client.on('data', (chunk: Buffer) => (fromClient(chunk), broker.write(chunk)))
    broker.on('data', (chunk: Buffer) => (fromBroker(chunk), client.write(chunk)))
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
  }

  #request(connection: string, frame: Buffer, waiting: Waiting[]): void {
    const { apiKey, apiVersion, bodyOffset } = decodeRequestHeader(frame)
    const api = apiByKey(apiKey)!
    const body = decode(api.request, apiVersion, frame, bodyOffset) as Readonly<Record<string, unknown>>
    const text = toText(body, this.#known)
    const exchange = { connection, api: api.name, version: apiVersion, body: text, names: [] }
    this.#exchanges.push(exchange)
    if (body.acks !== 0) waiting.push({ exchange, key: apiKey })
  }

  #answer(frame: Buffer, waiting: Waiting[]): void {
    const { exchange, key } = waiting.shift()!
    const { response } = apiByKey(key)!
    try {
      const { bodyOffset } = decodeResponseHeader(frame, response, exchange.version)
      const answer = decode(response, exchange.version, frame, bodyOffset)
      if (isTooEarly(answer)) this.#inVain.add(exchange)
      exchange.names.push(...nameInvented(response, exchange.version, answer as never, this.#known))
    } catch (error) {
      // A version that the broker does not speak is answered in another.
      if (!(error instanceof ProtocolError)) throw error
    }
  }
}
