/**
 * ListTransactions (key 66, KIP-664): the transactional ids that this broker coordinates.
 *
 * Versions: 1 only transactions that are open for longer (KIP-994); 2 only ids that a pattern of RE2 matches (KIP-1152).
 */
import { ListTransactionsRequest, ListTransactionsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const listTransactions = handler(ListTransactionsRequest, ListTransactionsResponse, {
  versions: { min: 0, max: 2 },
  handle: (request, context) => context.services.transactions.listTransactions(request, clientContext(context)),
})
