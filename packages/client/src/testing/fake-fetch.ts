import { buildBatch } from '@milena/records'
import type { Clock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { topicIdOf, type FakeCluster } from './fake-broker.ts'
import { FakeLog } from './fake-log.ts'

/** Gives the cluster logs that can be fetched from, without fetch sessions, and ListOffsets on them. */
export class FakeLogs {
  readonly logs = new Map<string, FakeLog>()
  /** Below these offsets nothing is left. */
  readonly startOffsets = new Map<string, number>()
  readonly #names = new Map<string, string>()
  readonly #cluster: FakeCluster
  readonly #topics: Record<string, readonly number[]> = {}

  constructor(cluster: FakeCluster, clock: Clock, topics: Readonly<Record<string, number>>) {
    this.#cluster = cluster
    for (const [topic, count] of Object.entries(topics)) this.addTopic(topic, count)
    cluster.on(apis.fetch, async ({ maxWaitMs, topics: asked }, { version }) => {
      const read = () =>
        asked.map(({ topic, topicId, partitions }) => {
          const name = topic === '' ? this.#names.get(topicId)! : topic
          return {
            ...(version < 13 ? { topic: name } : { topicId }),
            partitions: partitions.map(({ partition, fetchOffset }) => this.#read(name, partition, fetchOffset)),
          }
        })
      const isEmpty = (responses: ReturnType<typeof read>): boolean =>
        responses.every(({ partitions }) =>
          partitions.every(({ records, errorCode }) => records.length + errorCode === 0),
        )
      let responses = read()
      if (isEmpty(responses)) {
        await new Promise<void>((resolve) => clock.setTimer(maxWaitMs, resolve))
        responses = read()
      }
      return { errorCode: 0, sessionId: 0, responses }
    })
    cluster.on(apis.listOffsets, ({ topics: asked }) => ({
      topics: asked.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          timestamp: -1,
          offset: this.#find(`${name}-${partitionIndex}`, timestamp),
        })),
      })),
    }))
  }

  addTopic(topic: string, count: number): void {
    this.#names.set(topicIdOf(topic), topic)
    for (let partition = 0; partition < count; partition++) this.logs.set(`${topic}-${partition}`, new FakeLog())
    this.#topics[topic] = Array.from({ length: count }, () => 1)
    this.#cluster.withTopics(this.#topics)
  }

  /** Appends a batch with one record for each value, the timestamp of each being its offset. */
  append(topic: string, partition: number, ...values: readonly string[]): void {
    const log = this.logs.get(`${topic}-${partition}`)!
    const records = values.map((value, index) => ({
      timestamp: log.endOffset + index,
      key: null,
      value: Buffer.from(value),
    }))
    log.append(buildBatch({ records }))
  }

  #read(topic: string, partitionIndex: number, fetchOffset: number) {
    const log = this.logs.get(`${topic}-${partitionIndex}`)!
    const start = this.startOffsets.get(`${topic}-${partitionIndex}`) ?? 0
    const outOfRange = fetchOffset < start || fetchOffset > log.endOffset
    return {
      partitionIndex,
      errorCode: outOfRange ? 1 : 0,
      highWatermark: log.endOffset,
      records: outOfRange ? Buffer.alloc(0) : log.read(fetchOffset),
      abortedTransactions: null,
    }
  }

  #find(key: string, timestamp: number): number {
    const log = this.logs.get(key)!
    const start = this.startOffsets.get(key) ?? 0
    if (timestamp === -2) return start
    if (timestamp === -1) return log.endOffset
    return timestamp < log.endOffset ? Math.max(start, timestamp) : -1
  }
}
