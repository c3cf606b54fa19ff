import type { ConfigEntry, PartitionDescription, ReassignmentDescription, TopicDescription } from '@milena/client'

const zeroTopicId = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The line that heads a topic's partitions. */
export function formatTopic(
  topic: TopicDescription,
  configs: readonly ConfigEntry[],
  replicationFactor: number,
): string {
  const set = configs.filter(isSet).map(({ name, value }) => `${name}=${value}`)
  const id = topic.topicId === zeroTopicId ? [] : [`TopicId: ${topic.topicId}`]
  return [
    `Topic: ${topic.name}`,
    ...id,
    `PartitionCount: ${topic.partitions.length}`,
    `ReplicationFactor: ${replicationFactor}`,
    `Configs: ${set.join(',')}`,
  ].join('\t')
}

/** Whether somebody has set the config, rather than it having its default. */
export const isSet = ({ source }: ConfigEntry): boolean => source !== 'default'

export function formatPartition(
  topic: string,
  partition: PartitionDescription,
  reassignment: ReassignmentDescription | undefined,
): string {
  return [
    '',
    `Topic: ${topic}`,
    `Partition: ${partition.partition}`,
    `Leader: ${partition.leaderId ?? 'none'}`,
    `Replicas: ${partition.replicas.join(',')}`,
    `Isr: ${partition.isr.join(',')}`,
    ...(reassignment === undefined
      ? []
      : [
          `Adding Replicas: ${reassignment.addingReplicas.join(',')}`,
          `Removing Replicas: ${reassignment.removingReplicas.join(',')}`,
        ]),
    `Elr: ${partition.elr?.join(',') ?? 'N/A'}`,
    `LastKnownElr: ${partition.lastKnownElr?.join(',') ?? 'N/A'}`,
  ].join('\t')
}

/** How many replicas a partition shall have; while it is being moved, without those that are only arriving. */
export function replicationFactorOf(
  { replicas }: PartitionDescription,
  reassignment: ReassignmentDescription | undefined,
): number {
  if (reassignment === undefined) return replicas.length
  const changing = [...reassignment.addingReplicas, ...reassignment.removingReplicas]
  const moving = replicas.some((replica) => changing.includes(replica))
  return moving ? reassignment.replicas.length - reassignment.addingReplicas.length : replicas.length
}
