/**
 * Produce (key 0): appends one record batch to each of the partitions that it names. One partition's failure is no
 * other's.
 *
 * The appends are done in the order of arrival; the answer waits until they are as safe as `acks` asks: 1 is written,
 * -1 is on every in-sync replica (and on the disk where there is no other replica, `milena.durability`). With acks=0
 * nothing is answered, and an error closes the connection, because it is all that can be said.
 *
 * Versions: 3 transactional id, batches of magic 2 (lower versions are advertised, KAFKA-18659, and refused);
 * 5 log start offset; 7 zstd; 8 errors of single records (KIP-467); 9 flexible; 10 the current leader (KIP-951);
 * 11 TRANSACTION_ABORTABLE (KIP-890); 12 transactions begun by produce itself; 13 topic ids.
 */
import { Errors, ProduceRequest, ProduceResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import type { Appended } from '@milena/storage'
import { DelayedProduce } from '../replica/delayed-produce.ts'
import type { PendingAppend } from '../replica/delayed-produce.ts'
import { isInternalTopic } from '../replica/internal-topic.ts'
import type { Partition } from '../replica/partition.ts'
import { toApiError } from '../request/api-error.ts'
import { brokerNode } from '../request/broker-nodes.ts'
import type { BrokerNode } from '../request/broker-nodes.ts'
import { CLOSE_CONNECTION, handler, InFlight, NO_RESPONSE } from '../request/handler.ts'
import type { HandlerResult, RequestContext } from '../request/handler.ts'

const ACKS_ALL = -1
const ACKS_NONE = 0
const ACKS_LEADER = 1
const FIRST_VERSION_WITH_CURRENT_LEADER = 10
const FIRST_VERSION_WITH_TOPIC_IDS = 13
/** Who alone may write to internal topics: the tools that repair them say so by this client id. */
const ADMIN_CLIENT_ID = '__admin_client'

type Response = Input<typeof ProduceResponse>
type TopicResponse = Response['responses'][number]
type PartitionResponse = TopicResponse['partitionResponses'][number]

/** One batch of the request on its way. */
interface Entry {
  readonly topic: ProduceRequest['topicData'][number]
  readonly index: number
  readonly bytes: Uint8Array | null
  /** Undefined once it is clear that nothing will be appended. */
  partition: Partition | undefined
  error: KafkaError | undefined
  errorMessage: string | null
  recordErrors: readonly { readonly batchIndex: number; readonly message: string }[]
  appended: Appended | undefined
  /** -1 unless the log itself has answered. */
  logStartOffset: number
}

export const produce = handler(ProduceRequest, ProduceResponse, {
  versions: { min: 3, max: 13 },
  advertised: { min: 0, max: 13 },
  isPipelined: true,
  handle: (request, context) => {
    const entries = resolve(request, context)
    const openings = entries.flatMap(({ partition }) =>
      partition !== undefined && partition.log === undefined ? partition : [],
    )
    if (openings.length === 0) {
      appendAll(entries, request, context)
      return finish(entries, request, context)
    }
    // The first write to a partition opens its log; what comes after on this connection waits for that.
    const dispatched = openLogs(entries).then(() => appendAll(entries, request, context))
    return new InFlight(
      dispatched.then(() => {
        const finished = finish(entries, request, context)
        return finished instanceof InFlight ? finished.response : finished
      }),
      dispatched,
    )
  },
  errorResponse: ({ error }, request, context) => {
    if (request.acks === ACKS_NONE) return CLOSE_CONNECTION
    return respond(
      entriesOf(request).map((entry) => ({ ...entry, error })),
      context,
    )
  },
})

function entriesOf(request: ProduceRequest): Entry[] {
  return request.topicData.flatMap((topic) =>
    topic.partitionData.map(({ index, records }) => ({
      topic,
      index,
      bytes: records,
      partition: undefined,
      error: undefined,
      errorMessage: null,
      recordErrors: [],
      appended: undefined,
      logStartOffset: -1,
    })),
  )
}

/** Finds the partitions, and says of every entry that cannot be appended why. */
function resolve(request: ProduceRequest, context: RequestContext): Entry[] {
  const entries = entriesOf(request)
  const isTransactional = entries.some(({ bytes }) => isTransactionalBatch(bytes))
  for (const entry of entries) {
    if (isTransactional && request.transactionalId === null) {
      entry.error = Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    } else {
      resolveEntry(entry, request, context)
    }
  }
  return entries
}

function resolveEntry(
  entry: Entry,
  { acks }: ProduceRequest,
  { apiVersion, clientId, services }: RequestContext,
): void {
  const { topicNamesById } = services.metadata.image
  const { topicId } = entry.topic
  const name = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS ? topicNamesById.get(topicId) : entry.topic.name
  if (name === undefined) {
    entry.error = Errors.UNKNOWN_TOPIC_ID
    return
  }
  const partition = services.replicas.partition(name, entry.index)
  if (partition === undefined) {
    entry.error = Errors.UNKNOWN_TOPIC_OR_PARTITION
  } else if (acks !== ACKS_ALL && acks !== ACKS_NONE && acks !== ACKS_LEADER) {
    entry.error = Errors.INVALID_REQUIRED_ACKS
  } else if (isInternalTopic(name) && clientId !== ADMIN_CLIENT_ID) {
    entry.error = Errors.INVALID_TOPIC_EXCEPTION
  } else if (isTransactionalBatch(entry.bytes)) {
    // No transaction of this broker can have the partition in it: there is no coordinator that could put it there.
    entry.error = Errors.INVALID_TXN_STATE
  } else {
    entry.error = partition.leadershipError()
  }
  if (entry.error === undefined) entry.partition = partition
}

/** Bit 4 of the batch's attributes, the last byte of which is at offset 22. */
function isTransactionalBatch(bytes: Uint8Array | null): boolean {
  return bytes !== null && ((bytes[22] ?? 0) & 0x10) !== 0
}

async function openLogs(entries: readonly Entry[]): Promise<void> {
  await Promise.all(
    entries.map(async (entry) => {
      try {
        await entry.partition?.openLog()
      } catch (error) {
        refuse(entry, toApiError(error).error)
      }
    }),
  )
}

function appendAll(entries: readonly Entry[], { acks }: ProduceRequest, { apiVersion }: RequestContext): void {
  for (const entry of entries) {
    const { partition } = entry
    // Its log was opened meanwhile, and the topic may be gone again.
    const error = partition?.leadershipError()
    if (partition === undefined) continue
    if (error !== undefined) refuse(entry, error)
    else if (
      acks === ACKS_ALL &&
      partition.log !== undefined &&
      partition.hasTooFewInSync(partition.log.config.minInsyncReplicas)
    ) {
      refuse(entry, Errors.NOT_ENOUGH_REPLICAS)
    } else append(entry, partition, apiVersion)
  }
}

function append(entry: Entry, partition: Partition, requestVersion: number): void {
  try {
    const result = partition.append(entry.bytes ?? new Uint8Array(0), { origin: 'client', requestVersion })
    if (result.ok) {
      entry.appended = result
      return
    }
    refuse(entry, result.error)
    entry.logStartOffset = partition.logStartOffset
    // As Kafka: a message only where it says more than the error, of which record it is.
    if (result.recordErrors.length > 0) entry.errorMessage = result.message
    entry.recordErrors = result.recordErrors
  } catch (error) {
    refuse(entry, toApiError(error).error)
  }
}

function refuse(entry: Entry, error: KafkaError): void {
  entry.error = error
  entry.partition = undefined
}

/** Waits for what was appended, and answers. */
function finish(
  entries: readonly Entry[],
  { acks, timeoutMs }: ProduceRequest,
  context: RequestContext,
): HandlerResult<Response> | InFlight<Response> {
  if (acks === ACKS_NONE) return entries.some(({ error }) => error !== undefined) ? CLOSE_CONNECTION : NO_RESPONSE
  const { clock, replicas } = context.services
  const waits = entries.flatMap((entry) => {
    const { partition, appended } = entry
    if (partition === undefined || appended === undefined) return []
    const committed = acks === ACKS_ALL ? replicas.whenCommitted(partition, appended) : appended.written
    const pending: PendingAppend = { committed, error: undefined }
    return { entry, pending }
  })
  if (waits.length === 0) return respond(entries, context)
  const delayed = new DelayedProduce({
    appends: waits.map(({ pending }) => pending),
    timeoutMs: acks === ACKS_ALL ? timeoutMs : undefined,
    clock,
  })
  const response = delayed.done.then(() => {
    for (const { entry, pending } of waits) entry.error = pending.error
    return respond(entries, context)
  })
  return new InFlight(response)
}

function respond(entries: readonly Entry[], context: RequestContext): Response {
  const responses = new Map<
    Entry['topic'],
    { name: string; topicId: string; partitionResponses: PartitionResponse[] }
  >()
  const leaders = new Map<number, BrokerNode>()
  for (const entry of entries) {
    const { topic } = entry
    let response = responses.get(topic)
    if (response === undefined) {
      response = { name: topic.name, topicId: topic.topicId, partitionResponses: [] }
      responses.set(topic, response)
    }
    response.partitionResponses.push({ ...partitionResponse(entry), ...currentLeader(entry, context, leaders) })
  }
  return { responses: [...responses.values()], throttleTimeMs: 0, nodeEndpoints: [...leaders.values()] }
}

function partitionResponse(entry: Entry): PartitionResponse {
  const { index, error, errorMessage, recordErrors, appended, logStartOffset } = entry
  if (error !== undefined || appended === undefined) {
    return {
      index,
      errorCode: error?.code ?? Errors.UNKNOWN_SERVER_ERROR.code,
      baseOffset: -1,
      logStartOffset,
      recordErrors: recordErrors.map(({ batchIndex, message }) => ({ batchIndex, batchIndexErrorMessage: message })),
      errorMessage,
    }
  }
  return {
    index,
    errorCode: Errors.NONE.code,
    baseOffset: appended.firstOffset,
    logAppendTimeMs: appended.logAppendTime,
    logStartOffset: appended.logStartOffset,
    recordErrors: [],
  }
}

/** Who leads instead, for producers that can make use of it at once (KIP-951). */
function currentLeader(
  { error, topic, index }: Entry,
  context: RequestContext,
  leaders: Map<number, BrokerNode>,
): Pick<PartitionResponse, 'currentLeader'> {
  if (error !== Errors.NOT_LEADER_OR_FOLLOWER || context.apiVersion < FIRST_VERSION_WITH_CURRENT_LEADER) return {}
  const { image } = context.services.metadata
  const usesTopicIds = context.apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS
  const name = usesTopicIds ? image.topicNamesById.get(topic.topicId) : topic.name
  const partition = image.topics.get(name ?? '')?.partitions[index]
  if (partition === undefined) return {}
  const node = brokerNode(context, partition.leader)
  if (node !== undefined) leaders.set(node.nodeId, node)
  return { currentLeader: { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch } }
}
