/**
 * DescribeLogDirs (key 35): what lies in which folder, how large it is, and how far a replica has come that moves
 * between folders. A folder that failed says so, and what lies in it is not known.
 *
 * Versions: 2 flexible; 3 an error of the whole; 4 the size of the volume; 5 cordoned folders (KIP-1066).
 */
import { resolve } from 'node:path'
import { supportsCordonedLogDirs } from '@milena/metadata'
import { DescribeLogDirsRequest, DescribeLogDirsResponse, Errors } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import type { Partition } from '../replica/partition.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

type Result = Input<typeof DescribeLogDirsResponse>['results'][number]
type TopicResult = Result['topics'][number]
type PartitionResult = TopicResult['partitions'][number]

export const describeLogDirs = handler(DescribeLogDirsRequest, DescribeLogDirsResponse, {
  versions: { min: 1, max: 5 },
  handle: async ({ topics }, { services }) => {
    const { config } = services
    const asked =
      topics === null
        ? undefined
        : new Set(topics.flatMap(({ topic, partitions }) => partitions.map((index) => `${topic} ${index}`)))
    const byDir = partitionsByDir(services, asked)
    const results = await Promise.all(
      [...new Set(config.logDirs.map((dir) => resolve(dir)))].map((logDir) =>
        describe(logDir, byDir.get(logDir) ?? new Map<string, PartitionResult[]>(), services),
      ),
    )
    return { throttleTimeMs: 0, errorCode: Errors.NONE.code, results }
  },
  errorResponse: ({ code: errorCode }) => ({ throttleTimeMs: 0, errorCode, results: [] }),
})

type Services = RequestContext['services']
type ByTopic = Map<string, PartitionResult[]>

async function describe(logDir: string, byTopic: ByTopic, { logs, metadata }: Services): Promise<Result> {
  const known = logs.logDirs.find(({ path }) => path === logDir)
  if (known === undefined || known.failure !== undefined) {
    return { errorCode: Errors.KAFKA_STORAGE_ERROR.code, logDir, topics: [] }
  }
  const { totalBytes, usableBytes } = await logs.space(logDir)
  return {
    errorCode: Errors.NONE.code,
    logDir,
    topics: Array.from(byTopic, ([name, partitions]) => ({ name, partitions })),
    totalBytes,
    usableBytes,
    isCordoned: supportsCordonedLogDirs(metadata.image) && logs.cordonedLogDirs.includes(logDir),
  }
}

function partitionsByDir({ logs, replicas }: Services, asked: ReadonlySet<string> | undefined): Map<string, ByTopic> {
  const byDir = new Map<string, ByTopic>()
  const add = (logDir: string, { topicPartition: { topic } }: Partition, result: PartitionResult): void => {
    const byTopic = byDir.get(logDir) ?? new Map<string, PartitionResult[]>()
    byDir.set(logDir, byTopic)
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), result])
  }
  for (const partition of replicas.partitions()) {
    // Nobody knows where what has no log lies, and nothing in a folder that failed is told.
    if (partition.isOffline) continue
    const { topicPartition, log } = partition
    const { topic, partition: partitionIndex } = topicPartition
    if (asked !== undefined && !asked.has(`${topic} ${partitionIndex}`)) continue
    const present = { partitionIndex, partitionSize: log?.sizeInBytes ?? 0, offsetLag: 0, isFutureKey: false }
    add(logs.placeOf(topicPartition), partition, present)
    const move = logs.moveOf(topicPartition)
    if (move === undefined) continue
    const { dir, sizeInBytes: partitionSize, offsetLag } = move
    add(dir.path, partition, { partitionIndex, partitionSize, offsetLag, isFutureKey: true })
  }
  return byDir
}
