import { CommandFailure } from '../command-failure.ts'
import { partitionKey, valuesOf, type GroupDescription, type TopicPartition } from '@milena/client'
import { print } from '../tool-io.ts'
import { committedOffsets, describe, selectedGroups, type GroupService } from './group-service.ts'
import { formatMembers, formatOffsets, formatState, missing, type PartitionRow } from './group-tables.ts'

export async function describeGroups(service: GroupService): Promise<void> {
  const { options, io } = service
  const groups = await describe(service, await selectedGroups(service))
  const verbose = options.has('verbose')
  if (options.has('members')) {
    for (const group of groups) {
      shouldPrint(service, group, group.members.length)
      print(io.stdout, `\n${formatMembers(group, verbose).join('\n')}`)
    }
  } else if (options.has('state')) {
    for (const group of groups) {
      if (shouldPrint(service, group, 1)) print(io.stdout, `\n${formatState(group, verbose).join('\n')}`)
    }
  } else {
    const tables = await Promise.all(groups.map((group) => partitionRows(service, group)))
    groups.forEach((group, index) => {
      const rows = tables[index]!
      if (shouldPrint(service, group, rows.length)) print(io.stdout, `\n${formatOffsets(rows, verbose).join('\n')}`)
    })
  }
}

/** Says what is special about the group's state. @returns whether there is anything to show */
function shouldPrint({ io }: GroupService, { groupId, state }: GroupDescription, rows: number): boolean {
  switch (state) {
    case 'Dead':
      print(io.stdout, `\nError: Consumer group '${groupId}' does not exist.`)
      return false
    case 'Empty':
      print(io.stderr, `\nConsumer group '${groupId}' has no active members.`)
      return rows > 0
    case 'PreparingRebalance':
    case 'CompletingRebalance':
    case 'Assigning':
    case 'Reconciling':
      print(io.stderr, `\nWarning: Consumer group '${groupId}' is rebalancing.`)
      return rows > 0
    case 'Stable':
      return rows > 0
    default:
      throw new CommandFailure(`Expected a valid consumer group state, but found '${state}'.`)
  }
}

/** Members with most partitions first; what is committed but read by nobody last. */
async function partitionRows(service: GroupService, group: GroupDescription): Promise<readonly PartitionRow[]> {
  const committed = await committedOffsets(service, group.groupId)
  const readers = group.members
    .filter(({ assignment }) => assignment.length > 0)
    .sort((a, b) => b.assignment.length - a.assignment.length)
    .map(({ assignment, memberId, host, clientId }) => ({
      partitions: assignment,
      reader: { consumerId: memberId, host, clientId },
    }))
  const read = new Set(readers.flatMap(({ partitions }) => partitions.map((partition) => partitionKey(partition))))
  const nobody = {
    partitions: Array.from(committed.values()).filter((partition) => !read.has(partitionKey(partition))),
    reader: { consumerId: missing, host: missing, clientId: missing },
  }
  const all = [...readers, nobody]
  const ends = await logEndOffsets(
    service,
    all.flatMap(({ partitions }) => partitions),
  )
  return all.flatMap(({ partitions, reader }) =>
    Array.from(partitions)
      .sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
      .map(({ topic, partition }): PartitionRow => {
        const key = partitionKey({ topic, partition })
        const commit = committed.get(key)
        const epoch = commit?.leaderEpoch ?? -1
        return {
          group: group.groupId,
          topic,
          partition,
          offset: commit?.offset,
          leaderEpoch: epoch < 0 ? undefined : epoch,
          logEndOffset: ends.get(key),
          ...reader,
        }
      }),
  )
}

/** Of partitions with a leader; that of the others is not known. */
async function logEndOffsets(
  { admin, timeoutMs }: GroupService,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  if (partitions.length === 0) return new Map()
  const topics = await admin.describeTopics(Array.from(new Set(partitions.map(({ topic }) => topic))), { timeoutMs })
  const led = partitions.filter(({ topic, partition }) => {
    const outcome = topics.get(topic)
    return (
      outcome?.ok === true &&
      outcome.value.partitions.some((entry) => entry.partition === partition && entry.leaderId !== undefined)
    )
  })
  const queries = led.map(({ topic, partition }) => ({ topic, partition, at: 'latest' as const }))
  const offsets = valuesOf(await admin.listOffsets(queries, { timeoutMs }))
  return new Map(Array.from(offsets, ([key, { offset }]) => [key, offset]))
}
