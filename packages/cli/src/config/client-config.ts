import type { KafkaClientOptions } from '@milena/client'
import { consoleLogger } from '@milena/runtime'
import { ToolExit } from '../options/option-error.ts'
import type { ToolIo } from '../tool-io.ts'
import type { Properties } from './properties.ts'

/** Reads client properties by Kafka's names, with an error that says what is allowed. */
export class ClientConfig {
  readonly #properties: Properties

  constructor(properties: Properties) {
    this.#properties = properties
    const protocol = this.text('security.protocol') ?? 'PLAINTEXT'
    if (protocol.toUpperCase() !== 'PLAINTEXT') {
      throw new ToolExit(1, `security.protocol=${protocol} is not supported; only PLAINTEXT is.`)
    }
  }

  text(name: string): string | undefined {
    const value = this.#properties.get(name)?.trim()
    return value === '' ? undefined : value
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^[+-]?\d+$/.test(text)) {
      throw new ToolExit(1, `Invalid value ${text} for configuration ${name}: Not a number of type LONG`)
    }
    return Number(text)
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') {
      throw new ToolExit(
        1,
        `Invalid value ${text} for configuration ${name}: Expected value to be either true or false`,
      )
    }
    return text === 'true'
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = allowed.find((value) => value === text)
    if (found === undefined) {
      throw new ToolExit(
        1,
        `Invalid value ${text} for configuration ${name}: String must be one of: ${allowed.join(', ')}`,
      )
    }
    return found
  }

  /** What every client understands. */
  clientOptions(io: ToolIo, bootstrapServers: string, defaultClientId: string): KafkaClientOptions {
    const clientId = this.text('client.id') ?? defaultClientId
    return {
      bootstrapServers,
      clientId,
      logger: consoleLogger({
        level: 'warn',
        component: `clientId=${clientId}`,
        write: (text) => void io.stderr.write(text),
      }),
      ...defined({
        requestTimeoutMs: this.number('request.timeout.ms'),
        apiTimeoutMs: this.number('default.api.timeout.ms'),
        retryBackoffMs: this.number('retry.backoff.ms'),
        retryBackoffMaxMs: this.number('retry.backoff.max.ms'),
        reconnectBackoffMs: this.number('reconnect.backoff.ms'),
        reconnectBackoffMaxMs: this.number('reconnect.backoff.max.ms'),
        connectTimeoutMs: this.number('socket.connection.setup.timeout.ms'),
        metadataMaxAgeMs: this.number('metadata.max.age.ms'),
      }),
    }
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the properties that are undefined. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
