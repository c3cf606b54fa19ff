import { array, bool, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

const addPartitionsToTxnTopic = {
  name: string('0+', { mapKey: true, entityType: 'topicName' }),
  partitions: array('0+', 'int32'),
}

const addPartitionsToTxnTopicResult = {
  name: string('0+', { mapKey: true, entityType: 'topicName' }),
  resultsByPartition: array('0+', {
    partitionIndex: int32('0+', { mapKey: true }),
    partitionErrorCode: int16('0+'),
  }),
}

/** Up to version 3 for producers, from 4 on among brokers: several transactions, and mere verification. */
export const AddPartitionsToTxnRequest = message({
  name: 'AddPartitionsToTxnRequest',
  apiKey: 24,
  kind: 'request',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    transactions: array('4+', {
      transactionalId: string('4+', { mapKey: true, entityType: 'transactionalId' }),
      producerId: int64('4+', { entityType: 'producerId' }),
      producerEpoch: int16('4+', { about: 'Fences older producers of the same id.' }),
      verifyOnly: bool('4+', {
        default: false,
        about: 'Asks whether the partitions are in the transaction, without adding them.',
      }),
      topics: array('4+', addPartitionsToTxnTopic),
    }),
    v3AndBelowTransactionalId: string('0-3', { entityType: 'transactionalId' }),
    v3AndBelowProducerId: int64('0-3', { entityType: 'producerId' }),
    v3AndBelowProducerEpoch: int16('0-3'),
    v3AndBelowTopics: array('0-3', addPartitionsToTxnTopic),
  },
})
export type AddPartitionsToTxnRequest = Infer<typeof AddPartitionsToTxnRequest>

export const AddPartitionsToTxnResponse = message({
  name: 'AddPartitionsToTxnResponse',
  apiKey: 24,
  kind: 'response',
  versions: '0-5',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('4+', { ignorable: true }),
    resultsByTransaction: array('4+', {
      transactionalId: string('4+', { mapKey: true, entityType: 'transactionalId' }),
      topicResults: array('4+', addPartitionsToTxnTopicResult),
    }),
    resultsByTopicV3AndBelow: array('0-3', addPartitionsToTxnTopicResult),
  },
})
export type AddPartitionsToTxnResponse = Infer<typeof AddPartitionsToTxnResponse>
