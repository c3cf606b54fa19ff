import { array, int16, int32, int8, string } from '../schema/field.ts'
import { type Infer, message } from '../schema/message.ts'

/**
 * Asks which broker coordinates a group, transaction or share partition.
 * Versions: 1 key types; 3 flexible; 4 several keys; 5 TRANSACTION_ABORTABLE; 6 share partitions (KIP-932).
 */
export const FindCoordinatorRequest = message({
  name: 'FindCoordinatorRequest',
  apiKey: 10,
  kind: 'request',
  versions: '0-6',
  flexible: '3+',
  listeners: ['broker'],
  fields: {
    key: string('0-3'),
    keyType: int8('1+', { default: 0, about: '0 group, 1 transaction, 2 share partition.' }),
    coordinatorKeys: array('4+', 'string', { about: 'Ids of groups or transactions, as keyType says.' }),
  },
})
export type FindCoordinatorRequest = Infer<typeof FindCoordinatorRequest>

export const FindCoordinatorResponse = message({
  name: 'FindCoordinatorResponse',
  apiKey: 10,
  kind: 'response',
  versions: '0-6',
  flexible: '3+',
  fields: {
    throttleTimeMs: int32('1+', { ignorable: true }),
    errorCode: int16('0-3'),
    errorMessage: string('1-3', { nullable: '1-3', ignorable: true }),
    nodeId: int32('0-3', { entityType: 'brokerId' }),
    host: string('0-3'),
    port: int32('0-3'),
    coordinators: array('4+', {
      key: string('4+'),
      nodeId: int32('4+', { entityType: 'brokerId' }),
      host: string('4+'),
      port: int32('4+'),
      errorCode: int16('4+'),
      errorMessage: string('4+', { nullable: '4+', ignorable: true }),
    }),
  },
})
export type FindCoordinatorResponse = Infer<typeof FindCoordinatorResponse>
