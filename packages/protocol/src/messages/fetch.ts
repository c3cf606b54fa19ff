import { array, int16, int32, int64, int8, records, string, struct, uuid } from '../schema/field.ts'
import { INT64_MAX } from '../schema/kinds.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Reads record batches, as a consumer or as a follower.
 * Versions: 4 isolation level; 5 log start offset; 7 sessions (KIP-227); 9 leader epoch; 10 zstd; 11 rack (KIP-392);
 * 12 flexible; 13 topics by id; 15 replica state; 17 directory id; 18 the follower's high watermark.
 */
export const FetchRequest = message({
  name: 'FetchRequest',
  apiKey: 1,
  kind: 'request',
  versions: '4-18',
  flexible: '12+',
  listeners: ['broker', 'controller'],
  fields: {
    clusterId: string('12+', {
      nullable: '12+',
      default: null,
      tag: 0,
      ignorable: true,
      about: 'Between controllers: whom the request is meant for.',
    }),
    replicaId: int32('0-14', { default: -1, entityType: 'brokerId', about: 'Of a follower; -1 for a consumer.' }),
    replicaState: struct(
      '15+',
      {
        replicaId: int32('15+', { default: -1, entityType: 'brokerId', about: 'Of a follower; -1 for a consumer.' }),
        replicaEpoch: int64('15+', { default: -1, about: 'The broker epoch of the follower; -1 when unknown.' }),
      },
      { tag: 1 },
    ),
    maxWaitMs: int32('0+', { about: 'How long to wait for minBytes.' }),
    minBytes: int32('0+', { about: 'The answer waits for so many, up to maxWaitMs.' }),
    maxBytes: int32('3+', {
      default: 0x7fffffff,
      ignorable: true,
      about: 'A first batch that is larger is returned all the same.',
    }),
    isolationLevel: int8('4+', { default: 0, ignorable: true, about: '0 read_uncommitted, 1 read_committed.' }),
    sessionId: int32('7+', { default: 0, ignorable: true, about: '0 outside of a session.' }),
    sessionEpoch: int32('7+', {
      default: -1,
      ignorable: true,
      about: '0 makes a new session, -1 none, otherwise it counts up (KIP-227).',
    }),
    topics: array('0+', {
      topic: string('0-12', { ignorable: true, entityType: 'topicName' }),
      topicId: uuid('13+', { ignorable: true }),
      partitions: array('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('9+', {
          default: -1,
          ignorable: true,
          about: 'What the client believes, to be fenced when it is wrong; -1 for no check.',
        }),
        fetchOffset: int64('0+', { about: 'Of the first record wanted.' }),
        lastFetchedEpoch: int32('12+', {
          default: -1,
          about: 'Of the last record that the replica has, to notice a divergence; -1 when unknown.',
        }),
        logStartOffset: int64('5+', {
          default: -1,
          ignorable: true,
          about: "Of a follower's own log; -1 from consumers.",
        }),
        partitionMaxBytes: int32('0+', { about: 'A first batch that is larger is returned all the same.' }),
        replicaDirectoryId: uuid('17+', { tag: 0, ignorable: true, about: 'The log directory of the replica.' }),
        highWatermark: int64('18+', {
          default: INT64_MAX,
          tag: 1,
          ignorable: true,
          about: 'Everything below it is committed.',
        }),
      }),
    }),
    forgottenTopicsData: array(
      '7+',
      {
        topic: string('7-12', { ignorable: true, entityType: 'topicName' }),
        topicId: uuid('13+', { ignorable: true }),
        partitions: array('7+', 'int32'),
      },
      { about: 'Partitions that leave the session.' },
    ),
    rackId: string('11+', { default: '', ignorable: true, about: 'Of the consumer, to be sent to a replica nearby.' }),
  },
})
export type FetchRequest = Infer<typeof FetchRequest>

/**
 * Versions: 4 aborted transactions; 5 log start offset; 7 sessions; 11 preferred read replica; 12 diverging epoch and
 * current leader; 13 topics by id; 14 OFFSET_MOVED_TO_TIERED_STORAGE; 16 endpoints of the leaders (KIP-951).
 */
export const FetchResponse = message({
  name: 'FetchResponse',
  apiKey: 1,
  kind: 'response',
  versions: '4-18',
  flexible: '12+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('7+', { ignorable: true }),
    sessionId: int32('7+', { default: 0, about: '0 when no session was made.' }),
    responses: array('0+', {
      topic: string('0-12', { ignorable: true, entityType: 'topicName' }),
      topicId: uuid('13+', { ignorable: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        highWatermark: int64('0+', { about: 'Everything below it is committed.' }),
        lastStableOffset: int64('4+', {
          default: -1,
          ignorable: true,
          about: 'No transaction that reaches below it is open.',
        }),
        logStartOffset: int64('5+', {
          default: -1,
          ignorable: true,
          about: 'Of the oldest record that is still there.',
        }),
        divergingEpoch: struct(
          '12+',
          {
            epoch: int32('12+', { default: -1 }),
            endOffset: int64('12+', { default: -1, about: '-1 when there is none.' }),
          },
          { tag: 0, about: 'Where the log of the fetcher leaves ours; it must truncate.' },
        ),
        currentLeader: struct(
          '12+',
          {
            leaderId: int32('12+', { default: -1, entityType: 'brokerId', about: '-1 for none.' }),
            leaderEpoch: int32('12+', { default: -1, about: 'Grows with every election; -1 when unknown.' }),
          },
          { tag: 1, about: 'Set when the client should go elsewhere (KIP-951).' },
        ),
        snapshotId: struct(
          '12+',
          {
            endOffset: int64('0+', { default: -1, about: '-1 when there is none.' }),
            epoch: int32('0+', { default: -1 }),
          },
          { tag: 2, about: 'Where a fetcher that has fallen behind should begin.' },
        ),
        abortedTransactions: array(
          '4+',
          {
            producerId: int64('4+', { entityType: 'producerId' }),
            firstOffset: int64('4+'),
          },
          {
            nullable: '4+',
            ignorable: true,
            about:
              'In read_committed mode the aborted transactions that reach into these records, by ascending first offset.',
          },
        ),
        preferredReadReplica: int32('11+', {
          default: -1,
          entityType: 'brokerId',
          about: 'The broker to fetch from instead; -1 for none.',
        }),
        records: records('0+', { nullable: '0+', about: 'Record batches, as they lie in the log.' }),
      }),
    }),
    nodeEndpoints: array(
      '16+',
      {
        nodeId: int32('16+', { mapKey: true, entityType: 'brokerId' }),
        host: string('16+'),
        port: int32('16+'),
        rack: string('16+', { nullable: '16+', default: null }),
      },
      { tag: 0, about: 'Where the current leaders named above can be reached (KIP-951).' },
    ),
  },
})
export type FetchResponse = Infer<typeof FetchResponse>
