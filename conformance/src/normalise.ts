// What two brokers may answer differently and yet say the same. This file is the whole of it:
// - throttle times and where a broker can be reached are left out of account;
// - the cluster id, the broker epoch, the epoch of the finalised features, folders and the room on their disk are one
//   word each;
// - topic ids, member ids, producer ids and fetch sessions get a name in the order in which they appear, so that the
//   same one must come again where the same one came before;
// - a time between the start of the run and now is `<now>`;
// - the words of an error or of a documentation are each project's own: whether there are any counts;
// - records are compared one by one, not as compressed bytes, batch by batch;
// - lists that Kafka keeps in hash order are sorted (`unordered`), and lists of everything there is hold only what
//   this history made (`listings`).
import type { Field, Fields, Message } from '@milena/protocol'
import { hasVersion, ZERO_UUID } from '@milena/protocol'
import { describeRecords } from './describe-records.ts'

/** Left out: how long a client was throttled and how a broker is reached depend on the run. */
const ignored = new Set(['throttleTimeMs', 'host', 'port', 'rack'])
const words = new Set(['errorMessage', 'acknowledgeErrorMessage', 'batchIndexErrorMessage', 'documentation'])
const oneWord: Readonly<Record<string, string>> = {
  clusterId: '<cluster>',
  finalizedFeaturesEpoch: '<epoch>',
  brokerEpoch: '<epoch>',
  clientHost: '<client host>',
  logDir: '<folder>',
  path: '<folder>',
  totalBytes: '<bytes>',
  usableBytes: '<bytes>',
}
/** How far the log of the controller has come depends on all that was done to it, and its epoch on how often it was elected. */
const ofQuorum: Readonly<Record<string, string>> = {
  highWatermark: '<offset>',
  logEndOffset: '<offset>',
  leaderEpoch: '<epoch>',
}
/** Fields whose values the broker invents, with the name of their kind. */
const invented: Readonly<Record<string, string>> = {
  memberId: 'member',
  leader: 'member',
  producerId: 'producer',
  v3AndBelowProducerId: 'producer',
  producerIdFilters: 'producer',
  sessionId: 'session',
}
/** Arrays in the order of a hash set or map in Kafka; sorted before they are compared. */
const unordered = new Set([
  // Kafka's are in the order in which they ended, Milena's in that in which they began; clients sort them.
  'FetchResponse.abortedTransactions',
  'AddPartitionsToTxnResponse.resultsByTransaction',
  'AddPartitionsToTxnResponse.topicResults',
  'AddPartitionsToTxnResponse.resultsByPartition',
  'AddPartitionsToTxnResponse.resultsByTopicV3AndBelow',
  'TxnOffsetCommitResponse.topics',
  'TxnOffsetCommitResponse.partitions',
  'WriteTxnMarkersResponse.markers',
  'WriteTxnMarkersResponse.topics',
  'WriteTxnMarkersResponse.partitions',
  'DescribeTransactionsResponse.topics',
  'DescribeTransactionsResponse.partitions',
  'ListTransactionsResponse.transactionStates',
  'ListTransactionsResponse.unknownStateFilters',
  'DescribeProducersResponse.activeProducers',
  'DescribeLogDirsResponse.topics',
  'DescribeLogDirsResponse.partitions',
  'AlterReplicaLogDirsResponse.results',
  'AlterReplicaLogDirsResponse.partitions',
  'DescribeClientQuotasResponse.entries',
  'DescribeClientQuotasResponse.values',
  'DescribeUserScramCredentialsResponse.results',
  'AlterUserScramCredentialsResponse.results',
  'AlterClientQuotasResponse.entity',
  'AlterClientQuotasResponse.entries',
  'InitializeShareGroupStateResponse.results',
  'InitializeShareGroupStateResponse.partitions',
  'ReadShareGroupStateResponse.results',
  'ReadShareGroupStateResponse.partitions',
  'ReadShareGroupStateSummaryResponse.results',
  'ReadShareGroupStateSummaryResponse.partitions',
  'WriteShareGroupStateResponse.results',
  'WriteShareGroupStateResponse.partitions',
  'DeleteShareGroupStateResponse.results',
  'DeleteShareGroupStateResponse.partitions',
  'DescribeUserScramCredentialsResponse.credentialInfos',
  'UpdateFeaturesResponse.results',
  'ElectLeadersResponse.replicaElectionResults',
  'ElectLeadersResponse.partitionResult',
  'AlterPartitionReassignmentsResponse.responses',
  'ListPartitionReassignmentsResponse.topics',
  'ConsumerGroupDescribeResponse.groups',
  'ShareGroupDescribeResponse.groups',
  'DescribeShareGroupOffsetsResponse.groups',
  'ConsumerGroupDescribeResponse.members',
  'ConsumerGroupDescribeResponse.topicPartitions',
  'ConsumerGroupHeartbeatResponse.topicPartitions',
  'ConsumerGroupHeartbeatResponse.partitions',
  'ConsumerGroupDescribeResponse.partitions',
  'ConsumerGroupDescribeResponse.subscribedTopicNames',
  'ShareGroupHeartbeatResponse.partitions',
  'ShareGroupDescribeResponse.partitions',
  'ShareGroupDescribeResponse.subscribedTopicNames',
  'ShareGroupDescribeResponse.members',
  'ShareGroupDescribeResponse.topicPartitions',
  'ShareGroupHeartbeatResponse.topicPartitions',
  'ShareFetchResponse.responses',
  'ShareFetchResponse.partitions',
  'ShareAcknowledgeResponse.responses',
  'ShareAcknowledgeResponse.partitions',
  'DescribeShareGroupOffsetsResponse.topics',
  'DescribeShareGroupOffsetsResponse.partitions',
  'AlterShareGroupOffsetsResponse.responses',
  'DeleteShareGroupOffsetsResponse.responses',
  'MetadataResponse.topics',
  'ListGroupsResponse.groups',
  'DescribeConfigsResponse.configs',
  'ListConfigResourcesResponse.configResources',
  'JoinGroupResponse.members',
  'DescribeGroupsResponse.members',
  'DescribeGroupsResponse.groups',
  'DeleteGroupsResponse.results',
  'ListOffsetsResponse.topics',
  'ListOffsetsResponse.partitions',
  'DeleteTopicsResponse.responses',
  'DeleteRecordsResponse.topics',
  'DeleteRecordsResponse.partitions',
  'ProduceResponse.responses',
  'ProduceResponse.partitionResponses',
  'OffsetFetchResponse.topics',
  'OffsetFetchResponse.partitions',
  'ApiVersionsResponse.supportedFeatures',
  'ApiVersionsResponse.finalizedFeatures',
])
/** Arrays that may list everything there is; what other histories made is dropped from them. */
const listings = new Set([
  'ListTransactionsResponse.transactionStates',
  'DescribeLogDirsResponse.topics',
  'DescribeUserScramCredentialsResponse.results',
  'DescribeClientQuotasResponse.entries',
  'MetadataResponse.topics',
  'ListGroupsResponse.groups',
  'ListConfigResourcesResponse.configResources',
  'DescribeTopicPartitionsResponse.topics',
  'OffsetFetchResponse.topics',
  'ElectLeadersResponse.replicaElectionResults',
])
const ofAnyHistory = /^h\d+-/
/** What the runner itself changes on Apache Kafka, to see how far it has come (brokers.ts). */
const markers = new Set(['max.connections'])

