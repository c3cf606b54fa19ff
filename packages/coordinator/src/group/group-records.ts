import { ZERO_UUID } from '@milena/protocol/messages'
import type { ReadableGroup } from './classic-group.ts'
import { EMPTY_BYTES, protocolMetadata } from './classic-member.ts'
import type { GroupRecord, OffsetAndMetadata } from './group-types.ts'

/**
 * The versions in which Apache Kafka 4.3 writes values: the lowest that can carry what is in them, so that older
 * brokers can still read them.
 */
const GROUP_METADATA_VERSION = 3
const OFFSET_COMMIT_VERSION = 3
const OFFSET_COMMIT_VERSION_WITH_TOPIC_ID = 4
const OFFSET_COMMIT_VERSION_WITH_EXPIRY = 1

const offsetCommitVersion = ({
  expireTimestampMs,
  topicId,
}: Pick<OffsetAndMetadata, 'expireTimestampMs' | 'topicId'>): number => {
  if (expireTimestampMs !== -1) return OFFSET_COMMIT_VERSION_WITH_EXPIRY
  return topicId === ZERO_UUID ? OFFSET_COMMIT_VERSION : OFFSET_COMMIT_VERSION_WITH_TOPIC_ID
}

/** The whole group as the log keeps it: of each member the one protocol that was elected. */
export const groupMetadataRecord = (group: ReadableGroup): GroupRecord => ({
  type: 'GroupMetadata',
  key: { group: group.groupId },
  value: {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateTimestampMs,
    members: Array.from(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: group.protocolName === null ? EMPTY_BYTES : protocolMetadata(member, group.protocolName),
      assignment: member.assignment,
    })),
  },
  version: GROUP_METADATA_VERSION,
})

/** Makes a group that has never had a generation known to the log. */
export const emptyGroupMetadataRecord = (groupId: string, nowMs: number): GroupRecord => ({
  type: 'GroupMetadata',
  key: { group: groupId },
  value: { protocolType: '', generation: 0, protocol: null, leader: null, currentStateTimestamp: nowMs, members: [] },
  version: GROUP_METADATA_VERSION,
})

export const groupTombstone = (groupId: string): GroupRecord => ({
  type: 'GroupMetadata',
  key: { group: groupId },
  value: null,
  version: GROUP_METADATA_VERSION,
})

export interface OffsetPlace {
  readonly groupId: string
  readonly topic: string
  readonly partition: number
}

export const offsetCommitRecord = (
  { groupId, topic, partition }: OffsetPlace,
  offset: Omit<OffsetAndMetadata, 'recordOffset'>,
): GroupRecord => ({
  type: 'OffsetCommit',
  key: { group: groupId, topic, partition },
  value: {
    offset: offset.committedOffset,
    leaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    commitTimestamp: offset.commitTimestampMs,
    expireTimestamp: offset.expireTimestampMs,
    topicId: offset.topicId,
  },
  version: offsetCommitVersion(offset),
})

export const offsetTombstone = ({ groupId, topic, partition }: OffsetPlace): GroupRecord => ({
  type: 'OffsetCommit',
  key: { group: groupId, topic, partition },
  value: null,
  version: OFFSET_COMMIT_VERSION,
})
