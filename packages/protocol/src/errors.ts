/** An error code of the protocol, an int16. */
export type ErrorCode = number

export interface KafkaError {
  readonly code: ErrorCode
  /** The name of the constant below, which is Kafka's. */
  readonly name: string
  /** Whether the same request may succeed later, perhaps after the metadata has been fetched anew. */
  readonly retriable: boolean
  readonly message: string
}

function fatal(code: ErrorCode, name: string, message: string): KafkaError {
  return { code, name, retriable: false, message }
}

function retriable(code: ErrorCode, name: string, message: string): KafkaError {
  return { code, name, retriable: true, message }
}

/** Every error that Kafka 4.3 can answer with. */
export const Errors = {
  UNKNOWN_SERVER_ERROR: fatal(
    -1,
    'UNKNOWN_SERVER_ERROR',
    'The broker failed in a way that it did not expect; its log says more.',
  ),
  NONE: fatal(0, 'NONE', ''),
  OFFSET_OUT_OF_RANGE: fatal(
    1,
    'OFFSET_OUT_OF_RANGE',
    'The log holds no such offset: it was already deleted or has not been written yet.',
  ),
  CORRUPT_MESSAGE: retriable(
    2,
    'CORRUPT_MESSAGE',
    'The record batch is damaged: its checksum, size or structure is wrong, or a compacted topic got a record without a key.',
  ),
  UNKNOWN_TOPIC_OR_PARTITION: retriable(
    3,
    'UNKNOWN_TOPIC_OR_PARTITION',
    'This broker does not know the topic or the partition.',
  ),
  INVALID_FETCH_SIZE: fatal(4, 'INVALID_FETCH_SIZE', 'The size asked for in the fetch is not valid.'),
  LEADER_NOT_AVAILABLE: retriable(
    5,
    'LEADER_NOT_AVAILABLE',
    'The partition has no leader at the moment; an election may be under way.',
  ),
  NOT_LEADER_OR_FOLLOWER: retriable(
    6,
    'NOT_LEADER_OR_FOLLOWER',
    'This broker is not the leader, or for a fetch not even a replica, of the partition.',
  ),
  REQUEST_TIMED_OUT: retriable(7, 'REQUEST_TIMED_OUT', 'The request did not finish within its timeout.'),
  BROKER_NOT_AVAILABLE: fatal(8, 'BROKER_NOT_AVAILABLE', 'The broker is not available.'),
  REPLICA_NOT_AVAILABLE: retriable(
    9,
    'REPLICA_NOT_AVAILABLE',
    'The replica that was asked for is not on this broker; produce and fetch answer NOT_LEADER_OR_FOLLOWER instead.',
  ),
  MESSAGE_TOO_LARGE: fatal(10, 'MESSAGE_TOO_LARGE', 'The record batch is larger than max.message.bytes allows.'),
  STALE_CONTROLLER_EPOCH: fatal(11, 'STALE_CONTROLLER_EPOCH', 'A newer controller has already spoken to this broker.'),
  OFFSET_METADATA_TOO_LARGE: fatal(
    12,
    'OFFSET_METADATA_TOO_LARGE',
    'The metadata string of the committed offset is longer than offset.metadata.max.bytes.',
  ),
  NETWORK_EXCEPTION: retriable(13, 'NETWORK_EXCEPTION', 'The connection was lost before the answer came.'),
  COORDINATOR_LOAD_IN_PROGRESS: retriable(
    14,
    'COORDINATOR_LOAD_IN_PROGRESS',
    'The coordinator is still reading its partition and cannot answer yet.',
  ),
  COORDINATOR_NOT_AVAILABLE: retriable(15, 'COORDINATOR_NOT_AVAILABLE', 'No coordinator is available at the moment.'),
  NOT_COORDINATOR: retriable(16, 'NOT_COORDINATOR', 'This broker is not the coordinator of the group or transaction.'),
  INVALID_TOPIC_EXCEPTION: fatal(
    17,
    'INVALID_TOPIC_EXCEPTION',
    'The topic name is not valid, or clients may not do this to the topic.',
  ),
  RECORD_LIST_TOO_LARGE: fatal(18, 'RECORD_LIST_TOO_LARGE', 'The record batch does not fit into a segment of the log.'),
  NOT_ENOUGH_REPLICAS: retriable(
    19,
    'NOT_ENOUGH_REPLICAS',
    'Fewer replicas are in sync than min.insync.replicas demands; nothing was written.',
  ),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: retriable(
    20,
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'The records were written, but then fewer replicas were in sync than min.insync.replicas demands.',
  ),
  INVALID_REQUIRED_ACKS: fatal(21, 'INVALID_REQUIRED_ACKS', 'acks must be -1, 0 or 1.'),
  ILLEGAL_GENERATION: fatal(
    22,
    'ILLEGAL_GENERATION',
    'The generation of the group that the member speaks of is not the current one.',
  ),
  INCONSISTENT_GROUP_PROTOCOL: fatal(
    23,
    'INCONSISTENT_GROUP_PROTOCOL',
    'The member shares no protocol with the rest of the group, or its protocol type or its list of protocols is wrong or empty.',
  ),
  INVALID_GROUP_ID: fatal(24, 'INVALID_GROUP_ID', 'The group id is not valid.'),
  UNKNOWN_MEMBER_ID: fatal(25, 'UNKNOWN_MEMBER_ID', 'The group has no member of this id.'),
  INVALID_SESSION_TIMEOUT: fatal(
    26,
    'INVALID_SESSION_TIMEOUT',
    'The session timeout lies outside group.min.session.timeout.ms and group.max.session.timeout.ms.',
  ),
  REBALANCE_IN_PROGRESS: fatal(27, 'REBALANCE_IN_PROGRESS', 'The group is rebalancing; the member should join again.'),
  INVALID_COMMIT_OFFSET_SIZE: fatal(28, 'INVALID_COMMIT_OFFSET_SIZE', 'The offset commit is too large to be stored.'),
  TOPIC_AUTHORIZATION_FAILED: fatal(29, 'TOPIC_AUTHORIZATION_FAILED', 'The principal may not do this to the topic.'),
  GROUP_AUTHORIZATION_FAILED: fatal(30, 'GROUP_AUTHORIZATION_FAILED', 'The principal may not do this to the group.'),
  CLUSTER_AUTHORIZATION_FAILED: fatal(
    31,
    'CLUSTER_AUTHORIZATION_FAILED',
    'The principal may not do this to the cluster.',
  ),
  INVALID_TIMESTAMP: fatal(32, 'INVALID_TIMESTAMP', 'The timestamp of a record is outside the accepted range.'),
  UNSUPPORTED_SASL_MECHANISM: fatal(33, 'UNSUPPORTED_SASL_MECHANISM', 'The broker does not offer this SASL mechanism.'),
  ILLEGAL_SASL_STATE: fatal(34, 'ILLEGAL_SASL_STATE', 'The request does not fit the state of the SASL exchange.'),
  UNSUPPORTED_VERSION: fatal(35, 'UNSUPPORTED_VERSION', 'This version of the API is not supported.'),
  TOPIC_ALREADY_EXISTS: fatal(36, 'TOPIC_ALREADY_EXISTS', 'A topic of this name exists.'),
  INVALID_PARTITIONS: fatal(37, 'INVALID_PARTITIONS', 'The number of partitions is not valid.'),
  INVALID_REPLICATION_FACTOR: fatal(
    38,
    'INVALID_REPLICATION_FACTOR',
    'The replication factor is below 1 or above the number of available brokers.',
  ),
  INVALID_REPLICA_ASSIGNMENT: fatal(
    39,
    'INVALID_REPLICA_ASSIGNMENT',
    'The assignment of replicas to brokers is not valid.',
  ),
  INVALID_CONFIG: fatal(40, 'INVALID_CONFIG', 'A configuration is not valid.'),
  NOT_CONTROLLER: retriable(41, 'NOT_CONTROLLER', 'This node is not the active controller.'),
  INVALID_REQUEST: fatal(42, 'INVALID_REQUEST', 'The request contradicts itself or asks for something impossible.'),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: fatal(
    43,
    'UNSUPPORTED_FOR_MESSAGE_FORMAT',
    'The message format of the log does not support this.',
  ),
  POLICY_VIOLATION: fatal(44, 'POLICY_VIOLATION', 'The request breaks a policy of the cluster.'),
  OUT_OF_ORDER_SEQUENCE_NUMBER: fatal(
    45,
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    'The sequence number of the batch does not follow the last one of its producer.',
  ),
  DUPLICATE_SEQUENCE_NUMBER: fatal(
    46,
    'DUPLICATE_SEQUENCE_NUMBER',
    'A batch of this sequence number was written before.',
  ),
  INVALID_PRODUCER_EPOCH: fatal(
    47,
    'INVALID_PRODUCER_EPOCH',
    'The epoch of the producer is older than the current one.',
  ),
  INVALID_TXN_STATE: fatal(48, 'INVALID_TXN_STATE', 'The transaction is not in a state in which this is possible.'),
  INVALID_PRODUCER_ID_MAPPING: fatal(
    49,
    'INVALID_PRODUCER_ID_MAPPING',
    'The producer id is not the one that belongs to the transactional id.',
  ),
  INVALID_TRANSACTION_TIMEOUT: fatal(
    50,
    'INVALID_TRANSACTION_TIMEOUT',
    'The transaction timeout is not positive or is above transaction.max.timeout.ms.',
  ),
  CONCURRENT_TRANSACTIONS: retriable(
    51,
    'CONCURRENT_TRANSACTIONS',
    'Another operation on the transaction is still under way.',
  ),
  TRANSACTION_COORDINATOR_FENCED: fatal(
    52,
    'TRANSACTION_COORDINATOR_FENCED',
    'The marker comes from a transaction coordinator that has been replaced.',
  ),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: fatal(
    53,
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    'The principal may not use the transactional id.',
  ),
  SECURITY_DISABLED: fatal(54, 'SECURITY_DISABLED', 'The cluster has no authorizer.'),
  OPERATION_NOT_ATTEMPTED: fatal(
    55,
    'OPERATION_NOT_ATTEMPTED',
    'Nothing was tried, since another part of the same request failed.',
  ),
  KAFKA_STORAGE_ERROR: retriable(56, 'KAFKA_STORAGE_ERROR', 'The log directory cannot be read or written.'),
  LOG_DIR_NOT_FOUND: fatal(57, 'LOG_DIR_NOT_FOUND', 'The broker has no such log directory.'),
  SASL_AUTHENTICATION_FAILED: fatal(58, 'SASL_AUTHENTICATION_FAILED', 'The credentials were not accepted.'),
  UNKNOWN_PRODUCER_ID: fatal(
    59,
    'UNKNOWN_PRODUCER_ID',
    'The broker holds no state of this producer id, perhaps because all its records have been deleted.',
  ),
  REASSIGNMENT_IN_PROGRESS: fatal(60, 'REASSIGNMENT_IN_PROGRESS', 'The partition is already being reassigned.'),
  DELEGATION_TOKEN_AUTH_DISABLED: fatal(61, 'DELEGATION_TOKEN_AUTH_DISABLED', 'Delegation tokens are not enabled.'),
  DELEGATION_TOKEN_NOT_FOUND: fatal(62, 'DELEGATION_TOKEN_NOT_FOUND', 'There is no such delegation token.'),
  DELEGATION_TOKEN_OWNER_MISMATCH: fatal(
    63,
    'DELEGATION_TOKEN_OWNER_MISMATCH',
    'The principal is neither owner nor renewer of the delegation token.',
  ),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: fatal(
    64,
    'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED',
    'Delegation tokens may not be managed over this connection: it is not authenticated well enough, or itself by a token.',
  ),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: fatal(
    65,
    'DELEGATION_TOKEN_AUTHORIZATION_FAILED',
    'The principal may not do this to the delegation token.',
  ),
  DELEGATION_TOKEN_EXPIRED: fatal(66, 'DELEGATION_TOKEN_EXPIRED', 'The delegation token has expired.'),
  INVALID_PRINCIPAL_TYPE: fatal(67, 'INVALID_PRINCIPAL_TYPE', 'This type of principal is not supported.'),
  NON_EMPTY_GROUP: fatal(68, 'NON_EMPTY_GROUP', 'The group still has members.'),
  GROUP_ID_NOT_FOUND: fatal(69, 'GROUP_ID_NOT_FOUND', 'There is no group of this id.'),
  FETCH_SESSION_ID_NOT_FOUND: retriable(
    70,
    'FETCH_SESSION_ID_NOT_FOUND',
    'The broker holds no fetch session of this id.',
  ),
  INVALID_FETCH_SESSION_EPOCH: retriable(
    71,
    'INVALID_FETCH_SESSION_EPOCH',
    'The epoch of the fetch session is not the expected one.',
  ),
  LISTENER_NOT_FOUND: retriable(
    72,
    'LISTENER_NOT_FOUND',
    'The leader of the partition has no listener of the name on which metadata was asked for.',
  ),
  TOPIC_DELETION_DISABLED: fatal(73, 'TOPIC_DELETION_DISABLED', 'Topics may not be deleted here.'),
  FENCED_LEADER_EPOCH: retriable(
    74,
    'FENCED_LEADER_EPOCH',
    "The leader epoch of the request is older than the broker's.",
  ),
  UNKNOWN_LEADER_EPOCH: retriable(
    75,
    'UNKNOWN_LEADER_EPOCH',
    "The leader epoch of the request is newer than the broker's.",
  ),
  UNSUPPORTED_COMPRESSION_TYPE: fatal(
    76,
    'UNSUPPORTED_COMPRESSION_TYPE',
    'The client cannot handle the compression of the records at this version.',
  ),
  STALE_BROKER_EPOCH: fatal(
    77,
    'STALE_BROKER_EPOCH',
    'The broker has registered again since the epoch of the request.',
  ),
  OFFSET_NOT_AVAILABLE: retriable(
    78,
    'OFFSET_NOT_AVAILABLE',
    'The high watermark of the new leader has not caught up with the start of its epoch.',
  ),
  MEMBER_ID_REQUIRED: fatal(
    79,
    'MEMBER_ID_REQUIRED',
    'The member must join once more, with the member id that it was given.',
  ),
  PREFERRED_LEADER_NOT_AVAILABLE: retriable(
    80,
    'PREFERRED_LEADER_NOT_AVAILABLE',
    'The preferred replica cannot lead at the moment.',
  ),
  GROUP_MAX_SIZE_REACHED: fatal(81, 'GROUP_MAX_SIZE_REACHED', 'The group has as many members as it may have.'),
  FENCED_INSTANCE_ID: fatal(82, 'FENCED_INSTANCE_ID', 'Another member has taken over this group instance id.'),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: retriable(
    83,
    'ELIGIBLE_LEADERS_NOT_AVAILABLE',
    'None of the replicas that could lead is available.',
  ),
  ELECTION_NOT_NEEDED: retriable(84, 'ELECTION_NOT_NEEDED', 'The partition already has the leader that was asked for.'),
  NO_REASSIGNMENT_IN_PROGRESS: fatal(85, 'NO_REASSIGNMENT_IN_PROGRESS', 'The partition is not being reassigned.'),
  GROUP_SUBSCRIBED_TO_TOPIC: fatal(
    86,
    'GROUP_SUBSCRIBED_TO_TOPIC',
    'A group that is subscribed to the topic may not lose its offsets of it.',
  ),
  INVALID_RECORD: fatal(87, 'INVALID_RECORD', 'The broker refused a record of the batch.'),
  UNSTABLE_OFFSET_COMMIT: retriable(
    88,
    'UNSTABLE_OFFSET_COMMIT',
    'Offsets of an open transaction wait to be committed or aborted.',
  ),
  THROTTLING_QUOTA_EXCEEDED: retriable(
    89,
    'THROTTLING_QUOTA_EXCEEDED',
    'The quota is used up; try again after the throttle time.',
  ),
  PRODUCER_FENCED: fatal(90, 'PRODUCER_FENCED', 'A newer producer of the same transactional id has fenced this one.'),
  RESOURCE_NOT_FOUND: fatal(91, 'RESOURCE_NOT_FOUND', 'The request speaks of a resource that does not exist.'),
  DUPLICATE_RESOURCE: fatal(92, 'DUPLICATE_RESOURCE', 'The request names one resource more than once.'),
  UNACCEPTABLE_CREDENTIAL: fatal(93, 'UNACCEPTABLE_CREDENTIAL', 'The credential does not meet the demands.'),
  INCONSISTENT_VOTER_SET: fatal(94, 'INCONSISTENT_VOTER_SET', 'Sender and receiver disagree about who the voters are.'),
  INVALID_UPDATE_VERSION: fatal(95, 'INVALID_UPDATE_VERSION', 'The update was based on an outdated version.'),
  FEATURE_UPDATE_FAILED: fatal(96, 'FEATURE_UPDATE_FAILED', 'The features could not be updated.'),
  PRINCIPAL_DESERIALIZATION_FAILURE: fatal(
    97,
    'PRINCIPAL_DESERIALIZATION_FAILURE',
    'The principal in a forwarded request could not be read.',
  ),
  SNAPSHOT_NOT_FOUND: fatal(98, 'SNAPSHOT_NOT_FOUND', 'There is no such snapshot.'),
  POSITION_OUT_OF_RANGE: fatal(
    99,
    'POSITION_OUT_OF_RANGE',
    'The position is negative or beyond the end of the snapshot.',
  ),
  UNKNOWN_TOPIC_ID: retriable(100, 'UNKNOWN_TOPIC_ID', 'This broker knows no topic of this id.'),
  DUPLICATE_BROKER_REGISTRATION: fatal(
    101,
    'DUPLICATE_BROKER_REGISTRATION',
    'A live broker has registered under this id.',
  ),
  BROKER_ID_NOT_REGISTERED: fatal(102, 'BROKER_ID_NOT_REGISTERED', 'No broker has registered under this id.'),
  INCONSISTENT_TOPIC_ID: retriable(
    103,
    'INCONSISTENT_TOPIC_ID',
    'The topic id of the log is another than that of the request.',
  ),
  INCONSISTENT_CLUSTER_ID: fatal(104, 'INCONSISTENT_CLUSTER_ID', 'The request is meant for another cluster.'),
  TRANSACTIONAL_ID_NOT_FOUND: fatal(105, 'TRANSACTIONAL_ID_NOT_FOUND', 'The transactional id is not known.'),
  FETCH_SESSION_TOPIC_ID_ERROR: retriable(
    106,
    'FETCH_SESSION_TOPIC_ID_ERROR',
    'A fetch session must use topic ids throughout or not at all.',
  ),
  INELIGIBLE_REPLICA: fatal(107, 'INELIGIBLE_REPLICA', 'A replica that would join the in-sync replicas may not.'),
  NEW_LEADER_ELECTED: fatal(
    108,
    'NEW_LEADER_ELECTED',
    'The change of the in-sync replicas was accepted and ended in the election of another leader.',
  ),
  OFFSET_MOVED_TO_TIERED_STORAGE: fatal(
    109,
    'OFFSET_MOVED_TO_TIERED_STORAGE',
    'The records at this offset now lie in remote storage.',
  ),
  FENCED_MEMBER_EPOCH: fatal(
    110,
    'FENCED_MEMBER_EPOCH',
    'The coordinator has fenced the member for its epoch; it must give up its partitions and join again.',
  ),
  UNRELEASED_INSTANCE_ID: fatal(
    111,
    'UNRELEASED_INSTANCE_ID',
    'Another live member still holds this group instance id.',
  ),
  UNSUPPORTED_ASSIGNOR: fatal(
    112,
    'UNSUPPORTED_ASSIGNOR',
    'The group or its coordinator does not support this assignor.',
  ),
  STALE_MEMBER_EPOCH: fatal(
    113,
    'STALE_MEMBER_EPOCH',
    'The member epoch is old; the member must get the current one by a heartbeat.',
  ),
  MISMATCHED_ENDPOINT_TYPE: fatal(
    114,
    'MISMATCHED_ENDPOINT_TYPE',
    'The request was meant for the other kind of endpoint, broker or controller.',
  ),
  UNSUPPORTED_ENDPOINT_TYPE: fatal(115, 'UNSUPPORTED_ENDPOINT_TYPE', 'This type of endpoint is not supported.'),
  UNKNOWN_CONTROLLER_ID: fatal(116, 'UNKNOWN_CONTROLLER_ID', 'There is no controller of this id.'),
  UNKNOWN_SUBSCRIPTION_ID: fatal(
    117,
    'UNKNOWN_SUBSCRIPTION_ID',
    'The telemetry subscription of the client is out of date.',
  ),
  TELEMETRY_TOO_LARGE: fatal(118, 'TELEMETRY_TOO_LARGE', 'The telemetry sent is larger than the broker accepts.'),
  INVALID_REGISTRATION: fatal(
    119,
    'INVALID_REGISTRATION',
    'The registration of the node is not acceptable to the controller.',
  ),
  TRANSACTION_ABORTABLE: fatal(
    120,
    'TRANSACTION_ABORTABLE',
    'The transaction cannot go on and must be aborted; the producer may then begin another.',
  ),
  INVALID_RECORD_STATE: fatal(
    121,
    'INVALID_RECORD_STATE',
    'The records are not in a state in which they can be acknowledged.',
  ),
  SHARE_SESSION_NOT_FOUND: retriable(122, 'SHARE_SESSION_NOT_FOUND', 'The broker holds no such share session.'),
  INVALID_SHARE_SESSION_EPOCH: retriable(
    123,
    'INVALID_SHARE_SESSION_EPOCH',
    'The epoch of the share session is not the expected one.',
  ),
  FENCED_STATE_EPOCH: fatal(124, 'FENCED_STATE_EPOCH', "The state epoch is older than the share coordinator's."),
  INVALID_VOTER_KEY: fatal(125, 'INVALID_VOTER_KEY', 'The key of the voter is not the one that the receiver has.'),
  DUPLICATE_VOTER: fatal(126, 'DUPLICATE_VOTER', 'The voter already belongs to the voters.'),
  VOTER_NOT_FOUND: fatal(127, 'VOTER_NOT_FOUND', 'The voter is not one of the voters.'),
  INVALID_REGULAR_EXPRESSION: fatal(128, 'INVALID_REGULAR_EXPRESSION', 'The regular expression is not valid.'),
  REBOOTSTRAP_REQUIRED: fatal(
    129,
    'REBOOTSTRAP_REQUIRED',
    'What the client knows of the cluster is useless; it must start again from its bootstrap servers.',
  ),
  STREAMS_INVALID_TOPOLOGY: fatal(
    130,
    'STREAMS_INVALID_TOPOLOGY',
    'The topology of the streams application is not valid.',
  ),
  STREAMS_INVALID_TOPOLOGY_EPOCH: fatal(
    131,
    'STREAMS_INVALID_TOPOLOGY_EPOCH',
    'The epoch of the topology is not valid.',
  ),
  STREAMS_TOPOLOGY_FENCED: fatal(
    132,
    'STREAMS_TOPOLOGY_FENCED',
    "The epoch of the topology is older than the group's.",
  ),
  SHARE_SESSION_LIMIT_REACHED: retriable(
    133,
    'SHARE_SESSION_LIMIT_REACHED',
    'The broker holds as many share sessions as it may.',
  ),
} as const satisfies Record<string, KafkaError>

export type ErrorName = keyof typeof Errors

const LOWEST_CODE = Errors.UNKNOWN_SERVER_ERROR.code

const byCode: readonly KafkaError[] = Object.values(Errors)

/** A code of a newer Kafka is treated as UNKNOWN_SERVER_ERROR, as Kafka's clients do. */
export function errorByCode(code: ErrorCode): KafkaError {
  return byCode[code - LOWEST_CODE] ?? Errors.UNKNOWN_SERVER_ERROR
}
