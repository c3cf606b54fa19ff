import { array, bool, int16, int32, int64, int8, string, struct, uint16 } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

const keyValue = {
  key: string('0+'),
  value: string('0+'),
}

const topicInfo = {
  name: string('0+', { entityType: 'topicName' }),
  partitions: int32('0+', { about: '0 when any number will do.' }),
  replicationFactor: int16('0+', { about: "0 for the broker's default." }),
  topicConfigs: array('0+', keyValue),
}

const taskIds = {
  subtopologyId: string('0+'),
  partitions: array('0+', 'int32'),
}

const endpoint = {
  host: string('0+'),
  port: uint16('0+'),
}

const taskOffset = {
  subtopologyId: string('0+'),
  partition: int32('0+'),
  offset: int64('0+'),
}

const topicPartition = {
  topic: string('0+', { entityType: 'topicName' }),
  partitions: array('0+', 'int32'),
}

/** Joins, keeps and leaves a streams group (KIP-1071). */
export const StreamsGroupHeartbeatRequest = message({
  name: 'StreamsGroupHeartbeatRequest',
  apiKey: 88,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { entityType: 'groupId' }),
    memberId: string('0+'),
    memberEpoch: int32('0+', {
      about:
        'The epoch of the assignment that the member has; 0 joins, -1 leaves, -2 leaves for a while as a static member.',
    }),
    endpointInformationEpoch: int32('0+', {
      about: 'The version of the endpoints that the member knows; the response has them when it is old.',
    }),
    instanceId: string('0+', {
      nullable: '0+',
      default: null,
      about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
    }),
    rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
    rebalanceTimeoutMs: int32('0+', {
      default: -1,
      about: 'How long the member may take to give up what it loses; -1 when unchanged.',
    }),
    topology: struct(
      '0+',
      {
        epoch: int32('0+'),
        subtopologies: array('0+', {
          subtopologyId: string('0+'),
          sourceTopics: array('0+', 'string', { entityType: 'topicName' }),
          sourceTopicRegex: array('0+', 'string', { about: 'Patterns of topics that are read.' }),
          stateChangelogTopics: array('0+', topicInfo, {
            about: 'Internal topics that hold the state, created by the coordinator.',
          }),
          repartitionSinkTopics: array('0+', 'string', {
            entityType: 'topicName',
            about: 'Written to, for another subtopology to read.',
          }),
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
      { nullable: '0+', default: null, about: 'Null when nothing changed since the last heartbeat.' },
    ),
    activeTasks: array('0+', taskIds, {
      nullable: '0+',
      default: null,
      about: 'Null when nothing changed since the last heartbeat.',
    }),
    standbyTasks: array('0+', taskIds, {
      nullable: '0+',
      default: null,
      about: 'Null when nothing changed since the last heartbeat.',
    }),
    warmupTasks: array('0+', taskIds, {
      nullable: '0+',
      default: null,
      about: 'Null when nothing changed since the last heartbeat.',
    }),
    processId: string('0+', {
      nullable: '0+',
      default: null,
      about: 'Of the process that holds several members; null when nothing changed since the last heartbeat.',
    }),
    userEndpoint: struct('0+', endpoint, {
      nullable: '0+',
      default: null,
      about: 'Where other members can ask for state; null when nothing changed since the last heartbeat.',
    }),
    clientTags: array('0+', keyValue, {
      nullable: '0+',
      default: null,
      about: 'For rack-aware assignment; null when nothing changed since the last heartbeat.',
    }),
    taskOffsets: array('0+', taskOffset, {
      nullable: '0+',
      default: null,
      about: 'How far the state has been restored; null when nothing changed since the last heartbeat.',
    }),
    taskEndOffsets: array('0+', taskOffset, {
      nullable: '0+',
      default: null,
      about: 'How far the changelogs reach; null when nothing changed since the last heartbeat.',
    }),
    shutdownApplication: bool('0+', { default: false, about: 'Asks all members of the group to stop.' }),
  },
})
export type StreamsGroupHeartbeatRequest = Infer<typeof StreamsGroupHeartbeatRequest>

export const StreamsGroupHeartbeatResponse = message({
  name: 'StreamsGroupHeartbeatResponse',
  apiKey: 88,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    heartbeatIntervalMs: int32('0+', { about: 'When the next heartbeat is due.' }),
    acceptableRecoveryLag: int32('0+', {
      about: 'How far, in offsets, a warm-up task may lie behind and still be taken for caught up.',
    }),
    taskOffsetIntervalMs: int32('0+', { about: 'How often to report the offsets of tasks.' }),
    status: array(
      '0+',
      {
        statusCode: int8('0+', {
          about:
            '0 stale topology, 1 missing source topics, 2 wrong numbers of partitions, 3 missing internal topics, 4 shutdown, 5 delayed.',
        }),
        statusDetail: string('0+'),
      },
      { nullable: '0+' },
    ),
    activeTasks: array('0+', taskIds, { nullable: '0+', default: null, about: 'Null when nothing changed.' }),
    standbyTasks: array('0+', taskIds, { nullable: '0+', default: null, about: 'Null when nothing changed.' }),
    warmupTasks: array('0+', taskIds, { nullable: '0+', default: null, about: 'Null when nothing changed.' }),
    endpointInformationEpoch: int32('0+', {
      about: 'The version of the endpoints that the member knows; the response has them when it is old.',
    }),
    partitionsByUserEndpoint: array(
      '0+',
      {
        userEndpoint: struct('0+', endpoint),
        activePartitions: array('0+', topicPartition, {
          about: 'Those whose state lies in active tasks behind this endpoint.',
        }),
        standbyPartitions: array('0+', topicPartition),
      },
      { nullable: '0+', default: null, about: 'Where to ask for which state; null when nothing changed.' },
    ),
  },
})
export type StreamsGroupHeartbeatResponse = Infer<typeof StreamsGroupHeartbeatResponse>
