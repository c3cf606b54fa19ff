import type { Clock, Logger, Random } from '@milena/runtime'
import { sleep } from '../deadline.ts'
import { KafkaError } from '../kafka-error.ts'
import type { ExponentialBackoff } from './backoff.ts'
import { BrokerConnection, type ConnectionOptions } from './broker-connection.ts'
import type { Address } from './connector.ts'

/**
 * What a connection is for. What may wait long at the broker (joining a group) has a connection of its own, since
 * answers come in order.
 */
export type Purpose = 'general' | 'coordinator' | 'fetch'

export interface PoolOptions extends Omit<ConnectionOptions, 'address' | 'onClose'> {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly reconnectBackoff: ExponentialBackoff
}

interface Slot {
  readonly address: Address
  opening: Promise<BrokerConnection>
  connection?: BrokerConnection
}

/** Open connections by broker and purpose: one each, opened when first wanted and again, after a pause, when lost. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #slots = new Map<string, Slot>()
  readonly #failures = new Map<string, { count: number; retryAtMs: number }>()
  readonly #abort = new AbortController()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** The open connection, or a new one once the pause after the last failure is over. */
  get(nodeId: number, purpose: Purpose, address: Address): Promise<BrokerConnection> {
    if (this.#abort.signal.aborted) return Promise.reject(KafkaError.client('CLIENT_CLOSED'))
    const key = `${nodeId}/${purpose}`
    const slot = this.#slots.get(key)
    if (slot !== undefined) {
      if (slot.address.host === address.host && slot.address.port === address.port) return slot.opening
      slot.connection?.close() // The broker came back elsewhere.
    }
    const fresh: Slot = { address, opening: this.#open(key, address) }
    this.#slots.set(key, fresh)
    fresh.opening.then(
      (connection) => {
        fresh.connection = connection
        if (connection.closed || this.#slots.get(key) !== fresh) this.#drop(key, fresh)
      },
      () => this.#drop(key, fresh),
    )
    return fresh.opening
  }

  /** Takes over a connection that was opened under another number, when nothing stands in its place. */
  rename(from: number, to: number, purpose: Purpose): void {
    const slot = this.#slots.get(`${from}/${purpose}`)
    if (slot === undefined || this.#slots.has(`${to}/${purpose}`)) return
    this.#slots.delete(`${from}/${purpose}`)
    this.#slots.set(`${to}/${purpose}`, slot)
  }

  /** Open connections for a purpose, with the broker's number. */
  *open(purpose: Purpose): Iterable<{ nodeId: number; connection: BrokerConnection }> {
    for (const [key, { connection }] of this.#slots) {
      const [nodeId, itsPurpose] = key.split('/')
      if (itsPurpose === purpose && connection !== undefined && !connection.closed) {
        yield { nodeId: Number(nodeId), connection }
      }
    }
  }

  /** How long until the next attempt may be made. */
  backoffMs(nodeId: number, purpose: Purpose): number {
    const failure = this.#failures.get(`${nodeId}/${purpose}`)
    return failure === undefined ? 0 : Math.max(0, failure.retryAtMs - this.#options.clock.monotonicMs())
  }

  close(): void {
    this.#abort.abort()
    for (const { connection } of this.#slots.values()) connection?.close()
    this.#slots.clear()
  }

  async #open(key: string, address: Address): Promise<BrokerConnection> {
    const { clock, logger, reconnectBackoff } = this.#options
    const failed = this.#failures.get(key)
    const waitMs = failed === undefined ? 0 : failed.retryAtMs - clock.monotonicMs()
    if (waitMs > 0) await this.#pause(waitMs)
    try {
      const connection = await BrokerConnection.open({
        ...this.#options,
        address,
        onClose: (closed) => this.#onClose(closed),
      })
      this.#failures.delete(key)
      if (this.#abort.signal.aborted) {
        connection.close()
        throw KafkaError.client('CLIENT_CLOSED')
      }
      return connection
    } catch (error) {
      if (this.#abort.signal.aborted) throw KafkaError.client('CLIENT_CLOSED')
      const count = (failed?.count ?? 0) + 1
      this.#failures.set(key, { count, retryAtMs: clock.monotonicMs() + reconnectBackoff.delayMs(count - 1) })
      const node = key.split('/')[0]
      logger.warn(
        `Connection to node ${node} (${address.host}:${address.port}) could not be established. Node may not be available.`,
      )
      throw error
    }
  }

  async #pause(waitMs: number): Promise<void> {
    try {
      await sleep(this.#options.clock, waitMs, this.#abort.signal)
    } catch {
      throw KafkaError.client('CLIENT_CLOSED')
    }
  }

  #onClose(closed: BrokerConnection): void {
    for (const [key, slot] of this.#slots) {
      if (slot.connection === closed) this.#drop(key, slot)
    }
  }

  #drop(key: string, slot: Slot): void {
    slot.connection?.close()
    if (this.#slots.get(key) === slot) this.#slots.delete(key)
  }
}
