import { GroupCoordinatorService } from '../edge/group-coordinator-service.ts'
import type { CoordinatorRecord, LoadedRecord } from '../edge/ports.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import type { TopicsView } from '../group/group-types.ts'
import { silentLogger } from './group-bench.ts'
import { ManualClock } from './manual-clock.ts'

export const TOPIC_IDS: ReadonlyMap<string, string> = new Map([
  ['t1', 'QNbXA0O4S1i7OC9e1wAcBQ'],
  ['t2', 'OaP3JxavS92bhVwv_b_ZfA'],
])

/** Two topics of three partitions. */
const topics: TopicsView = {
  hasTopic: (name) => TOPIC_IDS.has(name),
  hasPartition: (name, partition) => TOPIC_IDS.has(name) && partition < 3,
  topicId: (name) => TOPIC_IDS.get(name),
  topicName: (id) => [...TOPIC_IDS].find(([, topicId]) => topicId === id)?.[0],
}

/** The whole group coordinator over an internal topic of four partitions in memory, with records as bytes. */
export class ServiceBench {
  static readonly partitionCount = 4
  readonly clock = new ManualClock()
  readonly logs = Array.from({ length: ServiceBench.partitionCount }, (): CoordinatorRecord[] => [])
  isHeld = false
  /** Loading ends when this is resolved. */
  loading = Promise.resolve()
  service = this.#newService()
  #nextByte = 1

  async start(): Promise<void> {
    this.service.startup(ServiceBench.partitionCount)
    await Promise.all(this.logs.map((_log, partition) => this.service.onElection(partition, 0)))
  }

  /** Another broker on the same log. */
  async restart(): Promise<void> {
    this.service.shutdown()
    this.service = this.#newService()
    await this.start()
  }

  client(apiVersion: number): { clientId: string; clientHost: string; apiVersion: number } {
    return { clientId: 'client', clientHost: '/127.0.0.1', apiVersion }
  }

  #newService(): GroupCoordinatorService {
    return new GroupCoordinatorService({
      config: { ...defaultGroupConfig, groupInitialRebalanceDelayMs: 0 },
      topics,
      writer: { append: (partition, records) => this.#append(partition, records) },
      loader: { load: (partition, onRecord) => this.#load(partition, onRecord) },
      clock: this.clock,
      random: { bytes: (count) => new Uint8Array(count).fill(this.#nextByte++) },
      logger: silentLogger,
    })
  }

  #append(partition: number, records: readonly CoordinatorRecord[]): Promise<number> {
    const log = this.logs[partition] ?? []
    log.push(...records)
    return this.isHeld ? new Promise(() => undefined) : Promise.resolve(log.length - 1)
  }

  async #load(partition: number, onRecord: (record: LoadedRecord) => void): Promise<{ nextOffset: number }> {
    await this.loading
    const log = this.logs[partition] ?? []
    log.forEach((record, offset) => onRecord({ offset, ...record }))
    return { nextOffset: log.length }
  }
}