/** The names that one history has given on one broker to what that broker invented. */
export class Symbols {
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly prefix: string
  readonly startedAtMs: number

  constructor(prefix: string, startedAtMs: number) {
    this.prefix = prefix
    this.startedAtMs = startedAtMs
  }

  name(kind: string, value: string | number): string {
    const key = `${kind}:${value}`
    let name = this.#names.get(key)
    if (name === undefined) {
      const count = (this.#counts.get(kind) ?? 0) + 1
      this.#counts.set(kind, count)
      name = `<${kind} ${count}>`
      this.#names.set(key, name)
    }
    return name
  }
}

export type Normal = null | boolean | number | string | readonly Normal[] | { readonly [name: string]: Normal }

interface Context {
  readonly message: string
  readonly version: number
  readonly symbols: Symbols
}

/** A decoded message, or one to encode, as both brokers ought to have it. */
export function normalise(message: Message, version: number, value: unknown, symbols: Symbols): Normal {
  return ofFields(message.fields, value as Readonly<Record<string, unknown>>, {
    message: message.name,
    version,
    symbols,
  })
}

function ofFields(fields: Fields, value: Readonly<Record<string, unknown>>, context: Context): Normal {
  const result: Record<string, Normal> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, context.version) || ignored.has(name) || value[name] === undefined) continue
    result[name] = ofField(name, field, value[name], context)
  }
  return result
}

