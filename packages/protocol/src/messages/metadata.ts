import { array, bool, int16, int32, string, uuid } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Asks for brokers, topics and their leaders.
 * Versions: 1 null for all topics; 4 whether topics may be created; 8 authorized operations; 9 flexible; 10 topic ids;
 * 12 topics by id.
 */
export const MetadataRequest = message({
  name: 'MetadataRequest',
  apiKey: 3,
  kind: 'request',
  versions: '0-13',
  flexible: '9+',
  listeners: ['broker'],
  fields: {
    topics: array(
      '0+',
      {
        topicId: uuid('10+', {
          ignorable: true,
          about: 'Since version 12 a topic can be asked for by id, with a null name.',
        }),
        name: string('0+', { nullable: '10+', entityType: 'topicName' }),
      },
      { nullable: '1+', about: 'Null for all; in version 0 an empty list for all.' },
    ),
    allowAutoTopicCreation: bool('4+', {
      default: true,
      about: 'The broker may create a topic that is missing, if its configuration allows it too.',
    }),
    includeClusterAuthorizedOperations: bool('8-10'),
    includeTopicAuthorizedOperations: bool('8+'),
  },
})
export type MetadataRequest = Infer<typeof MetadataRequest>

/**
 * Versions: 1 racks, the controller, internal topics; 2 cluster id; 5 offline replicas; 7 leader epoch; 8 authorized
 * operations; 10 topic ids; 13 an error of the whole, for REBOOTSTRAP_REQUIRED (KIP-1102).
 */
export const MetadataResponse = message({
  name: 'MetadataResponse',
  apiKey: 3,
  kind: 'response',
  versions: '0-13',
  flexible: '9+',
  fields: {
    throttleTimeMs: int32('3+', { ignorable: true }),
    brokers: array('0+', {
      nodeId: int32('0+', { mapKey: true, entityType: 'brokerId' }),
      host: string('0+'),
      port: int32('0+'),
      rack: string('1+', { nullable: '1+', default: null, ignorable: true }),
    }),
    clusterId: string('2+', { nullable: '2+', default: null, ignorable: true }),
    controllerId: int32('1+', {
      default: -1,
      ignorable: true,
      entityType: 'brokerId',
      about: '-1 when unknown; in a cluster without ZooKeeper just some broker.',
    }),
    topics: array('0+', {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '12+', mapKey: true, entityType: 'topicName' }),
      topicId: uuid('10+', { ignorable: true }),
      isInternal: bool('1+', { default: false, ignorable: true, about: "The topic is Kafka's own." }),
      partitions: array('0+', {
        errorCode: int16('0+'),
        partitionIndex: int32('0+'),
        leaderId: int32('0+', { entityType: 'brokerId', about: '-1 for none.' }),
        leaderEpoch: int32('7+', {
          default: -1,
          ignorable: true,
          about: 'Grows with every election; -1 when unknown.',
        }),
        replicaNodes: array('0+', 'int32', { entityType: 'brokerId' }),
        isrNodes: array('0+', 'int32', { entityType: 'brokerId', about: 'The in-sync replicas.' }),
        offlineReplicas: array('5+', 'int32', {
          ignorable: true,
          entityType: 'brokerId',
          about: 'On brokers or log directories that are down.',
        }),
      }),
      topicAuthorizedOperations: int32('8+', {
        default: -2147483648,
        about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
      }),
    }),
    clusterAuthorizedOperations: int32('8-10', {
      default: -2147483648,
      about: 'A bit for each operation that the caller may do; -2147483648 when not asked for.',
    }),
    errorCode: int16('13+', { ignorable: true }),
  },
})
export type MetadataResponse = Infer<typeof MetadataResponse>
