import type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  SyncGroupRequest,
  SyncGroupResponse,
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '@milena/protocol'
import { Errors } from '@milena/protocol'
import type { DeletedGroup } from '../group/delete-groups.ts'
import { deleteGroups } from '../group/delete-groups.ts'
import { describeGroupError, describeGroups } from '../group/describe-groups.ts'
import type { GroupConfig } from '../group/group-config.ts'
import { joinError, syncError } from '../group/group-responses.ts'
import { groupShard } from '../group/group-shard.ts'
import type { GroupEnvironment, GroupTypes, TopicsView } from '../group/group-types.ts'
import { heartbeat } from '../group/heartbeat.ts'
import { joinGroup } from '../group/join-group.ts'
import { leaveGroup } from '../group/leave-group.ts'
import { leaveRequest, leaveResponse } from '../group/leave-group-versions.ts'
import { listGroups } from '../group/list-groups.ts'
import { syncGroup } from '../group/sync-group.ts'
import { dropOffsetsOfTopics } from '../group/topics-deleted.ts'
import { CoordinatorError, coordinatorErrorCode } from '../runtime/coordinator-error.ts'
import type { ExpressionEngine } from '../expression/expression.ts'
import { ConsumerGroupService } from './consumer-group-service.ts'
import type { RequestClient } from './coordinator-runtime.ts'
import { CoordinatorRuntime } from './coordinator-runtime.ts'
import { loadExpressionEngine } from './expression-engine.ts'
import { groupRecordSerde } from './group-record-serde.ts'
import { partitionForGroup } from './group-routing.ts'
import { OffsetService } from './offset-service.ts'
import type { VerifyOffsets } from './offset-service.ts'
import type { ShareGroupPorts } from './share-group-service.ts'
import { ShareGroupService } from './share-group-service.ts'
import { mapInTurns } from './turns.ts'
import type { Clock, CoordinatorLoader, EndTransactionMarker, Logger, PartitionWriter, Random } from './ports.ts'

export interface GroupCoordinatorOptions {
  readonly config: GroupConfig
  /** What groups are configured with of their own, at the moment of the call. */
  readonly configOf: GroupEnvironment['configOf']
  readonly topics: TopicsView
  readonly shares: ShareGroupPorts
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/**
 * The group coordinator as request handlers see it: one method per API, request in, response out. It never rejects
 * for anything that a response can say, only with the reason of `client.signal` when the client went away while its
 * JoinGroup or SyncGroup waited. Authorization and the throttle time are the handlers'.
 */
export class GroupCoordinatorService {
  readonly #runtime: CoordinatorRuntime<GroupTypes>
  readonly #offsets: OffsetService
  readonly #consumerGroups: ConsumerGroupService
  /** Share groups (KIP-932). */
  readonly shares: ShareGroupService
  readonly #clock: Clock
  readonly #config: GroupConfig
  readonly #logger: Logger
  /** Undefined until the first regular expression comes. */
  #expressions: ExpressionEngine | undefined
  /** How many partitions `__consumer_offsets` has; undefined before startup and after shutdown. */
  #partitionCount: number | undefined

