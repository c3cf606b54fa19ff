import { GroupCoordinatorService } from '../edge/group-coordinator-service.ts'
import type { CoordinatorRecord, EndTransactionMarker, LoadedMarker, LoadedRecord } from '../edge/ports.ts'
import type { RecordProducer } from '../runtime/coordinator-shard.ts'
import type { ShareGroupPorts } from '../edge/share-group-service.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import type { TopicsView } from '../group/group-types.ts'
import { silentLogger } from './shard-bench.ts'
import { ManualClock } from './manual-clock.ts'

/** A record, in a transaction or not, or the marker that ends one. */
interface LogEntry extends CoordinatorRecord {
  readonly producer?: RecordProducer
  readonly marker?: EndTransactionMarker
}

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
  partitionCount: (name) => (TOPIC_IDS.has(name) ? 3 : 0),
  topicNames: () => TOPIC_IDS.keys(),
  version: () => 0,
  newTopicsVersion: () => 0,
}

const done = <Topic extends { topicId: string; partitions: readonly { partition: number }[] }>(
  topics: readonly Topic[],
) =>
  topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partition }) => ({ partition, errorCode: 0, errorMessage: null })),
  }))

/** A share coordinator that knows of nothing and agrees to everything. */
const shares: ShareGroupPorts = {
  persister: {
    initialize: async ({ topics: asked }) => ({ results: done(asked) }),
    delete: async ({ topics: asked }) => ({ results: done(asked) }),
    readSummary: async ({ topics: asked }) => ({
      results: done(asked).map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((each) => ({
          ...each,
          stateEpoch: 0,
          leaderEpoch: 0,
          startOffset: -1,
          deliveryCompleteCount: -1,
        })),
      })),
    }),
  },
  endOffset: () => ({ offset: 0, errorCode: 0 }),
}

/** The whole group coordinator over an internal topic of four partitions in memory, with records as bytes. */
export class ServiceBench {
  static readonly partitionCount = 4
  readonly clock = new ManualClock()
  readonly logs = Array.from({ length: ServiceBench.partitionCount }, (): LogEntry[] => [])
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
      configOf: () => new Map(),
      topics,
      shares,
      writer: {
        append: (partition, records, producer) =>
          this.#append(
            partition,
            records.map((record) => (producer === undefined ? record : { ...record, producer })),
          ),
        appendEndTransactionMarker: (partition, marker) =>
          this.#append(partition, [{ key: new Uint8Array(0), value: null, marker }]),
      },
      loader: { load: (partition, ...deliver) => this.#load(partition, ...deliver) },
      clock: this.clock,
      random: { bytes: (count) => new Uint8Array(count).fill(this.#nextByte++) },
      logger: silentLogger,
    })
  }

  #append(partition: number, records: readonly LogEntry[]): Promise<number> {
    const log = this.logs[partition] ?? []
    log.push(...records)
    return this.isHeld ? new Promise(() => undefined) : Promise.resolve(log.length - 1)
  }

  async #load(
    partition: number,
    onRecord: (record: LoadedRecord) => void,
    onMarker: (marker: LoadedMarker) => void,
  ): Promise<{ nextOffset: number }> {
    await this.loading
    const log = this.logs[partition] ?? []
    log.forEach(({ marker, ...record }, offset) => {
      if (marker === undefined) onRecord({ offset, ...record })
      else onMarker({ ...marker, offset })
    })
    return { nextOffset: log.length }
  }
}
