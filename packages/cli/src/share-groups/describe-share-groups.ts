import { valuesOf, type ShareGroupDescription, type SharePartitionOffset, type TopicPartition } from '@milena/client'
import { row, widthOf } from '../table.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { selectedShareGroups, type ShareGroupService } from './share-group-service.ts'

const missing = '-'

export async function describeShareGroups(service: ShareGroupService): Promise<void> {
  const { admin, options, io, timeoutMs } = service
  const described = valuesOf(await admin.describeShareGroups(await selectedShareGroups(service), { timeoutMs }))
  const groups = Array.from(described.values()).sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
  const verbose = options.has('verbose')
  if (options.has('members')) {
    for (const group of groups) {
      const isShown = sayWhatIsSpecial(io, group) && group.members.length > 0
      if (isShown) printLines(io, formatShareMembers(group, verbose))
    }
  } else if (options.has('state')) {
    for (const group of groups) {
      sayWhatIsSpecial(io, group)
      printLines(io, formatShareState(group, verbose))
    }
  } else {
    const offsets = await Promise.all(groups.map(({ groupId }) => admin.listShareGroupOffsets(groupId, { timeoutMs })))
    groups.forEach(({ groupId }, index) => {
      const rows = offsets[index]!
      if (rows.length === 0) print(io.stdout, `\nShare group '${groupId}' has no offset information.`)
      else printLines(io, formatShareOffsets(groupId, rows, verbose))
    })
  }
}

/** Each line after a line break, and one more at the end. */
function printLines(io: ToolIo, lines: readonly string[]): void {
  for (const line of lines) io.stdout.write(`\n${line}`)
  print(io.stdout)
}

/** @returns whether the group exists */
function sayWhatIsSpecial(io: ToolIo, { groupId, state }: ShareGroupDescription): boolean {
  if (state === 'Dead') print(io.stdout, `\nError: Share group '${groupId}' does not exist.`)
  else if (state === 'Empty') print(io.stderr, `\nShare group '${groupId}' has no active members.`)
  return state !== 'Dead'
}

export function formatShareOffsets(
  groupId: string,
  offsets: readonly SharePartitionOffset[],
  verbose: boolean,
): readonly string[] {
  const topics = offsets.map(({ topic }) => topic)
  const widths = [widthOf(15, [groupId]), widthOf(15, topics), 10, ...(verbose ? [13] : []), 13, 0]
  const line = (cells: readonly (string | number)[]): string => row(cells.map((text, index) => [text, widths[index]!]))
  const epoch = (text: string | number): readonly (string | number)[] => (verbose ? [text] : [])
  return [
    line(['GROUP', 'TOPIC', 'PARTITION', ...epoch('LEADER-EPOCH'), 'START-OFFSET', 'LAG']),
    ...Array.from(offsets)
      .sort(byName)
      .map(({ topic, partition, leaderEpoch, startOffset, lag }) =>
        line([groupId, topic, partition, ...epoch(leaderEpoch ?? missing), startOffset ?? missing, lag ?? missing]),
      ),
  ]
}

const byName = (a: TopicPartition, b: TopicPartition): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition

export function formatShareState(group: ShareGroupDescription, verbose: boolean): readonly string[] {
  const { host, port, nodeId } = group.coordinator
  const coordinator = `${host}:${port}  (${nodeId})`
  const widths = [widthOf(15, [group.groupId]), widthOf(25, [coordinator]), 15, ...(verbose ? [12, 17] : []), 0]
  const line = (cells: readonly (string | number)[]): string => row(cells.map((text, index) => [text, widths[index]!]))
  const headers = ['GROUP', 'COORDINATOR (ID)', 'STATE', ...(verbose ? ['GROUP-EPOCH', 'ASSIGNMENT-EPOCH'] : [])]
  const epochs = verbose ? [group.groupEpoch, group.targetAssignmentEpoch] : []
  return [
    line([...headers, '#MEMBERS']),
    line([group.groupId, coordinator, group.state, ...epochs, group.members.length]),
  ]
}

export function formatShareMembers({ groupId, members }: ShareGroupDescription, verbose: boolean): readonly string[] {
  const widthOfAll = (texts: readonly string[]): number => widthOf(15, texts)
  const widths = [
    widthOfAll([groupId]),
    widthOfAll(members.map(({ memberId }) => memberId)),
    widthOfAll(members.map(({ host }) => host)),
    widthOfAll(members.map(({ clientId }) => clientId)),
    12,
    ...(verbose ? [13] : []),
    0,
  ]
  const line = (cells: readonly (string | number)[]): string => row(cells.map((text, index) => [text, widths[index]!]))
  const epoch = (text: string | number): readonly (string | number)[] => (verbose ? [text] : [])
  return [
    line(['GROUP', 'CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS', ...epoch('MEMBER-EPOCH'), 'ASSIGNMENT']),
    ...Array.from(members)
      .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
      .map(({ memberId, host, clientId, assignment, memberEpoch }) =>
        line([groupId, memberId, host, clientId, assignment.length, ...epoch(memberEpoch), assignmentText(assignment)]),
      ),
  ]
}

/** `topic:0,1;other:2`, in order. */
function assignmentText(partitions: readonly TopicPartition[]): string {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition])
  return Array.from(topics, ([topic, list]) => `${topic}:${list.sort((a, b) => a - b).join(',')}`)
    .sort()
    .join(';')
}
