/**
 * InitProducerId (key 22): a producer id for an idempotent producer, new and with epoch 0 each time; for a
 * transactional id its own, with an epoch that fences whoever used it before.
 *
 * Versions: 2 flexible; 3 the producer's present id and epoch, which it wants raised (KIP-360); 4 PRODUCER_FENCED, told
 * as INVALID_PRODUCER_EPOCH before; 5 TRANSACTION_ABORTABLE (KIP-890).
 */
import { Errors, InitProducerIdRequest, InitProducerIdResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

const NO_PRODUCER_ID = -1
const NO_PRODUCER_EPOCH = -1

export const initProducerId = handler(InitProducerIdRequest, InitProducerIdResponse, {
  versions: { min: 0, max: 5 },
  errorResponse: ({ error }) => failure(error),
  handle: (request, context) => {
    const hasId = request.producerId !== NO_PRODUCER_ID
    const hasEpoch = request.producerEpoch !== NO_PRODUCER_EPOCH
    if (hasId !== hasEpoch) return failure(Errors.INVALID_REQUEST)
    return context.services.transactions.initProducerId(request, clientContext(context))
  },
})

function failure(error: KafkaError): Input<typeof InitProducerIdResponse> {
  return { throttleTimeMs: 0, errorCode: error.code, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH }
}
