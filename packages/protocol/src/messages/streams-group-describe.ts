import { array, bool, int16, int32, int64, string, struct, uint16 } from '../schema/field.ts'
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

const taskOffset = {
  subtopologyId: string('0+'),
  partition: int32('0+'),
  offset: int64('0+'),
}

const taskIds = {
  subtopologyId: string('0+'),
  partitions: array('0+', 'int32'),
}

const assignment = {
  activeTasks: array('0+', taskIds),
  standbyTasks: array('0+', taskIds),
  warmupTasks: array('0+', taskIds),
}

export const StreamsGroupDescribeRequest = message({
  name: 'StreamsGroupDescribeRequest',
  apiKey: 89,
  kind: 'request',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupIds: array('0+', 'string', { entityType: 'groupId' }),
    includeAuthorizedOperations: bool('0+'),
  },
})
export type StreamsGroupDescribeRequest = Infer<typeof StreamsGroupDescribeRequest>

export const StreamsGroupDescribeResponse = message({
  name: 'StreamsGroupDescribeResponse',
  apiKey: 89,
  kind: 'response',
  versions: '0',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+', { entityType: 'groupId' }),
      groupState: string('0+'),
      groupEpoch: int32('0+', { about: 'Grows whenever the assignment must be computed anew.' }),
      assignmentEpoch: int32('0+', { about: 'The group epoch for which the assignment was computed.' }),
      topology: struct(
        '0+',
        {
          epoch: int32('0+'),
          subtopologies: array(
            '0+',
            {
              subtopologyId: string('0+'),
              sourceTopics: array('0+', 'string', { entityType: 'topicName' }),
              repartitionSinkTopics: array('0+', 'string', {
                entityType: 'topicName',
                about: 'Written to, for another subtopology to read.',
              }),
              stateChangelogTopics: array('0+', topicInfo, {
                about: 'Internal topics that hold the state, created by the coordinator.',
              }),
              repartitionSourceTopics: array('0+', topicInfo, {
                about: 'Internal topics that are read, created by the coordinator.',
              }),
            },
            { nullable: '0+', default: null },
          ),
        },
        { nullable: '0+', default: null, about: 'Null when nothing changed since the last heartbeat.' },
      ),
      members: array('0+', {
        memberId: string('0+'),
        memberEpoch: int32('0+'),
        instanceId: string('0+', {
          nullable: '0+',
          default: null,
          about: 'Makes the member static; null when it is not, or when nothing changed since the last heartbeat.',
        }),
        rackId: string('0+', { nullable: '0+', default: null, about: 'Lets the broker answer from a replica nearby.' }),
        clientId: string('0+'),
        clientHost: string('0+', { about: 'The address from which the member speaks.' }),
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
        clientTags: array('0+', keyValue, {
          about: 'For rack-aware assignment; null when nothing changed since the last heartbeat.',
        }),
        taskOffsets: array('0+', taskOffset, { about: 'How far the state has been restored.' }),
        taskEndOffsets: array('0+', taskOffset, { about: 'How far the changelogs reach.' }),
        assignment: struct('0+', assignment),
        targetAssignment: struct('0+', assignment),
        isClassic: bool('0+', { about: 'The member speaks the classic protocol.' }),
      }),
      authorizedOperations: int32('0+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
  },
})
export type StreamsGroupDescribeResponse = Infer<typeof StreamsGroupDescribeResponse>
