// The embeddable broker: what a test, or any Node program, starts and stops like any other object.
import { Broker } from '@milena/broker'
import { MemoryFileSystem, nodeFileSystem, silentLogger, systemClock, systemRandom } from '@milena/runtime'
import type { Clock, FileSystem, Logger, Random } from '@milena/runtime'
import { reachableAddress } from './address.ts'
import { brokerConfigOf } from './config/broker-config.ts'
import type { Properties } from './config/property.ts'

export interface MilenaOptions {
  /** The port to listen on; 0, the default, is any free one. */
  readonly port?: number
  /** The address to listen on. Default 127.0.0.1. */
  readonly host?: string
  /** `'memory'`, the default, leaves nothing behind; any other string is the path of a data folder. */
  readonly storage?: string
  /** Any Kafka property, by Kafka's name: `{ 'num.partitions': '3' }`. Wins over the options above. */
  readonly config?: Readonly<Record<string, string>>
  /** Where the broker writes its log lines. Default: nowhere. */
  readonly logger?: Logger
  /** Time and chance, for tests that want them under control. */
  readonly clock?: Clock
  readonly random?: Random
  /** In place of the file system that `storage` names: one that fails on command, for instance. */
  readonly fileSystem?: FileSystem
}

/** The place of the data folder in a file system that lives in memory. */
const MEMORY_FOLDER = '/milena'

function propertiesOf(options: MilenaOptions): Properties {
  const { host = '127.0.0.1', port = 0, storage = 'memory' } = options
  const written = [
    ['listeners', `PLAINTEXT://${host.includes(':') ? `[${host}]` : host}:${port}`],
    ['log.dirs', storage === 'memory' ? MEMORY_FOLDER : storage],
    ...Object.entries(options.config ?? {}),
  ] as const
  return new Map(written.map(([key, value]) => [key, { value, origin: `--${key}` }]))
}

/** A running Kafka in this process. */
export class Milena implements AsyncDisposable {
  readonly #broker: Broker
  /** `host:port`, for any Kafka client. */
  readonly bootstrapServers: string
  readonly port: number

  private constructor(broker: Broker) {
    this.#broker = broker
    const [listener] = broker.listeners
    this.bootstrapServers = reachableAddress(listener!)
    this.port = listener!.port
  }

  /**
   * Resolves when clients can connect.
   * @throws ConfigurationError for an unknown property or a value that is not allowed
   */
  static async start(options: MilenaOptions = {}): Promise<Milena> {
    const inMemory = (options.storage ?? 'memory') === 'memory'
    const broker = await Broker.start(brokerConfigOf(propertiesOf(options)), {
      fs: options.fileSystem ?? (inMemory ? new MemoryFileSystem() : nodeFileSystem),
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      logger: options.logger ?? silentLogger,
    })
    return new Milena(broker)
  }

  /** Stops gracefully; afterwards no socket, timer or open file is left. A second call waits for the first. */
  close(): Promise<void> {
    return this.#broker.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
