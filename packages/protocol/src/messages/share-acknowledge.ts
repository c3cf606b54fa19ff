import { array, bool, int16, int32, int64, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/** Acknowledges records of a share group (KIP-932). Versions: 2 renewals. */
export const ShareAcknowledgeRequest = message({
  name: 'ShareAcknowledgeRequest',
  apiKey: 79,
  kind: 'request',
  versions: '1-2',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    groupId: string('0+', { nullable: '0+', default: null, entityType: 'groupId' }),
    memberId: string('0+', { nullable: '0+' }),
    shareSessionEpoch: int32('0+', { about: '0 opens the session, -1 closes it, otherwise it counts up.' }),
    isRenewAck: bool('2+', { default: false, about: 'Some acknowledgements renew, and then nothing is fetched.' }),
    topics: array('0+', {
      topicId: uuid('0+', { mapKey: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+', { mapKey: true }),
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
  },
})
export type ShareAcknowledgeRequest = Infer<typeof ShareAcknowledgeRequest>

export const ShareAcknowledgeResponse = message({
  name: 'ShareAcknowledgeResponse',
  apiKey: 79,
  kind: 'response',
  versions: '1-2',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    acquisitionLockTimeoutMs: int32('2+', {
      ignorable: true,
      about: 'How long acquired records stay with the member.',
    }),
    responses: array('0+', {
      topicId: uuid('0+', { mapKey: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        currentLeader: struct(
          '0+',
          {
            leaderId: int32('0+', { about: '-1 for none.' }),
            leaderEpoch: int32('0+', { about: 'Grows with every election; -1 when unknown.' }),
          },
          { about: 'Set when the client should go elsewhere (KIP-951).' },
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
export type ShareAcknowledgeResponse = Infer<typeof ShareAcknowledgeResponse>
