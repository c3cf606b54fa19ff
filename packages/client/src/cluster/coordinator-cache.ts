import { Errors } from '@milena/protocol'
import { apis } from '../apis.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import type { Broker } from './cluster-metadata.ts'
import type { KafkaClient } from './kafka-client.ts'

export type CoordinatorType = 'group' | 'transaction' | 'share'

const keyTypes = { group: 0, transaction: 1, share: 2 } as const
const stale: readonly number[] = [
  Errors.NOT_COORDINATOR.code,
  Errors.COORDINATOR_NOT_AVAILABLE.code,
  Errors.NETWORK_EXCEPTION.code,
  Errors.REQUEST_TIMED_OUT.code,
]

/** Which broker coordinates which group or transactional id, as far as known. */
export class CoordinatorCache {
  readonly #client: KafkaClient
  readonly #known = new Map<string, Broker>()

  constructor(client: KafkaClient) {
    this.#client = client
  }

  /** The coordinator of one key; throws what the broker says when there is none. */
  async find(type: CoordinatorType, key: string): Promise<Broker> {
    const outcome = (await this.findAll(type, [key])).get(key)!
    if (!outcome.ok) throw outcome.error
    return outcome.value
  }

  /** The coordinators of many keys, asked for in one request where the broker can (version 4, KIP-699). */
  async findAll(type: CoordinatorType, keys: readonly string[]): Promise<Map<string, Outcome<Broker>>> {
    const found = new Map<string, Outcome<Broker>>()
    const missing: string[] = []
    for (const key of new Set(keys)) {
      const known = this.#known.get(`${type}/${key}`)
      if (known === undefined) missing.push(key)
      else found.set(key, success(known))
    }
    if (missing.length === 0) return found
    const connection = await this.#client.connect('any')
    const version = connection.versionFor(apis.findCoordinator)
    const keyType = keyTypes[type]
    if (version !== undefined && version >= 4) {
      const response = await connection.send(apis.findCoordinator, { keyType, coordinatorKeys: missing })
      for (const entry of response.coordinators) found.set(entry.key, this.#learn(type, entry.key, entry))
    } else {
      for (const key of missing) {
        const response = await connection.send(apis.findCoordinator, { keyType, key })
        found.set(key, this.#learn(type, key, response))
      }
    }
    for (const key of missing) {
      if (!found.has(key)) found.set(key, failure(KafkaError.of('COORDINATOR_NOT_AVAILABLE')))
    }
    return found
  }

  /** Forgets a coordinator when the failure says that it is none, or cannot be reached. */
  forgetIfStale(type: CoordinatorType, key: string, error: KafkaError): void {
    if (stale.includes(error.code)) this.#known.delete(`${type}/${key}`)
  }

  #learn(
    type: CoordinatorType,
    key: string,
    entry: { errorCode: number; errorMessage: string | null; nodeId: number; host: string; port: number },
  ): Outcome<Broker> {
    if (entry.errorCode !== Errors.NONE.code) return failure(KafkaError.ofCode(entry.errorCode, entry.errorMessage))
    const broker = { nodeId: entry.nodeId, host: entry.host, port: entry.port, rack: null }
    this.#known.set(`${type}/${key}`, broker)
    return success(broker)
  }
}
