import type { GroupRecord } from '../group/group-types.ts'
import type { ShareGroupRecord } from '../share-group/share-group-types.ts'

export const isShareGroupRecord = (record: GroupRecord): record is ShareGroupRecord => record.type.startsWith('Share')

const shownTopics = (topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]): string =>
  `{${topics.map(({ topicId, partitions }) => `${topicId}:${partitions.join(',')}`).join(' ')}}`

const shownNamed = (
  topics: readonly { readonly topicId: string; readonly topicName: string; readonly partitions: readonly number[] }[],
): string => shownTopics(topics.map(({ topicName, partitions }) => ({ topicId: topicName, partitions })))

/** One line for a record of a share group. */
export const shownShareRecord = (record: ShareGroupRecord): string => {
  const place = [record.type, record.key.groupId, ...('memberId' in record.key ? [record.key.memberId] : [])].join(' ')
  if (record.value === null) return `${place} tombstone`
  switch (record.type) {
    case 'ShareGroupMetadata':
      return `${place} epoch=${record.value.epoch}`
    case 'ShareGroupMemberMetadata': {
      const { clientId, clientHost, rackId, subscribedTopicNames } = record.value
      const rack = rackId === null ? '' : ` rack=${rackId}`
      return `${place} ${clientId}${clientHost}${rack} [${subscribedTopicNames.join(', ')}]`
    }
    case 'ShareGroupTargetAssignmentMetadata':
      return `${place} epoch=${record.value.assignmentEpoch} at=${record.value.assignmentTimestamp}`
    case 'ShareGroupTargetAssignmentMember':
      return `${place} ${shownTopics(record.value.topicPartitions)}`
    case 'ShareGroupCurrentMemberAssignment': {
      const { memberEpoch, previousMemberEpoch, assignedPartitions } = record.value
      return `${place} epoch=${memberEpoch} previous=${previousMemberEpoch} ${shownTopics(assignedPartitions)}`
    }
    case 'ShareGroupStatePartitionMetadata': {
      const { initializingTopics, initializedTopics, deletingTopics } = record.value
      const deleting = deletingTopics.map(({ topicName }) => topicName).join(' ')
      return `${place} initializing=${shownNamed(initializingTopics)} initialized=${shownNamed(initializedTopics)} deleting={${deleting}}`
    }
  }
}
