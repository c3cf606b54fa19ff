// Producer ids are given out in blocks, so that a broker asks the controller once in a thousand producers.
import { type AllocateProducerIdsRequest, type AllocateProducerIdsResponse, Errors } from '@milena/protocol/messages'
import type { MetadataImage } from '../image/metadata-image.ts'
import { metadataRecord } from '../image/metadata-record.ts'
import type { ControllerResult } from './controller-result.ts'

export const PRODUCER_ID_BLOCK_SIZE = 1000

export function allocateProducerIds(
  image: MetadataImage,
  { brokerId, brokerEpoch }: AllocateProducerIdsRequest,
): ControllerResult<AllocateProducerIdsResponse> {
  const broker = image.brokers.get(brokerId)
  if (broker === undefined) return refused(Errors.BROKER_ID_NOT_REGISTERED.code)
  if (broker.brokerEpoch !== brokerEpoch) return refused(Errors.STALE_BROKER_EPOCH.code)
  const producerIdStart = image.nextProducerId
  const nextProducerId = producerIdStart + PRODUCER_ID_BLOCK_SIZE
  // Ids stay exact as doubles; to exhaust 2^53 takes a million new producers a second for three centuries.
  if (!Number.isSafeInteger(nextProducerId)) return refused(Errors.UNKNOWN_SERVER_ERROR.code)
  return {
    records: [metadataRecord('ProducerIdsRecord', { brokerId, brokerEpoch, nextProducerId })],
    response: {
      throttleTimeMs: 0,
      errorCode: Errors.NONE.code,
      producerIdStart,
      producerIdLen: PRODUCER_ID_BLOCK_SIZE,
    },
  }
}

function refused(errorCode: number): ControllerResult<AllocateProducerIdsResponse> {
  return { records: [], response: { throttleTimeMs: 0, errorCode, producerIdStart: 0, producerIdLen: 0 } }
}
