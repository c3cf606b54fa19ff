import { array, int16, int32, int64, records, string, struct, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Appends record batches to partitions. Kafka advertises version 0 although it accepts none below 3 (KAFKA-18659).
 * Versions: 7 zstd; 9 flexible; 12 adds partitions to the transaction by itself (KIP-890); 13 topics by id.
 */
export const ProduceRequest = message({
  name: 'ProduceRequest',
  apiKey: 0,
  kind: 'request',
  versions: '3-13',
  flexible: '9+',
  listeners: ['broker'],
  fields: {
    transactionalId: string('3+', {
      nullable: '3+',
      default: null,
      entityType: 'transactionalId',
      about: 'Null outside of transactions.',
    }),
    acks: int16('0+', {
      about: '0 wants no answer; 1 one when the leader has written; -1 one when all in-sync replicas have.',
    }),
    timeoutMs: int32('0+', { about: 'How long the broker may take.' }),
    topicData: array('0+', {
      name: string('0-12', { ignorable: true, mapKey: true, entityType: 'topicName' }),
      topicId: uuid('13+', { ignorable: true, mapKey: true }),
      partitionData: array('0+', {
        index: int32('0+'),
        records: records('0+', { nullable: '0+', about: 'Record batches, as they lie in the log.' }),
      }),
    }),
  },
})
export type ProduceRequest = Infer<typeof ProduceRequest>

/**
 * Versions: 4 KAFKA_STORAGE_ERROR; 5 log start offset; 8 the records at fault (KIP-467); 10 current leaders (KIP-951);
 * 11 TRANSACTION_ABORTABLE; 13 UNKNOWN_TOPIC_ID.
 */
export const ProduceResponse = message({
  name: 'ProduceResponse',
  apiKey: 0,
  kind: 'response',
  versions: '3-13',
  flexible: '9+',
  fields: {
    responses: array('0+', {
      name: string('0-12', { ignorable: true, mapKey: true, entityType: 'topicName' }),
      topicId: uuid('13+', { ignorable: true, mapKey: true }),
      partitionResponses: array('0+', {
        index: int32('0+'),
        errorCode: int16('0+'),
        baseOffset: int64('0+', { about: 'Of the first record written.' }),
        logAppendTimeMs: int64('2+', {
          default: -1,
          ignorable: true,
          about: "Set by a topic with the broker's time; otherwise -1.",
        }),
        logStartOffset: int64('5+', {
          default: -1,
          ignorable: true,
          about: 'Of the oldest record that is still there.',
        }),
        recordErrors: array(
          '8+',
          {
            batchIndex: int32('8+', { about: 'The position of the record in its batch.' }),
            batchIndexErrorMessage: string('8+', {
              nullable: '8+',
              default: null,
              about: 'Null when there is nothing to say beyond the error of the partition.',
            }),
          },
          { ignorable: true, about: 'The records that made the broker refuse the batch.' },
        ),
        errorMessage: string('8+', { nullable: '8+', default: null, ignorable: true }),
        currentLeader: struct(
          '10+',
          {
            leaderId: int32('10+', { default: -1, entityType: 'brokerId', about: '-1 for none.' }),
            leaderEpoch: int32('10+', { default: -1, about: 'Grows with every election; -1 when unknown.' }),
          },
          { tag: 0, about: 'Set when the client should go elsewhere (KIP-951).' },
        ),
      }),
    }),
    throttleTimeMs: int32('1+', { default: 0, ignorable: true }),
    nodeEndpoints: array(
      '10+',
      {
        nodeId: int32('10+', { mapKey: true, entityType: 'brokerId' }),
        host: string('10+'),
        port: int32('10+'),
        rack: string('10+', { nullable: '10+', default: null }),
      },
      { tag: 0, about: 'Where the current leaders named above can be reached (KIP-951).' },
    ),
  },
})
export type ProduceResponse = Infer<typeof ProduceResponse>