function ofField(name: string, field: Field, value: unknown, context: Context): Normal {
  if (value === null) return null
  // Where a list of everything was cut, and goes on with what another history made.
  if (name === 'nextCursor' && !isNamedByUs((value as { readonly topicName: string }).topicName, context.symbols))
    return '<cursor>'
  if (field.kind === 'struct') return ofFields(field.fields!, value as Readonly<Record<string, unknown>>, context)
  if (field.kind !== 'array') return ofScalar(name, field.kind, value, context)
  const place = `${context.message}.${name}`
  const listed = value as readonly unknown[]
  // By name first, so that what is invented is met in the same order.
  const elements = (unordered.has(place) ? listed.toSorted((a, b) => byText(nameOf(a), nameOf(b))) : listed)
    .filter((element) => !listings.has(place) || isOurs(element as Listed, context))
    // What lies in the topics of the coordinators is written for all histories.
    .filter((element) => place !== 'DescribeLogDirsResponse.topics' || !(element as Listed).name!.startsWith('__'))
    .filter((element) => place !== 'DescribeConfigsResponse.configs' || !markers.has((element as Listed).name!))
    .map((element) =>
      field.element === 'struct'
        ? ofFields(field.fields!, element as Readonly<Record<string, unknown>>, context)
        : ofScalar(name, field.element!, element, context),
    )
  return unordered.has(place) ? elements.toSorted(byText) : elements
}

function nameOf(element: unknown): string {
  const { name, groupId, transactionalId, user } = (element ?? {}) as Listed
  return name ?? groupId ?? transactionalId ?? user ?? ''
}

interface Listed {
  readonly name?: string
  readonly topic?: string
  readonly groupId?: string
  readonly resourceName?: string
  readonly transactionalId?: string
  readonly user?: string
  readonly entity?: readonly { readonly entityName: string | null }[]
}

function byText(left: Normal, right: Normal): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

function isOurs(element: Listed, { symbols, message }: Context): boolean {
  const { name = element.groupId ?? element.topic ?? element.resourceName ?? element.transactionalId } = element
  if (element.entity !== undefined) {
    return element.entity.every(({ entityName }) => isNamedByUs(entityName ?? '', symbols))
  }
  // The group without a name is everybody's.
  if (name === '' && message === 'ListGroupsResponse') return false
  return isNamedByUs(name ?? element.user ?? '', symbols)
}

function isNamedByUs(name: string, symbols: Symbols): boolean {
  return name.startsWith(symbols.prefix) || !ofAnyHistory.test(name)
}

/** Whether an invented value stands for none: producer ids begin at 0, fetch sessions at 1. */
function isNone(name: string, value: unknown): boolean {
  return typeof value === 'number' ? value < (name.toLowerCase().includes('producerid') ? 0 : 1) : value === ''
}

function ofScalar(name: string, kind: string, value: unknown, { symbols, message }: Context): Normal {
  const word = message === 'DescribeQuorumResponse' ? (ofQuorum[name] ?? oneWord[name]) : oneWord[name]
  if (word !== undefined) return value === '' || value === -1 ? (value as Normal) : word
  if (words.has(name)) return value === '' ? '' : '<words>'
  if (kind === 'uuid') return value === ZERO_UUID ? '<no id>' : symbols.name('id', value as string)
  const what = invented[name]
  if (what !== undefined && !isNone(name, value)) return symbols.name(what, value as string | number)
  if (kind === 'int64' && (value as number) >= symbols.startedAtMs && (value as number) <= Date.now() + 1000)
    return '<now>'
  if (kind === 'records') return describeRecords(value as Uint8Array, symbols) as Normal
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'string') return value.replaceAll(symbols.prefix, '')
  return value as Normal
}