  constructor(options: GroupCoordinatorOptions) {
    const { config, configOf, topics, writer, loader, clock, random, logger } = options
    this.#clock = clock
    this.#config = config
    this.#logger = logger
    this.#runtime = new CoordinatorRuntime<GroupTypes>({
      shard: groupShard,
      environment: { config, configOf, topics, expressions: () => this.#loadedExpressions() },
      serde: groupRecordSerde(logger),
      writer,
      loader,
      clock,
      random,
      logger,
      writeTimeoutMs: config.offsetsCommitTimeoutMs,
      startTask: (partition, task) => this.#startTask(partition, task),
    })
    const partitionFor = (groupId: string): number => this.partitionFor(groupId)
    const parts = { clock, runtime: this.#runtime, topics, partitionFor, errorCodeOf: this.#errorCodeOf }
    this.#offsets = new OffsetService(parts)
    this.#consumerGroups = new ConsumerGroupService({
      ...parts,
      config,
      logger,
      loadExpressions: () => this.#loadExpressions(),
      perGroup: (groupIds, ask, failed) => this.#perGroup(groupIds, ask, failed),
    })
    this.shares = new ShareGroupService({ ...parts, ports: options.shares, logger })
  }

  async #loadExpressions(): Promise<ExpressionEngine> {
    return (this.#expressions ??= await loadExpressionEngine())
  }

  #loadedExpressions(): ExpressionEngine {
    if (this.#expressions === undefined) throw new Error('an expression came before the engine was loaded')
    return this.#expressions
  }

  /** The runtime, for inspection and metrics. */
  get runtime(): CoordinatorRuntime<GroupTypes> {
    return this.#runtime
  }

  startup(partitionCount: number): void {
    this.#partitionCount = partitionCount
  }

  /** Answers whatever waits with NOT_COORDINATOR; from now on everything is COORDINATOR_NOT_AVAILABLE. */
  shutdown(): void {
    this.#partitionCount = undefined
    this.#runtime.close()
  }

  /** The partition of `__consumer_offsets` whose leader coordinates the group. */
  partitionFor(groupId: string): number {
    if (this.#partitionCount === undefined) throw new CoordinatorError(Errors.COORDINATOR_NOT_AVAILABLE)
    return partitionForGroup(groupId, this.#partitionCount)
  }

  /** This broker leads the partition now. Resolves when its groups are loaded (or could not be: the log says why). */
  onElection(partition: number, leaderEpoch: number): Promise<void> {
    return this.#runtime.load(partition, leaderEpoch)
  }

  onResignation(partition: number, leaderEpoch?: number): void {
    this.#runtime.unload(partition, leaderEpoch)
  }

  /** Drops the offsets of topics that are gone. */
  async onTopicsDeleted(names: Iterable<string>): Promise<void> {
    const topics = new Set(names)
    await Promise.all(
      this.#runtime.partitions.map(async (partition) => {
        try {
          await this.#runtime.write(partition, dropOffsetsOfTopics, topics, NOBODY)
        } catch (cause) {
          this.#logger.warn(`Could not delete the offsets of deleted topics from partition ${partition}.`, { cause })
        }
      }),
    )
  }

  consumerGroupHeartbeat(
    request: ConsumerGroupHeartbeatRequest,
    client: RequestClient,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    return this.#consumerGroups.heartbeat(request, client)
  }

  consumerGroupDescribe(
    request: ConsumerGroupDescribeRequest,
    client: RequestClient,
  ): Promise<ConsumerGroupDescribeResponse> {
    return this.#consumerGroups.describe(request, client)
  }

  /** Topics appeared, grew or vanished: groups that are subscribed to them assign anew. */
  onTopicsChanged(names: Iterable<string>): void {
    this.#consumerGroups.onTopicsChanged(new Set(names))
  }

  async joinGroup(request: JoinGroupRequest, client: RequestClient): Promise<JoinGroupResponse> {
    const response = await this.#joinGroup(request, client)
    // Before v7 "no protocol" can only be said with an empty name; since then an empty name says no protocol.
    return { ...response, protocolName: response.protocolName || (client.apiVersion >= 7 ? null : '') }
  }

  async syncGroup(request: SyncGroupRequest, client: RequestClient): Promise<SyncGroupResponse> {
    // Since v5 a member must say which protocol it means (KIP-559).
    if (client.apiVersion >= 5 && (request.protocolType === null || request.protocolName === null)) {
      return syncError(Errors.INCONSISTENT_GROUP_PROTOCOL.code)
    }
    if (this.#partitionCount === undefined) return syncError(Errors.COORDINATOR_NOT_AVAILABLE.code)
    if (request.groupId === '') return syncError(Errors.INVALID_GROUP_ID.code)
    return this.#try(
      () => this.#runtime.write(this.partitionFor(request.groupId), syncGroup, request, client),
      (errorCode) => syncError(errorCode),
    )
  }

  async heartbeat(request: HeartbeatRequest, client: RequestClient): Promise<HeartbeatResponse> {
    if (request.groupId === '' && this.#partitionCount !== undefined) {
      return { throttleTimeMs: 0, errorCode: Errors.INVALID_GROUP_ID.code }
    }
    return this.#try(
      () => this.#runtime.write(this.partitionFor(request.groupId), heartbeat, request, client),
      (errorCode) => ({
        throttleTimeMs: 0,
        // Nobody can say yet whether the member is still one: better that it stays than that it rejoins.
        errorCode: errorCode === Errors.COORDINATOR_LOAD_IN_PROGRESS.code ? Errors.NONE.code : errorCode,
      }),
    )
  }

  async leaveGroup(request: LeaveGroupRequest, client: RequestClient): Promise<LeaveGroupResponse> {
    const failed = (errorCode: number): LeaveGroupResponse => ({ throttleTimeMs: 0, errorCode, members: [] })
    if (request.groupId === '' && this.#partitionCount !== undefined) return failed(Errors.INVALID_GROUP_ID.code)
    const body = leaveRequest(request, client.apiVersion)
    const response = await this.#try(
      () => this.#runtime.write(this.partitionFor(request.groupId), leaveGroup, body, client),
      failed,
    )
    return leaveResponse(response, client.apiVersion)
  }

  async describeGroups(request: DescribeGroupsRequest, client: RequestClient): Promise<DescribeGroupsResponse> {
    const groups = await this.#perGroup(
      request.groups,
      (partition, groupIds) => this.#runtime.read(partition, describeGroups, groupIds, client),
      (groupId, errorCode) => describeGroupError(groupId, errorCode),
    )
    return { throttleTimeMs: 0, groups }
  }

  async deleteGroups(request: DeleteGroupsRequest, client: RequestClient): Promise<DeleteGroupsResponse> {
    const results = await this.#perGroup(
      [...new Set(request.groupsNames)],
      (partition, groupIds) => this.#deleteGroups(partition, groupIds, client),
      (groupId, errorCode) => ({ groupId, errorCode }),
    )
    return { throttleTimeMs: 0, results }
  }

  /** What the share coordinator knows of share groups goes first; a group of which that fails stays. */
  async #deleteGroups(
    partition: number,
    groupIds: readonly string[],
    client: RequestClient,
  ): Promise<readonly DeletedGroup[]> {
    const errors = await this.shares.deleteStates(partition, groupIds, client)
    const deletable = groupIds.filter((groupId) => !errors.has(groupId))
    const deleted = await this.#runtime.write(partition, deleteGroups, deletable, client)
    return [...deleted, ...Array.from(errors, ([groupId, errorCode]) => ({ groupId, errorCode }))]
  }

  #startTask(partition: number, task: GroupTypes['task']): void {
    if (task.kind === 'initializeShareState') void this.shares.startTask(task)
    else this.#consumerGroups.startTask(partition, task)
  }

  /** The groups of all partitions that are coordinated here. */
  async listGroups(request: ListGroupsRequest, client: RequestClient): Promise<ListGroupsResponse> {
    const failed = (errorCode: number): ListGroupsResponse => ({ throttleTimeMs: 0, errorCode, groups: [] })
    if (this.#partitionCount === undefined) return failed(Errors.COORDINATOR_NOT_AVAILABLE.code)
    return this.#try(async () => {
      const lists = this.#runtime.partitions.map(async (partition) => {
        try {
          return await this.#runtime.read(partition, listGroups, request, client)
        } catch (error) {
          if (error instanceof CoordinatorError && error.code === Errors.NOT_COORDINATOR.code) return []
          throw error
        }
      })
      return { throttleTimeMs: 0, errorCode: Errors.NONE.code, groups: (await Promise.all(lists)).flat() }
    }, failed)
  }

  commitOffsets(request: OffsetCommitRequest, client: RequestClient): Promise<OffsetCommitResponse> {
    return this.#offsets.commit(request, client)
  }

  fetchOffsets(request: OffsetFetchRequest, client: RequestClient): Promise<OffsetFetchResponse> {
    return this.#offsets.fetch(request, client)
  }

  deleteOffsets(request: OffsetDeleteRequest, client: RequestClient): Promise<OffsetDeleteResponse> {
    return this.#offsets.delete(request, client)
  }

  commitTransactionalOffsets(
    request: TxnOffsetCommitRequest,
    client: RequestClient,
    verify: VerifyOffsets,
  ): Promise<TxnOffsetCommitResponse> {
    return this.#offsets.commitTransactional(request, client, verify)
  }

  /** The transaction coordinator has decided: the transaction's offsets in this partition count, or are dropped. */
  completeTransaction(partition: number, marker: EndTransactionMarker): Promise<number> {
    return this.#offsets.completeTransaction(partition, marker)
  }

  async #joinGroup(request: JoinGroupRequest, client: RequestClient): Promise<JoinGroupResponse> {
    if (this.#partitionCount === undefined) return joinError(request.memberId, Errors.COORDINATOR_NOT_AVAILABLE.code)
    if (request.groupId === '') return joinError(request.memberId, Errors.INVALID_GROUP_ID.code)
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#config
    if (request.sessionTimeoutMs < groupMinSessionTimeoutMs || request.sessionTimeoutMs > groupMaxSessionTimeoutMs) {
      return joinError(request.memberId, Errors.INVALID_SESSION_TIMEOUT.code)
    }
    // v0 knows no rebalance timeout of its own.
    const rebalanceTimeoutMs = client.apiVersion === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs
    const body = { ...request, rebalanceTimeoutMs }
    return this.#try(
      () => this.#runtime.write(this.partitionFor(request.groupId), joinGroup, body, client),
      (errorCode) => joinError('', errorCode),
    )
  }

  /** Asks each partition for its groups, some at a time; the answers are in the order of the group ids. */
  async #perGroup<Answer extends { readonly groupId: string }>(
    groupIds: readonly string[],
    ask: (partition: number, groupIds: readonly string[]) => Promise<readonly Answer[]>,
    failed: (groupId: string, errorCode: number) => Answer,
  ): Promise<Answer[]> {
    if (this.#partitionCount === undefined) {
      return groupIds.map((groupId) => failed(groupId, Errors.COORDINATOR_NOT_AVAILABLE.code))
    }
    const byPartition = Map.groupBy(groupIds, (groupId) => this.partitionFor(groupId))
    const questions = Array.from(byPartition, ([partition, ids]) =>
      Array.from({ length: Math.ceil(ids.length / GROUPS_AT_A_TIME) }, (_, index) => ({
        partition,
        ids: ids.slice(index * GROUPS_AT_A_TIME, (index + 1) * GROUPS_AT_A_TIME),
      })),
    )
    const answers = await mapInTurns(this.#clock, questions.flat(), ({ partition, ids }) =>
      this.#try(
        () => ask(partition, ids),
        (errorCode) => ids.map((groupId) => failed(groupId, errorCode)),
      ),
    )
    const byGroup = new Map(answers.flat().map((answer) => [answer.groupId, answer]))
    return groupIds.map((groupId) => byGroup.get(groupId) ?? failed(groupId, Errors.UNKNOWN_SERVER_ERROR.code))
  }

  async #try<Response>(run: () => Promise<Response>, failed: (errorCode: number) => Response): Promise<Response> {
    try {
      return await run()
    } catch (error) {
      return failed(this.#errorCodeOf(error))
    }
  }

  /** What a client is told; rethrows the reason of an abort, which is for nobody. */
  readonly #errorCodeOf = (error: unknown): number => {
    if (!(error instanceof CoordinatorError)) throw error
    return coordinatorErrorCode(error.code)
  }
}

/** How many groups a partition is asked about in one go. */
const GROUPS_AT_A_TIME = 16

/** On whose behalf the broker itself acts. */
const NOBODY: RequestClient = { clientId: '', clientHost: '', apiVersion: 0 }
