import type {
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '@milena/protocol'
import { Errors } from '@milena/protocol'
import type { GroupResult, GroupState, GroupTypes, TopicsView } from '../group/group-types.ts'
import { commitError, commitOffsets } from '../group/offset-commit.ts'
import { deleteOffsets, deleteOffsetsError } from '../group/offset-delete.ts'
import type { FetchGroup, FetchedGroup } from '../group/offset-fetch.ts'
import { fetchError, fetchOffsets } from '../group/offset-fetch.ts'
import { fetchResponse, namedFetch, requestedGroups, withTopicIds } from '../group/offset-fetch-versions.ts'
import { knownCommits, knownDeletes, mergeCommits, mergeDeletes } from '../group/offset-topics.ts'
import {
  commitTransactionalOffsets,
  knownTxnCommits,
  mergeTxnCommits,
  txnCommitError,
} from '../group/txn-offset-commit.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { CoordinatorRuntime, RequestClient } from './coordinator-runtime.ts'
import type { Clock, EndTransactionMarker } from './ports.ts'
import { mapInTurns } from './turns.ts'

/** Whether a producer's transaction reaches a partition of `__consumer_offsets` (KIP-890). */
export interface OffsetsVerification {
  readonly errorCode: number
  readonly verification?: { readonly guard: object | undefined }
}

export type VerifyOffsets = (partition: number) => Promise<OffsetsVerification>

export interface OffsetServiceOptions {
  readonly clock: Clock
  readonly runtime: CoordinatorRuntime<GroupTypes>
  readonly topics: TopicsView
  readonly partitionFor: (groupId: string) => number
  readonly errorCodeOf: (error: unknown) => number
}

/** The offsets' half of the group coordinator service: names and ids of topics, shapes of versions, errors. */
export class OffsetService {
  readonly #clock: Clock
  readonly #runtime: CoordinatorRuntime<GroupTypes>
  readonly #topics: TopicsView
  readonly #partitionFor: (groupId: string) => number
  readonly #errorCodeOf: (error: unknown) => number

  constructor({ clock, runtime, topics, partitionFor, errorCodeOf }: OffsetServiceOptions) {
    this.#clock = clock
    this.#runtime = runtime
    this.#topics = topics
    this.#partitionFor = partitionFor
    this.#errorCodeOf = errorCodeOf
  }

  async commit(request: OffsetCommitRequest, client: RequestClient): Promise<OffsetCommitResponse> {
    const { accepted, refused } = knownCommits(request, client.apiVersion, this.#topics)
    // Kafka does not ask the group either when nothing is left to commit.
    if (accepted.topics.length === 0) return mergeCommits(refused, { throttleTimeMs: 0, topics: [] })
    try {
      const partition = this.#partitionFor(request.groupId)
      return mergeCommits(refused, await this.#runtime.write(partition, commitOffsets, accepted, client))
    } catch (error) {
      return mergeCommits(refused, commitError(accepted, this.#errorCodeOf(error)))
    }
  }

  /** As a part of a producer's transaction; `verify` asks the coordinator of that transaction. */
  async commitTransactional(
    request: TxnOffsetCommitRequest,
    client: RequestClient,
    verify: VerifyOffsets,
  ): Promise<TxnOffsetCommitResponse> {
    const { accepted, refused } = knownTxnCommits(request, this.#topics)
    if (accepted.topics.length === 0) return mergeTxnCommits(refused, { throttleTimeMs: 0, topics: [] })
    const fail = (errorCode: number): TxnOffsetCommitResponse =>
      mergeTxnCommits(refused, txnCommitError(accepted, txnErrorCode(errorCode, client.apiVersion)))
    try {
      const partition = this.#partitionFor(request.groupId)
      if (request.groupId === '') return fail(Errors.INVALID_GROUP_ID.code)
      const { errorCode, verification } = await verify(partition)
      if (errorCode !== Errors.NONE.code) return fail(errorCode)
      const { producerId, producerEpoch } = request
      const producer =
        verification === undefined ? { producerId, producerEpoch } : { producerId, producerEpoch, verification }
      const commit = { request: accepted, producer }
      return mergeTxnCommits(refused, await this.#runtime.write(partition, commitTransactionalOffsets, commit, client))
    } catch (error) {
      return fail(this.#errorCodeOf(error))
    }
  }

  async fetch(request: OffsetFetchRequest, client: RequestClient): Promise<OffsetFetchResponse> {
    const groups = requestedGroups(request, client.apiVersion)
    const fetched = await mapInTurns(this.#clock, groups, (group) =>
      this.#fetchGroup(group, request.requireStable, client),
    )
    return fetchResponse(request, fetched, client.apiVersion)
  }

  async delete(request: OffsetDeleteRequest, client: RequestClient): Promise<OffsetDeleteResponse> {
    if (request.groupId === '') return deleteOffsetsError(Errors.INVALID_GROUP_ID.code)
    const { accepted, refused } = knownDeletes(request, this.#topics)
    try {
      const partition = this.#partitionFor(request.groupId)
      return mergeDeletes(refused, await this.#runtime.write(partition, deleteOffsets, accepted, client))
    } catch (error) {
      return deleteOffsetsError(this.#errorCodeOf(error))
    }
  }

  /** Ends a producer's transaction in a partition; resolves with an error code. */
  async completeTransaction(partition: number, marker: EndTransactionMarker): Promise<number> {
    try {
      await this.#runtime.completeTransaction(partition, marker)
      return Errors.NONE.code
    } catch (error) {
      return this.#errorCodeOf(error)
    }
  }

  async #fetchGroup(group: FetchGroup, requireStable: boolean, client: RequestClient): Promise<FetchedGroup> {
    const { accepted, refused } = namedFetch(group, client.apiVersion, this.#topics)
    try {
      const partition = this.#partitionFor(group.groupId)
      const fetched = requireStable
        ? await this.#runtime.write(partition, fetchNewest, accepted, client)
        : await this.#runtime.read(partition, fetchCommitted, accepted, client)
      const named = withTopicIds(fetched, client.apiVersion, this.#topics)
      return refused.length === 0 ? named : { ...named, topics: [...named.topics, ...refused] }
    } catch (error) {
      return fetchError(group.groupId, isLogTooSlow(error) ? Errors.NOT_COORDINATOR.code : this.#errorCodeOf(error))
    }
  }
}

/**
 * Stable offsets are all that were ever written, answered once they are committed: hence a write without records
 * (KIP-447).
 */
const fetchNewest = (state: GroupState, request: FetchGroup): GroupResult<FetchedGroup> =>
  answered(fetchOffsets(state, request, 'newest'))

const fetchCommitted = (state: GroupState, request: FetchGroup): FetchedGroup =>
  fetchOffsets(state, request, 'committed')

/** Producers of Kafka 0.11 to 1.1 do not know that a coordinator can be loading. */
const txnErrorCode = (errorCode: number, apiVersion: number): number =>
  errorCode === Errors.COORDINATOR_LOAD_IN_PROGRESS.code && apiVersion < 2
    ? Errors.COORDINATOR_NOT_AVAILABLE.code
    : errorCode

/** Consumers before 3.9 do not know COORDINATOR_NOT_AVAILABLE in this answer; NOT_COORDINATOR makes them look anew. */
const isLogTooSlow = (error: unknown): boolean => error instanceof CoordinatorError && SLOW_LOG_CODES.has(error.code)

const SLOW_LOG_CODES: ReadonlySet<number> = new Set([
  Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
  Errors.NOT_ENOUGH_REPLICAS.code,
  Errors.REQUEST_TIMED_OUT.code,
])
