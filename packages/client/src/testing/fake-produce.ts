import type { Infer, ProduceRequest } from '@milena/protocol'
import { apis } from '../apis.ts'
import { topicIdOf, type FakeCluster, type Reaction, type ReceivedRequest } from './fake-broker.ts'
import { FakeLog } from './fake-log.ts'

/** What befalls one batch: an error instead of an append, or an append whose answer is lost. */
export type Fault = { readonly errorCode: number } | 'lost before' | 'lost after' | undefined

export interface FakeProduceOptions {
  /** Topics with their numbers of partitions. */
  readonly topics: Readonly<Record<string, number>>
  readonly fault?:
    | ((at: { topic: string; partition: number; batch: number; received: ReceivedRequest }) => Fault)
    | undefined
  readonly versions?: { min?: number; max?: number }
}

/** Gives the cluster logs, Produce and InitProducerId. */
export function withLogs(cluster: FakeCluster, options: FakeProduceOptions): ReadonlyMap<string, FakeLog> {
  const logs = new Map<string, FakeLog>()
  const names = new Map<string, string>()
  for (const [topic, count] of Object.entries(options.topics)) {
    names.set(topicIdOf(topic), topic)
    for (let partition = 0; partition < count; partition++) logs.set(`${topic}-${partition}`, new FakeLog())
  }
  let producerIds = 0
  let batches = 0
  cluster.on(apis.initProducerId, () => ({
    errorCode: 0,
    throttleTimeMs: 0,
    producerId: producerIds++,
    producerEpoch: 0,
  }))
  cluster.on(
    apis.produce,
    (request, received) => {
      let lost = false
      const responses = request.topicData.map(({ name, topicId, partitionData }) => {
        const topic = name === '' ? names.get(topicId)! : name
        const partitionResponses = partitionData.map(({ index, records }) => {
          const fault = options.fault?.({ topic, partition: index, batch: batches++, received })
          if (fault === 'lost before') lost = true
          if (fault === 'lost before' || typeof fault === 'object') {
            return { index, errorCode: typeof fault === 'object' ? fault.errorCode : 0, baseOffset: -1 }
          }
          if (fault === 'lost after') lost = true
          return { index, ...logs.get(`${topic}-${index}`)!.append(records!) }
        })
        return { ...(received.version < 13 ? { name } : { topicId }), partitionResponses }
      })
      return answer(request, { responses }, lost)
    },
    options.versions,
  )
  return logs
}

function answer<R>({ acks }: Infer<typeof ProduceRequest>, response: R, lost: boolean): R | Reaction {
  if (lost) return 'close'
  return acks === 0 ? 'silence' : response
}
