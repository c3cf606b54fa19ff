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
import { DelayedProduce } from '../replica/delayed-produce.ts'
import type { PendingAppend } from '../replica/delayed-produce.ts'
import { isInternalTopic } from '../replica/internal-topic.ts'
import type { Partition } from '../replica/partition.ts'
import { isUnexpected, toApiError } from '../request/api-error.ts'
import { throttleProduce } from '../request/bandwidth.ts'
import { CLOSE_CONNECTION, handler, InFlight, NO_RESPONSE } from '../request/handler.ts'
import type { HandlerResult, RequestContext } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { entriesOf, refusalOfForm, refuse, refuseByLog } from './produce-entry.ts'
import type { ProduceEntry } from './produce-entry.ts'
import { produceResponse } from './produce-response.ts'
import {
  checkOneProducer,
  hasTransactionalBatch,
  transactionalEntries,
  verifyTransaction,
} from './produce-transaction.ts'

const ACKS_ALL = -1
const ACKS_NONE = 0
const ACKS_LEADER = 1
const FIRST_VERSION_WITH_TOPIC_IDS = 13

/** Who alone may write to internal topics: the tools that repair them say so by this client id. */
const ADMIN_CLIENT_ID = '__admin_client'

type Response = Input<typeof ProduceResponse>

export const produce = handler(ProduceRequest, ProduceResponse, {
  versions: { min: 3, max: 13 },
  advertised: { min: 0, max: 13 },
  isPipelined: true,
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  handle: (request, context) => {
    const entries = resolve(request, context)
    const mustOpen = entries.some(({ partition }) => partition !== undefined && (partition.log?.isClosed ?? true))
    const transactional = request.transactionalId === null ? [] : transactionalEntries(entries, context.apiVersion)
    if (!mustOpen && transactional.length === 0) {
      appendAll(entries, request, context)
      return finish(entries, request, context)
    }
    checkOneProducer(transactional)
    // The first write to a partition opens its log, a log may be on its way to another folder, and a transaction may have
    // to ask its coordinator; what comes after on this connection waits for that.
    const dispatched = (mustOpen ? openLogs(entries) : Promise.resolve())
      .then(() => verifyTransaction(transactional, request, context))
      .then(() => appendAll(entries, request, context))
    return new InFlight(
      dispatched.then(() => {
        const finished = finish(entries, request, context)
        return finished instanceof InFlight ? finished.response : finished
      }),
      dispatched,
    )
  },
  errorResponse: ({ error, message }, request, context) => {
    if (request.acks === ACKS_NONE) return CLOSE_CONNECTION
    const refusal = { refusedTwin: undefined, error, errorMessage: message === error.message ? null : message }
    return produceResponse(
      entriesOf(request, context.apiVersion).map((entry) => ({ ...entry, ...refusal })),
      context,
    )
  },
})

/** Finds the partitions, and says of every entry that cannot be appended why. */
function resolve(request: ProduceRequest, context: RequestContext): ProduceEntry[] {
  const isTransactional = hasTransactionalBatch(request)
  const entries = entriesOf(request, context.apiVersion)
  for (const entry of entries) {
    if (isTransactional && request.transactionalId === null) {
      entry.error = Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    } else {
      resolveEntry(entry, context)
    }
  }
  return entries
}

function resolveEntry(entry: ProduceEntry, { apiVersion, services }: RequestContext): void {
  const { topicNamesById } = services.metadata.image
  const { topicId } = entry.topic
  const name = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS ? topicNamesById.get(topicId) : entry.topic.name
  if (name === undefined) {
    entry.error = Errors.UNKNOWN_TOPIC_ID
    return
  }
  const partition = services.replicas.partition(name, entry.index)
  entry.error = partition === undefined ? Errors.UNKNOWN_TOPIC_OR_PARTITION : partition.leadershipError()
  if (entry.error === undefined && partition !== undefined) entry.partition = partition
}

