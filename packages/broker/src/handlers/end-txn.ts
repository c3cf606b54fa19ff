/**
 * EndTxn (key 26): commits or aborts. The answer comes when that is decided; the markers are written after it.
 *
 * Versions: 2 PRODUCER_FENCED, told as INVALID_PRODUCER_EPOCH before; 3 flexible; 4 TRANSACTION_ABORTABLE; 5 the epoch
 * is raised and returned, and a transaction that reached no partition can be aborted (KIP-890).
 */
import { EndTxnRequest, EndTxnResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const endTxn = handler(EndTxnRequest, EndTxnResponse, {
  versions: { min: 0, max: 5 },
  handle: (request, context) => context.services.transactions.endTxn(request, clientContext(context)),
  errorResponse: ({ code: errorCode }) => ({ throttleTimeMs: 0, errorCode }),
})
