/** Acknowledgements as they come in ShareAcknowledge and ShareFetch: checked, taken, answered. */
import type { MetadataImage } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { acknowledgeTypes } from './partition/share-partition-types.ts'
import type { AcknowledgementBatch } from './partition/share-partition-types.ts'
import type { PartitionAcknowledgement, SharePartitionManager } from './share-partition-manager.ts'
import type { SharePartitionName, ShareSessionKey } from './share-session.ts'

/** As much of either request as is needed here. */
export interface AcknowledgeRequest {
  readonly isRenewAck: boolean
  readonly topics: readonly {
    readonly topicId: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly acknowledgementBatches: readonly AcknowledgementBatch[]
    }[]
  }[]
}

export interface AcknowledgeResult extends SharePartitionName {
  /** Null when no topic has the id. */
  readonly topic: string | null
  readonly errorCode: number
  readonly errorMessage: string | null
}

export interface AcknowledgeOptions {
  readonly manager: SharePartitionManager
  readonly image: MetadataImage
  readonly key: ShareSessionKey
  /** Locks may be renewed from version 2 on (KIP-1222). */
  readonly supportsRenew: boolean
}

interface Asked extends PartitionAcknowledgement {
  readonly topic: string | null
}

/** One result for each partition that is to be mentioned in the answer. */
export async function acknowledgeAll(
  request: AcknowledgeRequest,
  { manager, image, key, supportsRenew }: AcknowledgeOptions,
): Promise<AcknowledgeResult[]> {
  const maxType = supportsRenew ? acknowledgeTypes.RENEW : acknowledgeTypes.REJECT
  const refused: AcknowledgeResult[] = []
  const empty: AcknowledgeResult[] = []
  const taken: Asked[] = []
  for (const asked of askedFor(request, image)) {
    const { topic, partition, batches } = asked
    if (topic === null) refused.push(result(asked, Errors.UNKNOWN_TOPIC_ID))
    else if (!areValid(batches, maxType, request.isRenewAck)) refused.push(result(asked, Errors.INVALID_REQUEST))
    else if (image.topics.get(topic)?.partitions[partition] === undefined) {
      refused.push(result(asked, Errors.UNKNOWN_TOPIC_OR_PARTITION))
    } else if (batches.length === 0) empty.push(result(asked, Errors.NONE))
    else taken.push(asked)
  }
  // As in Kafka: without anything to acknowledge, partitions for which nothing was said are not mentioned.
  if (taken.length === 0) return refused
  const refusals = await manager.acknowledge(key, taken)
  // What Kafka does not expect ends the request, whatever became of other partitions.
  if (refusals.some((refusal) => refusal?.endsRequest === true)) {
    throw new ApiError(Errors.UNKNOWN_SERVER_ERROR)
  }
  const answered = taken.map((asked, index) => {
    const refusal = refusals[index]
    return { ...result(asked, refusal?.error ?? Errors.NONE), errorMessage: refusal?.message ?? null }
  })
  return [...answered, ...refused, ...empty]
}

/** A partition that is named twice counts as it was named last. */
function askedFor({ topics }: AcknowledgeRequest, image: MetadataImage): Iterable<Asked> {
  const asked = new Map<string, Asked>()
  for (const { topicId, partitions } of topics) {
    const topic = image.topicNamesById.get(topicId) ?? null
    for (const { partitionIndex: partition, acknowledgementBatches: batches } of partitions) {
      asked.set(`${topicId}${partition}`, { topic, topicId, partition, batches })
    }
  }
  return asked.values()
}

/** In order and apart from each other, each with one type or one for each offset. */
function areValid(batches: readonly AcknowledgementBatch[], maxType: number, isRenewAck: boolean): boolean {
  let before = -1
  for (const { firstOffset, lastOffset, acknowledgeTypes: types } of batches) {
    if (firstOffset > lastOffset || firstOffset < before || types.length === 0) return false
    if (types.length > 1 && lastOffset - firstOffset !== types.length - 1) return false
    if (types.some((type) => type < 0 || type > maxType)) return false
    if (!isRenewAck && types.includes(acknowledgeTypes.RENEW)) return false
    before = lastOffset
  }
  return true
}

function result({ topic, topicId, partition }: Asked, { code }: { readonly code: number }): AcknowledgeResult {
  return { topic, topicId, partition, errorCode: code, errorMessage: null }
}
