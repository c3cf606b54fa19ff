/** A broker in memory for tests, on a port of its own, and clients for it. */
import { parseBrokerConfig } from '@milena/metadata'
import { type Clock, type FileSystem, type Logger, MemoryFileSystem, silentLogger } from '@milena/runtime'
import { systemClock, systemRandom } from '@milena/runtime'
import { Broker } from '../broker.ts'
import { WireClient } from './wire-client.ts'

export interface TestBrokerOptions {
  readonly properties?: Readonly<Record<string, string>>
  /** Give the one of an earlier broker to start again on its data. */
  readonly fs?: FileSystem
  readonly clock?: Clock
  readonly logger?: Logger
}

export class TestBroker implements AsyncDisposable {
  readonly broker: Broker
  readonly fs: FileSystem
  readonly port: number
  readonly #clients: WireClient[] = []

  private constructor(broker: Broker, fs: FileSystem) {
    this.broker = broker
    this.fs = fs
    this.port = broker.listeners[0]!.port
  }

  static async start(options: TestBrokerOptions = {}): Promise<TestBroker> {
    const { config, errors } = parseBrokerConfig({
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'log.dirs': '/data',
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.num.partitions': '4',
      ...options.properties,
    })
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
    const fs = options.fs ?? new MemoryFileSystem()
    const { clock = systemClock, logger = silentLogger } = options
    return new TestBroker(await Broker.start(config, { fs, clock, random: systemRandom, logger }), fs)
  }

  /** A connection that is closed with the broker. */
  async connect(clientId?: string): Promise<WireClient> {
    const client = await WireClient.connect(this.port, clientId === undefined ? {} : { clientId })
    this.#clients.push(client)
    return client
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.broker.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
