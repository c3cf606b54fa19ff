import type { ConsumerGroupRecord } from '../consumer-group/consumer-group-types.ts'
import { memberStates } from '../consumer-group/consumer-group-member.ts'

interface ShownTopic {
  readonly topicId: string
  readonly partitions: readonly number[]
  readonly assignmentEpochs?: readonly number[] | null
}

/** Topic ids in tests are the name behind a `#`. */
const shownTopics = (topics: readonly ShownTopic[]): string =>
  `{${topics
    .map(({ topicId, partitions, assignmentEpochs }) => {
      const list = partitions.map((partition, index) => {
        const epoch = assignmentEpochs?.[index]
        return epoch === undefined ? `${partition}` : `${partition}@${epoch}`
      })
      return `${topicId.slice(1)}:${list.join(',')}`
    })
    .join(' ')}}`

const stateName = (code: number): string =>
  Object.entries(memberStates).find(([, value]) => value === code)?.[0] ?? String(code)

/** One line for a record of a consumer group. */
export const shownConsumerRecord = (record: ConsumerGroupRecord): string => {
  const { groupId } = record.key
  const name = record.type.replace('ConsumerGroup', '')
  if (record.value === null) {
    const member = 'memberId' in record.key ? ` ${record.key.memberId}` : ''
    const regex = 'regularExpression' in record.key ? ` ${record.key.regularExpression}` : ''
    return `${name} ${groupId}${member}${regex} tombstone`
  }
  switch (record.type) {
    case 'ConsumerGroupMetadata':
      return `${name} ${groupId} epoch=${record.value.epoch} hash=${record.value.metadataHash === 0n ? '0' : 'some'}`
    case 'ConsumerGroupMemberMetadata': {
      const { instanceId, subscribedTopicNames, subscribedTopicRegex, serverAssignor, classicMemberMetadata } =
        record.value
      const parts = [
        ...(instanceId === null ? [] : [`instance=${instanceId}`]),
        `topics=[${subscribedTopicNames.join(', ')}]`,
        ...(subscribedTopicRegex === null || subscribedTopicRegex === '' ? [] : [`regex=${subscribedTopicRegex}`]),
        ...(serverAssignor === null ? [] : [`assignor=${serverAssignor}`]),
        ...(classicMemberMetadata === null ? [] : ['classic']),
      ]
      return `${name} ${groupId} ${record.key.memberId} ${parts.join(' ')}`
    }
    case 'ConsumerGroupTargetAssignmentMetadata':
      return `${name} ${groupId} epoch=${record.value.assignmentEpoch}`
    case 'ConsumerGroupTargetAssignmentMember':
      return `${name} ${groupId} ${record.key.memberId} ${shownTopics(record.value.topicPartitions)}`
    case 'ConsumerGroupCurrentMemberAssignment': {
      const { memberEpoch, previousMemberEpoch, state, assignedPartitions, partitionsPendingRevocation } = record.value
      return (
        `${name} ${groupId} ${record.key.memberId} ${stateName(state)} epoch=${memberEpoch} previous=${previousMemberEpoch}` +
        ` ${shownTopics(assignedPartitions)}` +
        (partitionsPendingRevocation.length === 0 ? '' : ` revokes ${shownTopics(partitionsPendingRevocation)}`)
      )
    }
    case 'ConsumerGroupRegularExpression':
      return `${name} ${groupId} ${record.key.regularExpression} [${record.value.topics.join(', ')}]`
  }
}
