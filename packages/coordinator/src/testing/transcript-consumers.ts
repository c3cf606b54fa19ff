import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '@milena/protocol/messages'
import type { DescribedConsumerGroup } from '../consumer-group/consumer-group-describe.ts'
import type { ConsumerGroup } from '../consumer-group/consumer-group.ts'
import type { AssignedPartitions } from '../consumer-group/consumer-group-member.ts'
import type { Command } from './transcript-commands.ts'
import { errorName } from './transcript-commands.ts'

type Owned = NonNullable<ConsumerGroupHeartbeatRequest['topicPartitions']>

interface Consumer {
  epoch: number
  assigned: Owned
}

/**
 * Members of the consumer protocol in a transcript: what they know, and the heartbeats that they send.
 *
 * `beat a topics=t1,t2` joins or says something new; `beat a` just lives; `beat a owns` says that it holds what it was
 * last given; `beat a leave` and `beat a away` leave.
 */
export class TranscriptConsumers {
  readonly #consumers = new Map<string, Consumer>()

  clear(): void {
    this.#consumers.clear()
  }

  request(command: Command, groupId: string, name: string): ConsumerGroupHeartbeatRequest {
    const consumer = this.#consumers.get(`${groupId}/${name}`)
    const [, ...flags] = command.words
    const epoch = flags.includes('leave') ? -1 : flags.includes('away') ? -2 : (consumer?.epoch ?? 0)
    const memberEpoch = command.number('epoch', epoch)
    const joins = memberEpoch === 0
    const topics = command.option('topics') ?? (joins && command.option('regex') === undefined ? 't1' : undefined)
    const owns = flags.includes('owns') ? (consumer?.assigned ?? []) : null
    return {
      groupId,
      memberId: command.option('member') ?? name,
      memberEpoch,
      instanceId: command.option('instance') ?? null,
      rackId: null,
      rebalanceTimeoutMs: joins ? command.number('rebalance', 60_000) : -1,
      subscribedTopicNames: topics === undefined ? null : topics.split(',').filter((topic) => topic !== ''),
      subscribedTopicRegex: command.option('regex') ?? null,
      serverAssignor: command.option('assignor') ?? null,
      topicPartitions: joins ? [] : owns,
    }
  }

  note(groupId: string, name: string, response: ConsumerGroupHeartbeatResponse): string {
    if (response.errorCode !== 0) return `${errorName(response.errorCode)} "${response.errorMessage ?? ''}"`
    const key = `${groupId}/${name}`
    if (response.memberEpoch < 0) {
      this.#consumers.delete(key)
      return `NONE epoch=${response.memberEpoch}`
    }
    const assigned = response.assignment?.topicPartitions ?? this.#consumers.get(key)?.assigned ?? []
    this.#consumers.set(key, { epoch: response.memberEpoch, assigned })
    const told = response.assignment === null ? '' : ` ${shownOwned(response.assignment.topicPartitions)}`
    return `NONE epoch=${response.memberEpoch}${told}`
  }
}

const shownOwned = (topics: Owned): string =>
  `{${topics.map(({ topicId, partitions }) => `${topicId.slice(1)}:${partitions.join(',')}`).join(' ')}}`

const shownAssigned = (assigned: AssignedPartitions): string =>
  shownOwned(Array.from(assigned, ([topicId, partitions]) => ({ topicId, partitions: [...partitions.keys()] })))

/** One line for what a consumer group has become. */
export const shownConsumerGroup = (group: ConsumerGroup): string => {
  const { groupEpoch, assignmentEpoch } = group.header
  const members = Array.from(
    group.members.values(),
    (member) =>
      `${member.memberId} ${member.state} ${member.memberEpoch} ${shownAssigned(member.assigned)}` +
      (member.pendingRevocation.size === 0 ? '' : ` revokes ${shownAssigned(member.pendingRevocation)}`),
  )
  return `${group.state} epoch=${groupEpoch} assignment=${assignmentEpoch} [${members.join(', ')}]`
}

export const shownDescription = (group: DescribedConsumerGroup): string => {
  if (group.errorCode !== 0) return `${group.groupId}: ${errorName(group.errorCode)} "${group.errorMessage ?? ''}"`
  const members = group.members.map((member) => {
    const { memberId, memberEpoch, memberType, subscribedTopicNames, subscribedTopicRegex } = member
    const regex = subscribedTopicRegex === null || subscribedTopicRegex === '' ? '' : ` /${subscribedTopicRegex}/`
    return (
      `${memberId} type=${memberType} epoch=${memberEpoch} [${subscribedTopicNames.join(', ')}]${regex}` +
      ` ${shownOwned(member.assignment.topicPartitions)}→${shownOwned(member.targetAssignment.topicPartitions)}`
    )
  })
  const { groupId, groupState, groupEpoch, assignmentEpoch, assignorName } = group
  return `${groupId}: ${groupState} epoch=${groupEpoch} assignment=${assignmentEpoch} ${assignorName} [${members.join('; ')}]`
}
