import { array, bool, int16, int32, int8, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Versions: 4 the broker's default of partitions and replicas; 5 flexible; 6 THROTTLING_QUOTA_EXCEEDED; 7 topic ids.
 */
export const CreateTopicsRequest = message({
  name: 'CreateTopicsRequest',
  apiKey: 19,
  kind: 'request',
  versions: '2-7',
  flexible: '5+',
  listeners: ['broker', 'controller'],
  fields: {
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      numPartitions: int32('0+', { about: "-1 for the broker's default, or when assignments are given." }),
      replicationFactor: int16('0+', { about: "-1 for the broker's default, or when assignments are given." }),
      assignments: array(
        '0+',
        {
          partitionIndex: int32('0+', { mapKey: true }),
          brokerIds: array('0+', 'int32', { entityType: 'brokerId' }),
        },
        { about: 'Which broker gets which replica; empty leaves it to the controller.' },
      ),
      configs: array('0+', {
        name: string('0+', { mapKey: true }),
        value: string('0+', { nullable: '0+' }),
      }),
    }),
    timeoutMs: int32('0+', { default: 60000, about: 'How long the broker may take.' }),
    validateOnly: bool('1+', { default: false, about: 'Checks everything and changes nothing.' }),
  },
})
export type CreateTopicsRequest = Infer<typeof CreateTopicsRequest>

/** Versions: 5 the configuration of the new topic (KIP-525); 7 topic id. */
export const CreateTopicsResponse = message({
  name: 'CreateTopicsResponse',
  apiKey: 19,
  kind: 'response',
  versions: '2-7',
  flexible: '5+',
  fields: {
    throttleTimeMs: int32('2+', { ignorable: true }),
    topics: array('0+', {
      name: string('0+', { mapKey: true, entityType: 'topicName' }),
      topicId: uuid('7+', { ignorable: true }),
      errorCode: int16('0+'),
      errorMessage: string('1+', { nullable: '0+', ignorable: true }),
      topicConfigErrorCode: int16('5+', {
        tag: 0,
        ignorable: true,
        about: 'Why the configuration is not shown, if it is not.',
      }),
      numPartitions: int32('5+', { default: -1, ignorable: true, about: '-1 when the caller may not see it.' }),
      replicationFactor: int16('5+', { default: -1, ignorable: true, about: '-1 when the caller may not see it.' }),
      configs: array(
        '5+',
        {
          name: string('5+'),
          value: string('5+', { nullable: '5+', about: 'Null when the value is secret.' }),
          readOnly: bool('5+'),
          configSource: int8('5+', {
            default: -1,
            ignorable: true,
            about: '1 topic, 2 broker, 3 all brokers, 4 static, 5 default, 6 logger, 7 client metrics, 8 group.',
          }),
          isSensitive: bool('5+'),
        },
        { nullable: '5+', ignorable: true, about: 'Null when the caller may not see them.' },
      ),
    }),
  },
})
export type CreateTopicsResponse = Infer<typeof CreateTopicsResponse>
