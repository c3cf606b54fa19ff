/** DescribeTransactions (key 65, KIP-664): what the coordinator knows of transactional ids, each with its own error. */
import { DescribeTransactionsRequest, DescribeTransactionsResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const describeTransactions = handler(DescribeTransactionsRequest, DescribeTransactionsResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, context) => context.services.transactions.describeTransactions(request, clientContext(context)),
  errorResponse: ({ code: errorCode }, { transactionalIds }) => ({
    throttleTimeMs: 0,
    transactionStates: transactionalIds.map((transactionalId) => ({
      errorCode,
      transactionalId,
      transactionState: '',
      transactionTimeoutMs: 0,
      transactionStartTimeMs: 0,
      producerId: 0,
      producerEpoch: 0,
      topics: [],
    })),
  }),
})