async function openLogs(entries: readonly ProduceEntry[]): Promise<void> {
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

function appendAll(entries: readonly ProduceEntry[], { acks }: ProduceRequest, context: RequestContext): void {
  for (const entry of entries) {
    const { partition } = entry
    if (partition === undefined) continue
    // Its log was opened meanwhile, and the topic may be gone again.
    const error = refusalOfRequest(entry, partition, acks, context) ?? partition.leadershipError()
    if (error !== undefined) refuse(entry, error)
    else if (acks === ACKS_ALL && partition.hasTooFewInSync()) refuse(entry, Errors.NOT_ENOUGH_REPLICAS)
    else append(entry, partition, context)
  }
}

/**
 * As in Kafka, the form of the batches is looked at before the acks and the topic, and all of that after the
 * transaction: its coordinator may have added the partition.
 */
function refusalOfRequest(
  { bytes }: ProduceEntry,
  { topicPartition }: Partition,
  acks: number,
  { apiVersion, clientId }: RequestContext,
): KafkaError | undefined {
  if (acks !== ACKS_ALL && acks !== ACKS_NONE && acks !== ACKS_LEADER) {
    return refusalOfForm(bytes, apiVersion) ?? Errors.INVALID_REQUIRED_ACKS
  }
  if (!isInternalTopic(topicPartition.topic) || clientId === ADMIN_CLIENT_ID) return undefined
  return refusalOfForm(bytes, apiVersion) ?? Errors.INVALID_TOPIC_EXCEPTION
}

function append(entry: ProduceEntry, partition: Partition, { apiVersion, services }: RequestContext): void {
  try {
    const bytes = entry.bytes ?? new Uint8Array(0)
    const result = partition.append(bytes, {
      origin: 'client',
      requestVersion: apiVersion,
      verification: entry.verification,
    })
    if (result.ok) entry.appended = result
    else refuseByLog(entry, partition, result)
  } catch (cause) {
    const error = toApiError(cause)
    if (isUnexpected(error)) {
      const { topicPartition } = partition
      services.logger.limited('append').error('An append failed', { ...topicPartition, error: cause })
    }
    refuse(entry, error.error)
  }
}

/** Waits for what was appended, and answers. */
function finish(
  entries: readonly ProduceEntry[],
  { acks, timeoutMs }: ProduceRequest,
  context: RequestContext,
): HandlerResult<Response> | InFlight<Response> {
  const { clock, replicas } = context.services
  const waits = entries.flatMap((entry) => {
    const { partition, appended } = entry
    if (partition === undefined || appended === undefined) return []
    const committed = acks === ACKS_ALL ? replicas.whenCommitted(partition, appended) : appended.written
    const pending: PendingAppend = { committed, error: undefined }
    return { entry, pending }
  })
  if (waits.length === 0) return answer(entries, acks, context)
  // Also with acks=0: who gets no answer must not be able to send faster than the disk can write.
  const delayed = new DelayedProduce({
    appends: waits.map(({ pending }) => pending),
    timeoutMs: acks === ACKS_ALL ? timeoutMs : undefined,
    clock,
  })
  const response = delayed.done.then(() => {
    for (const { entry, pending } of waits) entry.error = pending.error
    return answer(entries, acks, context)
  })
  return new InFlight(response)
}

function answer(entries: readonly ProduceEntry[], acks: number, context: RequestContext): HandlerResult<Response> {
  const throttleTimeMs = throttleProduce(context)
  if (acks !== ACKS_NONE) {
    const response = produceResponse(entries, context)
    return throttleTimeMs === 0 ? response : { ...response, throttleTimeMs }
  }
  // Who gets no answer is not told, and waits all the same.
  if (throttleTimeMs > 0) context.connection.throttle(throttleTimeMs)
  const failed = entries.map((entry) => entry.refusedTwin ?? entry).find(({ error }) => error !== undefined)
  if (failed === undefined) return NO_RESPONSE
  const { clientId, connection, services } = context
  services.logger.limited('acks-0').info('Closing a connection to tell a producer with acks=0 of an error', {
    peer: `${connection.remoteHost}:${connection.remotePort}`,
    clientId,
    topic: failed.topic.name,
    partition: failed.index,
    error: failed.error?.name,
  })
  return CLOSE_CONNECTION
}
