/**
 * AddOffsetsToTxn (key 25): a transaction reaches the partition of `__consumer_offsets` that a group lives in. Only
 * the first generation of the protocol asks; in the second TxnOffsetCommit does it by itself (KIP-890).
 *
 * Versions: 2 PRODUCER_FENCED, told as INVALID_PRODUCER_EPOCH before; 3 flexible; 4 TRANSACTION_ABORTABLE.
 */
import { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const addOffsetsToTxn = handler(AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, {
  versions: { min: 0, max: 4 },
  handle: (request, context) => {
    const { groups, transactions } = context.services
    return transactions.addOffsetsToTxn(request, groups.partitionFor(request.groupId), clientContext(context))
  },
})
