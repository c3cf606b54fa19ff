/**
 * UnregisterBroker (key 64): forgets a broker that will not come back (KIP-746). Nothing keeps an operator from naming
 * the only one: it leads nothing then until it is started again, as with Kafka.
 */
import { UnregisterBrokerRequest, UnregisterBrokerResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const unregisterBroker = handler(UnregisterBrokerRequest, UnregisterBrokerResponse, {
  versions: { min: 0, max: 0 },
  handle: (request, { services }) => services.metadata.submit('unregisterBroker', request),
})
