/**
 * TxnOffsetCommit (key 28): a group's progress as a part of a producer's transaction. It counts once the transaction
 * commits; until then who asks for stable offsets is told to wait.
 *
 * Versions: 2 leader epoch, COORDINATOR_LOAD_IN_PROGRESS; 3 flexible, group membership (KIP-447);
 * 4 TRANSACTION_ABORTABLE; 5 adds the partition of the offsets to the transaction by itself (KIP-890).
 */
import type { OffsetsVerification } from '@milena/coordinator'
import { Errors, TxnOffsetCommitRequest, TxnOffsetCommitResponse } from '@milena/protocol/messages'
import { NO_SEQUENCE } from '@milena/records'
import { clientContext } from '../coordinators/client-context.ts'
import { GROUP_METADATA_TOPIC } from '../coordinators/internal-topics.ts'
import { toApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'

const FIRST_VERSION_WITH_TRANSACTION_ABORTABLE = 4
const FIRST_VERSION_THAT_ADDS = 5

export const txnOffsetCommit = handler(TxnOffsetCommitRequest, TxnOffsetCommitResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) =>
    context.services.groups.commitTransactionalOffsets(request, clientContext(context), (partition) =>
      verify(partition, request, context),
    ),
  errorResponse: ({ code: errorCode }, { topics }) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  }),
})

/** Asks the transaction's coordinator, unless the transaction has reached the partition already. */
async function verify(
  index: number,
  { transactionalId, producerId, producerEpoch }: TxnOffsetCommitRequest,
  context: RequestContext,
): Promise<OffsetsVerification> {
  const { apiVersion, services } = context
  const isVerifying = services.replicas.config.get('transaction.partition.verification.enable')
  const isAdding = apiVersion >= FIRST_VERSION_THAT_ADDS
  if (!isVerifying && !isAdding) return { errorCode: Errors.NONE.code }
  const partition = services.replicas.partition(GROUP_METADATA_TOPIC, index)
  if (partition === undefined || !partition.isLeader) return { errorCode: Errors.NOT_COORDINATOR.code }
  try {
    const log = await partition.openLog()
    const start = { producerId, producerEpoch, baseSequence: NO_SEQUENCE, supportsEpochBump: isAdding }
    const guard = log.startVerification(start)
    if (guard === 'INVALID_PRODUCER_EPOCH') return { errorCode: Errors.INVALID_PRODUCER_EPOCH.code }
    if (guard !== undefined) {
      const place = { topic: GROUP_METADATA_TOPIC, partition: index }
      const asked = { transactionalId, producerId, producerEpoch, partitions: [place], verifyOnly: !isAdding }
      const errorOf = await services.transactions.verifyOrAddPartitions(asked, clientContext(context))
      const errorCode = told(errorOf(place), apiVersion)
      if (errorCode !== Errors.NONE.code) return { errorCode }
    }
    return { errorCode: Errors.NONE.code, ...(isVerifying ? { verification: { guard } } : {}) }
  } catch (cause) {
    return { errorCode: toApiError(cause).code }
  }
}

/** What old producers do not know is told by what they do know, and makes them do the same. */
function told(errorCode: number, apiVersion: number): number {
  if (errorCode === Errors.NETWORK_EXCEPTION.code) return Errors.COORDINATOR_LOAD_IN_PROGRESS.code
  if (errorCode === Errors.PRODUCER_FENCED.code) return Errors.INVALID_PRODUCER_EPOCH.code
  if (errorCode !== Errors.TRANSACTION_ABORTABLE.code) return errorCode
  return apiVersion < FIRST_VERSION_WITH_TRANSACTION_ABORTABLE ? Errors.INVALID_TXN_STATE.code : errorCode
}
