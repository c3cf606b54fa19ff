/**
 * InitProducerId (key 22): a producer id for an idempotent producer, new and with epoch 0 each time.
 *
 * Versions: 2 flexible; 3 the producer's present id and epoch (KIP-360), which mean something only to a transactional
 * producer; 4 PRODUCER_FENCED; 5 TRANSACTION_ABORTABLE (KIP-890).
 *
 * Transactional ids need a transaction coordinator. While this broker has none they are answered as Kafka answers when
 * the coordinator cannot be reached: COORDINATOR_NOT_AVAILABLE.
 */
import { Errors, InitProducerIdRequest, InitProducerIdResponse } from '@milena/protocol/messages'
import type { Input, KafkaError } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

const NO_PRODUCER_ID = -1
const NO_PRODUCER_EPOCH = -1

export const initProducerId = handler(InitProducerIdRequest, InitProducerIdResponse, {
  versions: { min: 0, max: 5 },
  errorResponse: ({ error }) => failure(error),
  handle: async (request, { services, clientId }) => {
    const { transactionalId, producerId, producerEpoch } = request
    const hasId = producerId !== NO_PRODUCER_ID
    const hasEpoch = producerEpoch !== NO_PRODUCER_EPOCH
    if (hasId !== hasEpoch || transactionalId === '') return failure(Errors.INVALID_REQUEST)
    if (transactionalId !== null) {
      services.logger
        .limited('transactional-id')
        .warn('A transactional producer was turned away: this broker has no transaction coordinator', {
          transactionalId,
          clientId,
        })
      return failure(Errors.COORDINATOR_NOT_AVAILABLE)
    }
    const id = await services.producerIds.next()
    return { throttleTimeMs: 0, errorCode: Errors.NONE.code, producerId: id, producerEpoch: 0 }
  },
})

function failure(error: KafkaError): Input<typeof InitProducerIdResponse> {
  return { throttleTimeMs: 0, errorCode: error.code, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH }
}
