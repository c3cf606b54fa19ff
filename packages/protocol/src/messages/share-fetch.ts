import { array, bool, int16, int32, int64, int8, records, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Fetches records of a share group and acknowledges earlier ones (KIP-932).
 * Versions: 1 the first stable version; 2 renewals, acquire mode.
 */
export const ShareFetchRequest = message({
  name: 'ShareFetchRequest',
  apiKey: 78,
  kind: 'request',
  versions: '1-2',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { nullable: '0+', default: null, entityType: 'groupId' }),
    memberId: string('0+', { nullable: '0+' }),
    shareSessionEpoch: int32('0+', { about: '0 opens the session, -1 closes it, otherwise it counts up.' }),
    maxWaitMs: int32('0+', { about: 'How long to wait for minBytes.' }),
    minBytes: int32('0+', { about: 'The answer waits for so many, up to maxWaitMs.' }),
    maxBytes: int32('0+', { default: 0x7fffffff, about: 'A first batch that is larger is returned all the same.' }),
    maxRecords: int32('1+'),
    batchSize: int32('1+', { about: 'About how many records a batch of acquired records should have.' }),
    shareAcquireMode: int8('2+', {
      default: 0,
      ignorable: true,
      about: '0 by batches, 1 by the number of records exactly.',
    }),
    isRenewAck: bool('2+', { default: false, about: 'Some acknowledgements renew, and then nothing is fetched.' }),
    topics: array('0+', {
      topicId: uuid('0+', { mapKey: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+', { mapKey: true }),
        partitionMaxBytes: int32('0', { about: 'A first batch that is larger is returned all the same.' }),
        acknowledgementBatches: array(
          '0+',
          {
            firstOffset: int64('0+'),
            lastOffset: int64('0+'),
            acknowledgeTypes: array('0+', 'int8', {
              about:
                'One for all offsets of the batch, or one for each: 0 gap, 1 accept, 2 release, 3 reject, 4 renew.',
            }),
          },
          { about: 'Ranges of offsets that the member has dealt with.' },
        ),
      }),
    }),
    forgottenTopicsData: array(
      '0+',
      {
        topicId: uuid('0+'),
        partitions: array('0+', 'int32'),
      },
      { about: 'Partitions that leave the session.' },
    ),
  },
})
export type ShareFetchRequest = Infer<typeof ShareFetchRequest>

export const ShareFetchResponse = message({
  name: 'ShareFetchResponse',
  apiKey: 78,
  kind: 'response',
  versions: '1-2',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    acquisitionLockTimeoutMs: int32('1+', { about: 'How long acquired records stay with the member.' }),
    responses: array('0+', {
      topicId: uuid('0+', { mapKey: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        acknowledgeErrorCode: int16('0+'),
        acknowledgeErrorMessage: string('0+', { nullable: '0+', default: null }),
        currentLeader: struct(
          '0+',
          {
            leaderId: int32('0+', { about: '-1 for none.' }),
            leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
          },
          { about: 'Set when the client should go elsewhere (KIP-951).' },
        ),
        records: records('0+', { nullable: '0', about: 'Record batches, as they lie in the log.' }),
        acquiredRecords: array(
          '0+',
          {
            firstOffset: int64('0+'),
            lastOffset: int64('0+'),
            deliveryCount: int16('0+', { about: 'How often the records have been handed out.' }),
          },
          { about: "Which of the records are the member's to process." },
        ),
      }),
    }),
    nodeEndpoints: array(
      '0+',
      {
        nodeId: int32('0+', { mapKey: true, entityType: 'brokerId' }),
        host: string('0+'),
        port: int32('0+'),
        rack: string('0+', { nullable: '0+', default: null }),
      },
      { about: 'Where the current leaders named above can be reached (KIP-951).' },
    ),
  },
})
export type ShareFetchResponse = Infer<typeof ShareFetchResponse>
