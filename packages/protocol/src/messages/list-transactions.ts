import { array, int16, int32, int64, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

export const ListTransactionsRequest = message({
  name: 'ListTransactionsRequest',
  apiKey: 66,
  kind: 'request',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker'],
  fields: {
    stateFilters: array('0+', 'string', { about: 'Empty for all.' }),
    producerIdFilters: array('0+', 'int64', { entityType: 'producerId', about: 'Empty for all.' }),
    durationFilter: int64('1+', { default: -1, about: 'Only transactions open for longer, in ms; negative for all.' }),
    transactionalIdPattern: string('2+', {
      nullable: '2+',
      default: null,
      about: 'In the syntax of RE2; null or empty for all.',
    }),
  },
})
export type ListTransactionsRequest = Infer<typeof ListTransactionsRequest>

export const ListTransactionsResponse = message({
  name: 'ListTransactionsResponse',
  apiKey: 66,
  kind: 'response',
  versions: '0-2',
  flexible: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    unknownStateFilters: array('0+', 'string', { about: 'Those in the request that name no state.' }),
    transactionStates: array('0+', {
      transactionalId: string('0+', { entityType: 'transactionalId' }),
      producerId: int64('0+', { entityType: 'producerId' }),
      transactionState: string('0+'),
    }),
  },
})
export type ListTransactionsResponse = Infer<typeof ListTransactionsResponse>
