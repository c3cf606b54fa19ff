import type {
  AlterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse,
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
  DeleteShareGroupStateRequest,
  DeleteShareGroupStateResponse,
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from '@milena/protocol'
import { Errors, ZERO_UUID, errorByCode } from '@milena/protocol'
import type { GroupTypes, TopicsView } from '../group/group-types.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { alterShareGroupOffsets } from '../share-group/alter-share-group-offsets.ts'
import type { DescribedShareGroup } from '../share-group/describe-share-groups.ts'
import {
  describeShareGroupError,
  describeShareGroups,
  initializedPartitions,
} from '../share-group/describe-share-groups.ts'
import { shareGroupHeartbeat, shareHeartbeatError } from '../share-group/share-group-heartbeat.ts'
import { isRefusal } from '../share-group/share-group-lookup.ts'
import type { InitializeShareStateTask } from '../share-group/share-group-types.ts'
import type { TopicStates } from '../share-group/share-state-deletion.ts'
import {
  beginOffsetsDeletion,
  beginShareGroupDeletion,
  completeOffsetsDeletion,
  forgetDeletedTopics,
} from '../share-group/share-state-deletion.ts'
import { abandonInitialization, completeInitialization } from '../share-group/share-state-initialization.ts'
import type { CoordinatorRuntime, RequestClient } from './coordinator-runtime.ts'
import type { Clock, Logger } from './ports.ts'
import { mapInTurns } from './turns.ts'

/** The share coordinator as this one uses it. It never rejects: what fails is said for each partition. */
export interface ShareStatePersister {
  initialize(request: InitializeShareGroupStateRequest): Promise<InitializeShareGroupStateResponse>
  delete(request: DeleteShareGroupStateRequest): Promise<DeleteShareGroupStateResponse>
  readSummary(request: ReadShareGroupStateSummaryRequest): Promise<ReadShareGroupStateSummaryResponse>
}

/** What share groups need of the broker. */
export interface ShareGroupPorts {
  readonly persister: ShareStatePersister
  /** Where a partition ends for its consumers (its high watermark), or an error code. */
  endOffset(topic: string, partition: number): { readonly offset: number; readonly errorCode: number }
}

export interface ShareGroupServiceOptions {
  readonly runtime: CoordinatorRuntime<GroupTypes>
  readonly topics: TopicsView
  readonly partitionFor: (groupId: string) => number
  readonly errorCodeOf: (error: unknown) => number
  readonly ports: ShareGroupPorts
  readonly clock: Clock
  readonly logger: Logger
}

type AskedGroup = DescribeShareGroupOffsetsRequest['groups'][number]
type OffsetsGroup = DescribeShareGroupOffsetsResponse['groups'][number]
type OffsetsTopic = OffsetsGroup['topics'][number]
type OffsetsPartition = OffsetsTopic['partitions'][number]
type Summary = ReadShareGroupStateSummaryResponse['results'][number]['partitions'][number]
type DeletedTopic = DeleteShareGroupOffsetsResponse['responses'][number]

const NOBODY: RequestClient = { clientId: '', clientHost: '', apiVersion: 0 }
const NO_LEADER_EPOCH = -1

/** Share groups (KIP-932) as request handlers see them; a part of the group coordinator's service. */
export class ShareGroupService {
  readonly #options: ShareGroupServiceOptions

  constructor(options: ShareGroupServiceOptions) {
    this.#options = options
  }

  async heartbeat(request: ShareGroupHeartbeatRequest, client: RequestClient): Promise<ShareGroupHeartbeatResponse> {
    const invalid = invalidHeartbeat(request)
    if (invalid !== undefined) return shareHeartbeatError(Errors.INVALID_REQUEST.code, invalid)
    const { runtime, partitionFor, errorCodeOf } = this.#options
    try {
      return await runtime.write(partitionFor(request.groupId), shareGroupHeartbeat, request, client)
    } catch (error) {
      const code = errorCodeOf(error)
      return shareHeartbeatError(code, messageOf(code))
    }
  }

  /** Answers in the order of the group ids. */
  async describe(groupIds: readonly string[], client: RequestClient): Promise<DescribedShareGroup[]> {
    const { clock, runtime, partitionFor, errorCodeOf } = this.#options
    const described = await mapInTurns(clock, groupIds, async (groupId): Promise<readonly DescribedShareGroup[]> => {
      if (groupId === '') return [describeShareGroupError('', Errors.INVALID_GROUP_ID.code)]
      try {
        return await runtime.read(partitionFor(groupId), describeShareGroups, [groupId], client)
      } catch (error) {
        return [describeShareGroupError(groupId, errorCodeOf(error))]
      }
    })
    return described.flat()
  }

  /** Of a group that is not there nothing is known, which is no error. */
  async describeOffsets({ groupId, topics }: AskedGroup, client: RequestClient): Promise<OffsetsGroup> {
    const { runtime, partitionFor, errorCodeOf } = this.#options
    try {
      if (topics !== null) return await this.#summarize(groupId, topics)
      const partitions = await runtime.read(partitionFor(groupId), initializedPartitions, groupId, client)
      const named = partitions.flatMap(({ topicId, partitions: numbers }) => {
        const topicName = this.#options.topics.topicName(topicId)
        return topicName === undefined ? [] : [{ topicName, partitions: numbers }]
      })
      return await this.#summarize(groupId, named)
    } catch (error) {
      const errorCode = errorCodeOf(error)
      return { groupId, topics: [], errorCode, errorMessage: messageOf(errorCode) }
    }
  }

  async alterOffsets(
    request: AlterShareGroupOffsetsRequest,
    client: RequestClient,
  ): Promise<AlterShareGroupOffsetsResponse> {
    const failed = (errorCode: number, errorMessage: string | null): AlterShareGroupOffsetsResponse => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      responses: [],
    })
    const { groupId } = request
    const { runtime, partitionFor, errorCodeOf, ports } = this.#options
    if (groupId === '') return failed(Errors.INVALID_GROUP_ID.code, Errors.INVALID_GROUP_ID.message)
    try {
      const altered = await runtime.write(partitionFor(groupId), alterShareGroupOffsets, request, client)
      if (isRefusal(altered)) return failed(altered.error.code, altered.message)
      const { stateEpoch } = altered
      const responses = oncePerTopic(altered.responses)
      if (altered.topics.length === 0) return { ...failed(Errors.NONE.code, null), responses }
      // The share coordinator is not asked for what cannot be; Kafka's own error says no more.
      const isImpossible = altered.topics.some(({ partitions }) => partitions.some(({ partition }) => partition < 0))
      if (isImpossible) throw new CoordinatorError(Errors.UNKNOWN_SERVER_ERROR)
      const { results } = await ports.persister.initialize({
        groupId,
        topics: altered.topics.map(({ topicId, partitions }) => ({
          topicId,
          partitions: partitions.map((each) => ({ ...each, stateEpoch })),
        })),
      })
      if (!hasErrors(results)) await this.#endInitialization(groupId, results)
      return { ...failed(Errors.NONE.code, null), responses: withErrors(responses, results) }
    } catch (error) {
      const code = errorCodeOf(error)
      return failed(code, messageOf(code))
    }
  }

  async deleteOffsets(
    request: DeleteShareGroupOffsetsRequest,
    client: RequestClient,
  ): Promise<DeleteShareGroupOffsetsResponse> {
    const answer = (errorCode: number, responses: readonly DeletedTopic[] = [], message = messageOf(errorCode)) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage: message,
      responses: [...responses],
    })
    const { groupId } = request
    const { runtime, partitionFor, errorCodeOf } = this.#options
    if (groupId === '') return answer(Errors.INVALID_GROUP_ID.code)
    try {
      const begun = await runtime.write(partitionFor(groupId), beginOffsetsDeletion, request, client)
      if (isRefusal(begun)) return answer(begun.error.code, [], begun.message)
      if (begun.topics.length === 0) return answer(Errors.NONE.code, begun.refused)
      const deleted = await this.#deleteTopics(groupId, begun.topics)
      const topicIds = new Set(deleted.flatMap(({ topicId, errorCode }) => (errorCode === 0 ? [topicId] : [])))
      if (topicIds.size > 0) {
        await runtime.write(partitionFor(groupId), completeOffsetsDeletion, { groupId, topicIds }, client)
      }
      return answer(Errors.NONE.code, [...deleted, ...begun.refused])
    } catch (error) {
      return answer(errorCodeOf(error))
    }
  }

  /**
   * Drops the state of the share groups among these, of one partition, which shall be deleted.
   *
   * @returns what stands in the way, by group id.
   */
  async deleteStates(
    partition: number,
    groupIds: readonly string[],
    client: RequestClient,
  ): Promise<ReadonlyMap<string, number>> {
    const errors = new Map<string, number>()
    const doomed = await this.#options.runtime.write(partition, beginShareGroupDeletion, groupIds, client)
    for (const { groupId, errorCode, topics } of doomed) {
      const deleted = topics.length === 0 ? [] : await this.#deleteTopics(groupId, topics)
      const failure = deleted.find((topic) => topic.errorCode !== Errors.NONE.code)
      const code = errorCode === Errors.NONE.code ? failure?.errorCode : errorCode
      if (code !== undefined) errors.set(groupId, code)
    }
    return errors
  }

  /** The share coordinator drops their state by itself. */
  async onTopicsDeleted(topicIds: ReadonlySet<string>): Promise<void> {
    const { runtime, logger } = this.#options
    await Promise.all(
      runtime.partitions.map(async (partition) => {
        try {
          await runtime.write(partition, forgetDeletedTopics, topicIds, NOBODY)
        } catch (cause) {
          logger.warn(`Could not make the share groups of partition ${partition} forget deleted topics.`, { cause })
        }
      }),
    )
  }

  /** A group wants the state of partitions begun; how that ends is written down, so that members get them or not. */
  async startTask({ groupId, stateEpoch, topics }: InitializeShareStateTask): Promise<void> {
    const { ports, logger } = this.#options
    try {
      const asked = topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((partition) => ({ partition, stateEpoch, startOffset: -1 })),
      }))
      const { results } = await ports.persister.initialize({ groupId, topics: asked })
      await this.#endInitialization(groupId, results)
    } catch (cause) {
      // A later heartbeat begins again.
      logger.warn('Could not initialise the state of a share group.', { group: groupId, cause })
    }
  }

  async #endInitialization(groupId: string, results: InitializeShareGroupStateResponse['results']): Promise<void> {
    const { runtime, partitionFor, logger } = this.#options
    const topics = results.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition }) => partition),
    }))
    const end = { groupId, topics }
    const failure = results.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== 0)
    if (failure === undefined) {
      await runtime.write(partitionFor(groupId), completeInitialization, end, NOBODY)
      return
    }
    logger.warn('The share coordinator refused to begin the state of a share group.', { group: groupId, ...failure })
    await runtime.write(partitionFor(groupId), abandonInitialization, end, NOBODY)
  }

  async #deleteTopics(groupId: string, topics: readonly TopicStates[]): Promise<DeletedTopic[]> {
    const { ports, topics: view } = this.#options
    // The share coordinator is not asked for what cannot be: then nothing of it is done.
    if (topics.some(({ partitions }) => partitions.length === 0 || partitions.some((partition) => partition < 0))) {
      return topics.map(({ topicId, partitions }) => {
        const { code, message } = partitions.length === 0 ? Errors.NONE : Errors.UNKNOWN_SERVER_ERROR
        return { topicName: view.topicName(topicId) ?? '', topicId, errorCode: code, errorMessage: message }
      })
    }
    const { results } = await ports.persister.delete({
      groupId,
      topics: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((partition) => ({ partition })),
      })),
    })
    return results.map(({ topicId, partitions }) => {
      const failure = partitions.find(({ errorCode }) => errorCode !== Errors.NONE.code)
      const errorCode = failure?.errorCode ?? Errors.NONE.code
      return { topicName: view.topicName(topicId) ?? '', topicId, errorCode, errorMessage: messageOf(errorCode) }
    })
  }

  async #summarize(
    groupId: string,
    asked: readonly { readonly topicName: string; readonly partitions: readonly number[] }[],
  ): Promise<OffsetsGroup> {
    const { topics: view, ports } = this.#options
    const isThere = ({ topicName }: { readonly topicName: string }): boolean => view.topicId(topicName) !== undefined
    const isNone = ({ partitions }: { readonly partitions: readonly number[] }): boolean =>
      partitions.length === 0 || partitions.some((partition) => partition < 0)
    // The share coordinator is not asked for nothing, or for what cannot be; Kafka's own error says no more.
    if (asked.some((topic) => isThere(topic) && (groupId === '' || isNone(topic)))) {
      throw new CoordinatorError(Errors.UNKNOWN_SERVER_ERROR)
    }
    const unknown = asked.filter((topic) => !isThere(topic)).map(unknownOffsets)
    const partitionsOf = new Map<string, Set<number>>()
    for (const { topicName, partitions } of asked) {
      const topicId = view.topicId(topicName)
      if (topicId === undefined) continue
      // A topic that is named twice is answered once, with what both ask for.
      const named = partitionsOf.get(topicId) ?? new Set<number>()
      for (const partition of partitions) named.add(partition)
      partitionsOf.set(topicId, named)
    }
    const known = Array.from(partitionsOf, ([topicId, partitions]) => ({
      topicId,
      partitions: Array.from(partitions, (partition) => ({ partition, leaderEpoch: NO_LEADER_EPOCH })),
    }))
    const { results } =
      known.length === 0 ? { results: [] } : await ports.persister.readSummary({ groupId, topics: known })
    const read = results.map(({ topicId, partitions }): OffsetsTopic => {
      const topicName = view.topicName(topicId) ?? ''
      return { topicName, topicId, partitions: partitions.map((summary) => this.#offsetsOf(topicName, summary)) }
    })
    return { groupId, topics: [...read, ...unknown], errorCode: Errors.NONE.code, errorMessage: null }
  }

  /** The lag is what is neither done with nor before the start, as far as both are known. */
  #offsetsOf(topicName: string, summary: Summary): OffsetsPartition {
    const { partition, errorCode, startOffset, leaderEpoch, deliveryCompleteCount } = summary
    if (errorCode !== Errors.NONE.code) return offsetsPartition(partition, -1, 0, -1)
    if (startOffset === -1 || deliveryCompleteCount === -1) {
      return offsetsPartition(partition, startOffset, leaderEpoch, -1)
    }
    const end = this.#options.ports.endOffset(topicName, partition)
    if (end.errorCode !== Errors.NONE.code) {
      const error = { errorCode: end.errorCode, errorMessage: messageOf(end.errorCode) }
      return { ...offsetsPartition(partition, 0, 0, -1), ...error }
    }
    // As in Kafka the difference of two offsets is one of 64 bits, whatever it was altered to.
    const lag = BigInt.asIntN(64, BigInt(end.offset) - BigInt(startOffset) - BigInt(deliveryCompleteCount))
    return offsetsPartition(partition, startOffset, leaderEpoch, Number(lag))
  }
}

