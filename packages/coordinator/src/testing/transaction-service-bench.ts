import { Errors } from '@milena/protocol'
import type { CoordinatorRecord, LoadedRecord } from '../edge/ports.ts'
import { TransactionCoordinatorService } from '../edge/transaction-coordinator-service.ts'
import type { MarkerResult, TransactionMarkers } from '../edge/transaction-ports.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { defaultTransactionConfig } from '../transaction/transaction-config.ts'
import { silentLogger } from './shard-bench.ts'
import { ManualClock } from './manual-clock.ts'

/** The whole transaction coordinator over an internal topic of two partitions in memory, with records as bytes. */
export class TransactionServiceBench {
  static readonly partitionCount = 2
  readonly clock = new ManualClock()
  readonly logs = Array.from({ length: TransactionServiceBench.partitionCount }, (): CoordinatorRecord[] => [])
  /** Every marker that was written, in words. */
  readonly markers: string[] = []
  /** By partition's name: what is answered in place of a marker. */
  readonly failures = new Map<string, number>()
  readonly topics = new Set(['events', 'orders'])
  /** Thrown by the next append. */
  nextRefusal: Error | undefined
  transactionVersion = 2
  producerIdError: Error | undefined
  service = this.#newService()
  #nextProducerId = 1_000

  async start(leaderEpoch = 0): Promise<void> {
    this.service.startup(TransactionServiceBench.partitionCount)
    await Promise.all(this.logs.map((_log, partition) => this.service.onElection(partition, leaderEpoch)))
    await this.settle()
  }

  /** Another broker on the same log. */
  async restart(leaderEpoch: number): Promise<void> {
    this.service.shutdown()
    this.service = this.#newService()
    await this.start(leaderEpoch)
  }

  client(apiVersion: number): { clientId: string; clientHost: string; apiVersion: number } {
    return { clientId: 'client', clientHost: '/127.0.0.1', apiVersion }
  }

  /** Lets everything happen that is already under way. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  async advance(durationMs: number): Promise<void> {
    this.clock.advance(durationMs)
    await this.settle()
  }

  #newService(): TransactionCoordinatorService {
    return new TransactionCoordinatorService({
      config: {
        ...defaultTransactionConfig,
        writeTimeoutMs: 30_000,
        addPartitionsRetryBackoffMs: 20,
        addPartitionsRetryBackoffMaxMs: 100,
      },
      partitions: {
        hasPartition: (topic, partition) => this.topics.has(topic) && partition < 3,
        isInternal: (topic) => topic.startsWith('__'),
      },
      markers: { write: (markers) => this.#write(markers) },
      nextProducerId: () => this.#newProducerId(),
      transactionVersion: () => this.transactionVersion,
      writer: {
        append: (partition, records) => this.#append(partition, records),
        appendEndTransactionMarker: () => Promise.reject(new Error('no markers in this topic')),
      },
      loader: { load: (partition, onRecord) => this.#load(partition, onRecord) },
      clock: this.clock,
      random: { bytes: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)) },
      logger: silentLogger,
    })
  }

  async #write({ partitions, isCommit, ...marker }: TransactionMarkers): Promise<readonly MarkerResult[]> {
    return partitions.map(({ topic, partition }) => {
      const name = `${topic}-${partition}`
      const errorCode = this.failures.get(name) ?? Errors.NONE.code
      const outcome = errorCode === Errors.NONE.code ? (isCommit ? 'commit' : 'abort') : `error ${errorCode}`
      this.markers.push(`${outcome} ${name} ${marker.producerEpoch}@${marker.coordinatorEpoch}`)
      return { topic, partition, errorCode }
    })
  }

  async #newProducerId(): Promise<number> {
    if (this.producerIdError !== undefined) throw this.producerIdError
    return this.#nextProducerId++
  }

  #append(partition: number, records: readonly CoordinatorRecord[]): Promise<number> {
    const refusal = this.nextRefusal
    this.nextRefusal = undefined
    if (refusal !== undefined) throw refusal
    const log = this.logs[partition]
    if (log === undefined) throw new CoordinatorError(Errors.NOT_LEADER_OR_FOLLOWER)
    log.push(...records)
    return Promise.resolve(log.length - 1)
  }

  async #load(partition: number, onRecord: (record: LoadedRecord) => void): Promise<{ nextOffset: number }> {
    const log = this.logs[partition] ?? []
    log.forEach((record, offset) => onRecord({ offset, ...record }))
    return { nextOffset: log.length }
  }
}
