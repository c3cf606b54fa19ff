import { print } from '../tool-io.ts'
import { javaHashOrder, javaStringHash } from '../java-hash-order.ts'
import { ToolExit } from '../options/option-error.ts'
import { replicaLogDirs, textOf, topicDescriptions, type ReassignService } from './reassign-service.ts'
import { formatReassignment, parseGenerate, type PartitionReplicas } from './reassignment-json.ts'
import { placeReplicas, type UsableBroker } from './striped-replica-placer.ts'

/** Proposes where the partitions of topics might be. */
export async function generateAssignment(service: ReassignService): Promise<void> {
  const { admin, options, io } = service
  const { brokers, topics } = parseGenerate(
    await textOf(options.value('topics-to-move-json-file')!),
    options.value('broker-list')!,
  )
  const described = await topicDescriptions(service, topics)
  const current = Array.from(described.values()).flatMap(({ name, partitions }) =>
    partitions.map(({ partition, replicas }): PartitionReplicas => ({ topic: name, partition, replicas })),
  )
  const folders = await replicaLogDirs(service, current)
  const usable = await usableBrokers(service, brokers)
  const proposed = javaHashOrder(described.keys(), javaStringHash).flatMap((topic) => {
    const own = described.get(topic)!.partitions
    const placed = placeReplicas(
      usable,
      { partitions: own.length, replicationFactor: own[0]!.replicas.length },
      admin.client.random,
    )
    return placed.map((replicas, partition): PartitionReplicas => ({ topic, partition, replicas }))
  })
  print(io.stdout, `Current partition replica assignment\n${formatReassignment(current, folders)}\n`)
  print(io.stdout, `Proposed partition reassignment configuration\n${formatReassignment(proposed)}`)
}

async function usableBrokers(
  { admin, options }: ReassignService,
  wanted: readonly number[],
): Promise<readonly UsableBroker[]> {
  const isRackAware = !options.has('disable-rack-aware')
  const brokers = (await admin.describeCluster()).brokers
    .filter(({ nodeId }) => wanted.includes(nodeId))
    .map(({ nodeId, rack }) => ({ id: nodeId, rack: isRackAware ? rack : null }))
  const rackless = brokers.filter(({ rack }) => rack === null).length
  if (isRackAware && rackless > 0 && rackless < brokers.length) {
    throw new ToolExit(
      1,
      'Not all brokers have rack information. Add --disable-rack-aware in command line to make replica assignment without rack information.',
    )
  }
  return brokers
}
