/**
 * AddPartitionsToTxn (key 24): a transaction reaches these partitions. All are added or none: where one does not exist,
 * the others are OPERATION_NOT_ATTEMPTED. Clients cannot add internal topics.
 *
 * Versions: 2 PRODUCER_FENCED, told as INVALID_PRODUCER_EPOCH before; 3 flexible; 4 between brokers: several
 * transactions, or mere verification (KIP-890); 5 TRANSACTION_ABORTABLE.
 */
import { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

const BATCHED_MIN_VERSION = 4

export const addPartitionsToTxn = handler(AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) => context.services.transactions.addPartitionsToTxn(request, clientContext(context)),
  errorResponse: ({ code }, request, { apiVersion }) => {
    if (apiVersion >= BATCHED_MIN_VERSION) return { throttleTimeMs: 0, errorCode: code, resultsByTransaction: [] }
    const results = request.v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: code })),
    }))
    return { throttleTimeMs: 0, resultsByTopicV3AndBelow: results }
  },
})
