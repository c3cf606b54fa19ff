/** A member of a share group over the wire: it keeps count of its session, and says what a test tells it to. */
import {
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
  ShareAcknowledgeRequest,
  ShareAcknowledgeResponse,
  ShareFetchRequest,
  ShareFetchResponse,
} from '@milena/protocol'
import type { Input } from '@milena/protocol'
import { valuesIn } from '../../testing/topics.ts'
import type { WireClient } from '../../testing/wire-client.ts'

type FetchBody = Input<typeof ShareFetchRequest>
type AckBatch = Input<
  typeof ShareAcknowledgeRequest
>['topics'][number]['partitions'][number]['acknowledgementBatches'][number]
type FetchedPartition = ShareFetchResponse['responses'][number]['partitions'][number]

export interface ShareMemberOptions {
  readonly groupId?: string
  readonly memberId: string
  readonly topicId: string
  readonly partitions?: readonly number[]
}

export class ShareMember {
  readonly client: WireClient
  readonly #groupId: string
  readonly #memberId: string
  readonly #topicId: string
  readonly #partitions: readonly number[]
  epoch = 0

  constructor(client: WireClient, options: ShareMemberOptions) {
    this.client = client
    this.#groupId = options.groupId ?? 'g'
    this.#memberId = options.memberId
    this.#topicId = options.topicId
    this.#partitions = options.partitions ?? [0]
  }

  /** The whole answer; the session's epoch counts up unless `shareSessionEpoch` is given. */
  async fetch(
    options: Partial<FetchBody> = {},
    acknowledgements: readonly AckBatch[] = [],
  ): Promise<ShareFetchResponse> {
    const epoch = options.shareSessionEpoch ?? this.epoch++
    const partitions = this.#partitions.map((partitionIndex, index) => ({
      partitionIndex,
      partitionMaxBytes: 0,
      acknowledgementBatches: index === 0 ? [...acknowledgements] : [],
    }))
    return this.client.send(ShareFetchRequest, ShareFetchResponse, 2, {
      groupId: this.#groupId,
      memberId: this.#memberId,
      shareSessionEpoch: epoch,
      maxWaitMs: 0,
      minBytes: 1,
      maxRecords: 500,
      batchSize: 500,
      topics: epoch === 0 || acknowledgements.length > 0 ? [{ topicId: this.#topicId, partitions }] : [],
      forgottenTopicsData: [],
      ...options,
    })
  }

  /** What the first partition of the answer holds, as text: values, and ranges with their delivery count. */
  async take(options: Partial<FetchBody> = {}, acknowledgements: readonly AckBatch[] = []): Promise<string> {
    const { responses, errorCode } = await this.fetch(options, acknowledgements)
    const partition = responses[0]?.partitions[0]
    return errorCode !== 0 ? `error ${errorCode}` : partition === undefined ? 'nothing' : shown(partition)
  }

  /** The error of the whole and of the partition. */
  async acknowledge(
    batches: readonly AckBatch[],
    options: Partial<Input<typeof ShareAcknowledgeRequest>> = {},
  ): Promise<string> {
    const { errorCode, responses } = await this.client.send(ShareAcknowledgeRequest, ShareAcknowledgeResponse, 2, {
      groupId: this.#groupId,
      memberId: this.#memberId,
      shareSessionEpoch: options.shareSessionEpoch ?? this.epoch++,
      isRenewAck: batches.some(({ acknowledgeTypes }) => acknowledgeTypes.includes(4)),
      topics: [
        {
          topicId: this.#topicId,
          partitions: batches.length === 0 ? [] : [{ partitionIndex: 0, acknowledgementBatches: [...batches] }],
        },
      ],
      ...options,
    })
    return `${errorCode}/${responses[0]?.partitions[0]?.errorCode ?? '-'}`
  }
}

/** Begins the state of a group in a topic's partitions, as the group coordinator does when a member joins. */
export async function beginShareGroup(
  client: WireClient,
  {
    groupId = 'g',
    topicId,
    partitions = [0],
    startOffset = 0,
  }: Omit<ShareMemberOptions, 'memberId'> & { startOffset?: number },
): Promise<void> {
  // What asks for a state that is not there yet makes the topic of states, and is answered when its coordinator is ready.
  const opener = new ShareMember(client, { groupId, memberId: 'opener', topicId, partitions })
  await opener.fetch({ maxWaitMs: 10_000 })
  await opener.fetch({ shareSessionEpoch: -1 })
  const begun = partitions.map((partition) => ({ partition, stateEpoch: 0, startOffset }))
  const { results } = await client.send(InitializeShareGroupStateRequest, InitializeShareGroupStateResponse, 0, {
    groupId,
    topics: [{ topicId, partitions: begun }],
  })
  const failed = results.flatMap((result) => result.partitions).find(({ errorCode }) => errorCode !== 0)
  if (failed !== undefined) throw new Error(`the state of partition ${failed.partition}: ${failed.errorCode}`)
}

/** For acknowledgements: offsets and one type for all, or one each. */
export function ack(firstOffset: number, lastOffset: number, ...acknowledgeTypes: number[]): AckBatch {
  return { firstOffset, lastOffset, acknowledgeTypes }
}

function shown({ errorCode, acknowledgeErrorCode, records, acquiredRecords }: FetchedPartition): string {
  const ranges = acquiredRecords.map(({ firstOffset, lastOffset, deliveryCount }) => {
    return `${firstOffset}-${lastOffset}x${deliveryCount}`
  })
  const errors = [errorCode, acknowledgeErrorCode].some((code) => code !== 0)
  return [...(errors ? [`error ${errorCode}/${acknowledgeErrorCode}`] : []), ...valuesIn(records), ...ranges].join(' ')
}