const messageOf = (errorCode: number): string | null =>
  errorCode === Errors.NONE.code ? null : (errorByCode(errorCode)?.message ?? null)

/** Why a heartbeat makes no sense, whatever the state of its group. */
const invalidHeartbeat = (request: ShareGroupHeartbeatRequest): string | undefined => {
  const { memberId, groupId, rackId, memberEpoch, subscribedTopicNames } = request
  if (memberId.trim() === '') return 'The member id must not be empty.'
  if (groupId.trim() === '') return 'The group id must not be empty.'
  if (rackId?.trim() === '') return 'The rack id must not be empty.'
  if (memberEpoch < -1) return `The member epoch ${memberEpoch} is invalid.`
  const isSilent = subscribedTopicNames === null || subscribedTopicNames.length === 0
  return memberEpoch === 0 && isSilent ? 'Who joins must name the topics it subscribes to.' : undefined
}

const hasErrors = (results: InitializeShareGroupStateResponse['results']): boolean =>
  results.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode !== Errors.NONE.code))

/** A topic that is named twice is answered once, for all of its partitions. */
const oncePerTopic = (
  responses: AlterShareGroupOffsetsResponse['responses'],
): AlterShareGroupOffsetsResponse['responses'] =>
  Array.from(Map.groupBy(responses, ({ topicName }) => topicName).values(), (same) => ({
    ...same[0]!,
    partitions: same.flatMap(({ partitions }) => partitions),
  }))

const withErrors = (
  responses: AlterShareGroupOffsetsResponse['responses'],
  results: InitializeShareGroupStateResponse['results'],
): AlterShareGroupOffsetsResponse['responses'] => {
  const byTopic = new Map(
    results.map(({ topicId, partitions }) => [topicId, new Map(partitions.map((each) => [each.partition, each]))]),
  )
  return responses.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition) => {
      const result = byTopic.get(topic.topicId)?.get(partition.partitionIndex)
      if (partition.errorCode !== Errors.NONE.code || result === undefined) return partition
      return { ...partition, errorCode: result.errorCode, errorMessage: result.errorMessage }
    }),
  }))
}

const offsetsPartition = (
  partitionIndex: number,
  startOffset: number,
  leaderEpoch: number,
  lag: number,
): OffsetsPartition => ({
  partitionIndex,
  startOffset,
  leaderEpoch,
  lag,
  errorCode: Errors.NONE.code,
  errorMessage: null,
})

const unknownOffsets = (topic: { topicName: string; partitions: readonly number[] }): OffsetsTopic => ({
  topicName: topic.topicName,
  topicId: ZERO_UUID,
  partitions: topic.partitions.map((partition) => offsetsPartition(partition, -1, 0, -1)),
})
