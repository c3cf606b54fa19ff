import type { GroupDescription, MemberDescription, TopicPartition } from '@milena/client'
import { cell, row, widthOf } from '../table.ts'

/** What stands where nothing is known. */
export const missing = '-'

/** A partition of a group: what is committed, what there is, and who reads it. */
export interface PartitionRow {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: number | undefined
  readonly leaderEpoch: number | undefined
  readonly logEndOffset: number | undefined
  readonly consumerId: string
  readonly host: string
  readonly clientId: string
}

/** How many records are still to be read; unknown while nothing is committed. */
export function lagOf({ offset, logEndOffset }: PartitionRow): number | undefined {
  return offset === undefined || offset === -1 || logEndOffset === undefined ? undefined : logEndOffset - offset
}

export function formatOffsets(rows: readonly PartitionRow[], verbose: boolean): readonly string[] {
  const group = widthOf(
    15,
    rows.map((entry) => entry.group),
  )
  const topic = widthOf(
    15,
    rows.map((entry) => entry.topic),
  )
  const consumerId = widthOf(
    15,
    rows.map((entry) => entry.consumerId),
  )
  const host = widthOf(
    15,
    rows.map((entry) => entry.host),
  )
  const line = (cells: readonly (string | number)[]): string => {
    const widths = [group, topic, 10, ...(verbose ? [15] : []), 15, 15, 15, consumerId, host, 0]
    return row(cells.map((text, index) => [text, widths[index]!] as const))
  }
  const epoch = (text: string | number): readonly (string | number)[] => (verbose ? [text] : [])
  return [
    line([
      'GROUP',
      'TOPIC',
      'PARTITION',
      ...epoch('LEADER-EPOCH'),
      'CURRENT-OFFSET',
      'LOG-END-OFFSET',
      'LAG',
      'CONSUMER-ID',
      'HOST',
      'CLIENT-ID',
    ]),
    ...rows.map((entry) =>
      line([
        entry.group,
        entry.topic,
        entry.partition,
        ...epoch(entry.leaderEpoch ?? missing),
        entry.offset ?? missing,
        entry.logEndOffset ?? missing,
        lagOf(entry) ?? missing,
        entry.consumerId,
        entry.host,
        entry.clientId,
      ]),
    ),
  ]
}

/** `topic:0,1;other:2`, in order; `-` for nothing. */
export function formatAssignment(partitions: readonly TopicPartition[]): string {
  if (partitions.length === 0) return missing
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition])
  return Array.from(topics, ([topic, list]) => `${topic}:${list.sort((a, b) => a - b).join(',')}`)
    .sort()
    .join(';')
}

/** @param filled whether the group is in a state to be shown; if not, only the heading is printed, at its least widths */
export function formatMembers(group: GroupDescription, verbose: boolean): readonly string[] {
  const { members, groupId } = group
  const current = members.map(({ assignment }) => formatAssignment(assignment))
  const target = members.map(({ targetAssignment }) => formatAssignment(targetAssignment ?? []))
  const width = {
    group: widthOf(15, members.length > 0 ? [groupId] : []),
    consumerId: widthOf(
      15,
      members.map(({ memberId }) => memberId),
    ),
    instanceId: widthOf(
      17,
      members.map(({ groupInstanceId }) => groupInstanceId ?? ''),
    ),
    host: widthOf(
      15,
      members.map(({ host }) => host),
    ),
    clientId: widthOf(
      15,
      members.map(({ clientId }) => clientId),
    ),
    current: widthOf(20, current),
    target: widthOf(20, target),
  }
  const hasInstances = members.some(({ groupInstanceId }) => (groupInstanceId ?? '') !== '')
  const migrating =
    members.some(({ upgraded }) => upgraded === true) && members.some(({ upgraded }) => upgraded === false)
  const start = (cells: readonly [string, string, string, string, string, string | number]): string => {
    const [first, id, instance, host, client, count] = cells
    return row([
      [first, width.group],
      [id, width.consumerId],
      ...(hasInstances ? ([[instance, width.instanceId]] as const) : []),
      [host, width.host],
      [client, width.clientId],
      [count, 15],
    ])
  }
  const rest = (cells: readonly [string | number, string, string | number, string, string]): string => {
    if (!verbose) return ' '
    const [epoch, assignment, targetEpoch, targetAssignment, upgraded] = cells
    const text = `${cell(epoch, 15)} ${cell(assignment, width.current)} ${cell(targetEpoch, 15)} ${cell(targetAssignment, width.target)}`
    return migrating ? ` ${text} ${upgraded}` : ` ${text}`
  }
  return [
    start(['GROUP', 'CONSUMER-ID', 'GROUP-INSTANCE-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS']) +
      rest(['CURRENT-EPOCH', 'CURRENT-ASSIGNMENT', 'TARGET-EPOCH', 'TARGET-ASSIGNMENT', 'UPGRADED']),
    ...members.map(
      (member, index) =>
        start(memberStart(groupId, member)) +
        rest([
          member.memberEpoch ?? missing,
          current[index]!,
          group.targetAssignmentEpoch ?? missing,
          target[index]!,
          String(member.upgraded ?? missing),
        ]),
    ),
  ]
}

const memberStart = (
  groupId: string,
  { memberId, groupInstanceId, host, clientId, assignment }: MemberDescription,
): readonly [string, string, string, string, string, number] => [
  groupId,
  memberId,
  groupInstanceId ?? '',
  host,
  clientId,
  assignment.length,
]

export function formatState(group: GroupDescription, verbose: boolean): readonly string[] {
  const { host, port, nodeId } = group.coordinator
  const coordinator = `${host}:${port}  (${nodeId})`
  const widths = [widthOf(15, [group.groupId]), widthOf(25, [coordinator]), 20, 20, ...(verbose ? [15, 25] : []), 0]
  const line = (cells: readonly (string | number)[]): string =>
    row(cells.map((text, index) => [text, widths[index]!] as const))
  const assignor = group.partitionAssignor === '' ? missing : group.partitionAssignor
  const epochs = [group.groupEpoch ?? missing, group.targetAssignmentEpoch ?? missing]
  return [
    line([
      'GROUP',
      'COORDINATOR (ID)',
      'ASSIGNMENT-STRATEGY',
      'STATE',
      ...(verbose ? ['GROUP-EPOCH', 'TARGET-ASSIGNMENT-EPOCH'] : []),
      '#MEMBERS',
    ]),
    line([group.groupId, coordinator, assignor, group.state, ...(verbose ? epochs : []), group.members.length]),
  ]
}
