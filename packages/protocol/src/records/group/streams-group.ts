import { array, int16, int32, int64, int64Exact, int8, string, struct, uint16 } from '../../schema/field.ts'
import { type Infer, message } from '../../schema/message.ts'

const taskIds = {
  subtopologyId: string('0+'),
  partitions: array('0+', 'int32'),
}

const streamsGroupCurrentMemberAssignmentValueTaskIds = {
  subtopologyId: string('0+'),
  partitions: array('0+', 'int32'),
  assignmentEpochs: array('0+', 'int32', {
    nullable: '0+',
    tag: 0,
    about: 'For each partition, in the same order, the member epoch at which it was assigned; empty when unknown.',
  }),
}

const topicInfo = {
  name: string('0+'),
  partitions: int32('0+', { about: '0 when any number will do.' }),
  replicationFactor: int16('0+', { about: "0 for the broker's default." }),
  topicConfigs: array('0+', {
    key: string('0+'),
    value: string('0+'),
  }),
}

export const StreamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  apiKey: 17,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type StreamsGroupMetadataKey = Infer<typeof StreamsGroupMetadataKey>

export const StreamsGroupMetadataValue = message({
  name: 'StreamsGroupMetadataValue',
  apiKey: 17,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    epoch: int32('0+'),
    metadataHash: int64Exact('0+', { about: 'Of the subscribed topics, to notice that they have changed.' }),
    validatedTopologyEpoch: int32('0+', {
      default: -1,
      tag: 0,
      about: 'The topology that was last found to fit the topics; -1 for none.',
    }),
    lastAssignmentConfigs: array(
      '0+',
      {
        key: string('0+'),
        value: string('0+'),
      },
      { nullable: '0+', tag: 1, about: 'The configuration with which the assignment was computed.' },
    ),
  },
})
export type StreamsGroupMetadataValue = Infer<typeof StreamsGroupMetadataValue>

export const StreamsGroupMemberMetadataKey = message({
  name: 'StreamsGroupMemberMetadataKey',
  apiKey: 19,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type StreamsGroupMemberMetadataKey = Infer<typeof StreamsGroupMemberMetadataKey>

export const StreamsGroupMemberMetadataValue = message({
  name: 'StreamsGroupMemberMetadataValue',
  apiKey: 19,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    instanceId: string('0+', {
      nullable: '0+',
      about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
    }),
    rackId: string('0+', { nullable: '0+', about: 'Lets the broker answer from a replica nearby.' }),
    clientId: string('0+'),
    clientHost: string('0+', { about: 'The address from which the member speaks.' }),
    rebalanceTimeoutMs: int32('0+', {
      default: -1,
      about: 'How long a member may take to give up what it loses, or to join again.',
    }),
    topologyEpoch: int32('0+', { about: 'Of the topology that the member runs.' }),
    processId: string('0+'),
    userEndpoint: struct(
      '0+',
      {
        host: string('0+'),
        port: uint16('0+'),
      },
      { nullable: '0+', default: null },
    ),
    clientTags: array(
      '0+',
      {
        key: string('0+'),
        value: string('0+'),
      },
      { about: 'For rack-aware assignment; null when nothing changed since the last heartbeat.' },
    ),
  },
})
export type StreamsGroupMemberMetadataValue = Infer<typeof StreamsGroupMemberMetadataValue>

export const StreamsGroupTargetAssignmentMetadataKey = message({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  apiKey: 20,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type StreamsGroupTargetAssignmentMetadataKey = Infer<typeof StreamsGroupTargetAssignmentMetadataKey>

export const StreamsGroupTargetAssignmentMetadataValue = message({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  apiKey: 20,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    assignmentEpoch: int32('0+', { about: 'The group epoch for which the assignment was computed.' }),
    assignmentTimestamp: int64('0+', {
      default: 0,
      tag: 0,
      ignorable: true,
      about: 'When the assignment was computed, in ms since 1970; 0 when unknown.',
    }),
  },
})
export type StreamsGroupTargetAssignmentMetadataValue = Infer<typeof StreamsGroupTargetAssignmentMetadataValue>

export const StreamsGroupTargetAssignmentMemberKey = message({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  apiKey: 21,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type StreamsGroupTargetAssignmentMemberKey = Infer<typeof StreamsGroupTargetAssignmentMemberKey>

export const StreamsGroupTargetAssignmentMemberValue = message({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  apiKey: 21,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    activeTasks: array('0+', taskIds),
    standbyTasks: array('0+', taskIds),
    warmupTasks: array('0+', taskIds),
  },
})
export type StreamsGroupTargetAssignmentMemberValue = Infer<typeof StreamsGroupTargetAssignmentMemberValue>

export const StreamsGroupCurrentMemberAssignmentKey = message({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  apiKey: 22,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
})
export type StreamsGroupCurrentMemberAssignmentKey = Infer<typeof StreamsGroupCurrentMemberAssignmentKey>

export const StreamsGroupCurrentMemberAssignmentValue = message({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  apiKey: 22,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+', { about: 'Accepted too, since the last answer may have been lost.' }),
    state: int8('0+', { about: 'Where the member stands in the rebalance.' }),
    activeTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds),
    standbyTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds),
    warmupTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds),
    activeTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds, {
      about: 'No longer assigned, but not yet given up by the member.',
    }),
    standbyTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds, {
      about: 'No longer assigned, but not yet given up by the member.',
    }),
    warmupTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIds, {
      about: 'No longer assigned, but not yet given up by the member.',
    }),
  },
})
export type StreamsGroupCurrentMemberAssignmentValue = Infer<typeof StreamsGroupCurrentMemberAssignmentValue>

export const StreamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  apiKey: 23,
  kind: 'coordinator-key',
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string('0'),
  },
})
export type StreamsGroupTopologyKey = Infer<typeof StreamsGroupTopologyKey>

export const StreamsGroupTopologyValue = message({
  name: 'StreamsGroupTopologyValue',
  apiKey: 23,
  kind: 'coordinator-value',
  versions: '0',
  flexible: '0+',
  fields: {
    epoch: int32('0+'),
    subtopologies: array('0+', {
      subtopologyId: string('0+'),
      sourceTopics: array('0+', 'string'),
      sourceTopicRegex: array('0+', 'string', { about: 'Patterns of topics that are read.' }),
      stateChangelogTopics: array('0+', topicInfo, {
        about: 'Internal topics that hold the state, created by the coordinator.',
      }),
      repartitionSinkTopics: array('0+', 'string', { about: 'Written to, for another subtopology to read.' }),
      repartitionSourceTopics: array('0+', topicInfo, {
        about: 'Internal topics that are read, created by the coordinator.',
      }),
      copartitionGroups: array(
        '0+',
        {
          sourceTopics: array('0+', 'int16', { about: 'Positions in the list of the subtopology.' }),
          sourceTopicRegex: array('0+', 'int16', { about: 'Positions in the list of the subtopology.' }),
          repartitionSourceTopics: array('0+', 'int16', { about: 'Positions in the list of the subtopology.' }),
        },
        { about: 'Topics that must have the same number of partitions.' },
      ),
    }),
  },
})
export type StreamsGroupTopologyValue = Infer<typeof StreamsGroupTopologyValue>
