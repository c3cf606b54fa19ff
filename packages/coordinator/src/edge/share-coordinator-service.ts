import type {
  DeleteShareGroupStateRequest,
  DeleteShareGroupStateResponse,
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
  ReadShareGroupStateRequest,
  ReadShareGroupStateResponse,
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
  WriteShareGroupStateRequest,
  WriteShareGroupStateResponse,
} from '@milena/protocol'
import { Errors, errorByCode } from '@milena/protocol'
import { CoordinatorError, coordinatorErrorCode } from '../runtime/coordinator-error.ts'
import type { Operation } from '../runtime/coordinator-shard.ts'
import {
  deleteShareState,
  dropShareStateOfTopics,
  initializeShareState,
  readShareState,
  readShareStateError,
  shareOutcome,
  shareStateSummaryError,
  summarizeShareState,
  writeShareState,
} from '../share/share-operations.ts'
import { shareShard } from '../share/share-shard.ts'
import type {
  PruneTask,
  ShareCoordinatorConfig,
  SharePlace,
  ShareTopicsView,
  ShareTypes,
} from '../share/share-types.ts'
import { shareCoordinatorKey } from '../share/share-types.ts'
import type { RequestClient } from './coordinator-runtime.ts'
import { CoordinatorRuntime } from './coordinator-runtime.ts'
import { partitionForGroup } from './group-routing.ts'
import type { Clock, CoordinatorLoader, Logger, PartitionWriter, Random } from './ports.ts'
import { shareRecordSerde } from './share-record-serde.ts'
import { mapInTurns } from './turns.ts'

export interface ShareCoordinatorOptions {
  readonly config: ShareCoordinatorConfig
  readonly topics: ShareTopicsView
  readonly writer: PartitionWriter
  readonly loader: CoordinatorLoader
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Records of the partition before the offset are of no use any more and may be deleted. */
  readonly onPrunable?: (partition: number, beforeOffset: number) => void
}

/** On whose behalf the broker itself acts. */
const NOBODY: RequestClient = { clientId: '', clientHost: '', apiVersion: 0 }

interface StateRequest<Partition> {
  readonly groupId: string
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly Partition[] }[]
}

interface StateResponse<Result> {
  results: { topicId: string; partitions: Result[] }[]
}

interface Ask<Partition, Result> {
  readonly operation: Operation<ShareTypes, SharePlace & Partition, Result>
  readonly failed: (partition: number, errorCode: number, errorMessage: string | null) => Result
}

/**
 * The share coordinator as request handlers see it (KIP-932): one method per API, request in, response out. It keeps
 * what groups know of partitions; what that means is their leaders' business. It never rejects: what fails is said for
 * each partition. Authorization is the handlers'.
 */
export class ShareCoordinatorService {
  readonly #runtime: CoordinatorRuntime<ShareTypes>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #onPrunable: (partition: number, beforeOffset: number) => void
  /** How far each partition has been pruned, so that it is not asked for again and again. */
  readonly #prunedOffsets = new Map<number, number>()
  /** How many partitions `__share_group_state` has; undefined before startup and after shutdown. */
  #partitionCount: number | undefined

  constructor(options: ShareCoordinatorOptions) {
    const { config, topics, writer, loader, clock, random, logger } = options
    this.#clock = clock
    this.#logger = logger
    this.#onPrunable = options.onPrunable ?? (() => undefined)
    this.#runtime = new CoordinatorRuntime<ShareTypes>({
      shard: shareShard(config.snapshotUpdateRecordsPerSnapshot),
      environment: { config, topics },
      serde: shareRecordSerde(logger),
      writer,
      loader,
      clock,
      random,
      logger,
      writeTimeoutMs: config.writeTimeoutMs,
      startTask: (partition, task) => this.#prune(partition, task),
    })
  }

  /** The runtime, for inspection and metrics. */
  get runtime(): CoordinatorRuntime<ShareTypes> {
    return this.#runtime
  }

  startup(partitionCount: number): void {
    this.#partitionCount = partitionCount
  }

  /** From now on everything is COORDINATOR_NOT_AVAILABLE. */
  shutdown(): void {
    this.#partitionCount = undefined
    this.#runtime.close()
  }

  /** The partition of `__share_group_state` whose leader keeps the share partition. */
  partitionFor(place: SharePlace): number {
    if (this.#partitionCount === undefined) throw new CoordinatorError(Errors.COORDINATOR_NOT_AVAILABLE)
    return partitionForGroup(shareCoordinatorKey(place), this.#partitionCount)
  }

  /** This broker leads the partition now. Resolves when its state is loaded (or could not be: the log says why). */
  onElection(partition: number, leaderEpoch: number): Promise<void> {
    return this.#runtime.load(partition, leaderEpoch)
  }

  onResignation(partition: number, leaderEpoch?: number): void {
    this.#prunedOffsets.delete(partition)
    this.#runtime.unload(partition, leaderEpoch)
  }

  /** Drops what groups knew of topics that are gone. */
  async onTopicsDeleted(topicIds: Iterable<string>): Promise<void> {
    const topics = new Set(topicIds)
    await Promise.all(
      this.#runtime.partitions.map(async (partition) => {
        try {
          await this.#runtime.write(partition, dropShareStateOfTopics, topics, NOBODY)
        } catch (cause) {
          this.#logger.warn(`Could not delete the share state of deleted topics from partition ${partition}.`, {
            cause,
          })
        }
      }),
    )
  }

  async initialize(
    request: InitializeShareGroupStateRequest,
    client: RequestClient = NOBODY,
  ): Promise<InitializeShareGroupStateResponse> {
    return this.#perPartition(request, client, { operation: initializeShareState, failed: shareOutcome })
  }

  async read(
    request: ReadShareGroupStateRequest,
    client: RequestClient = NOBODY,
  ): Promise<ReadShareGroupStateResponse> {
    if (hasEmptyTopic(request)) return { results: [] }
    return this.#perPartition(request, client, { operation: readShareState, failed: readShareStateError })
  }

  async write(
    request: WriteShareGroupStateRequest,
    client: RequestClient = NOBODY,
  ): Promise<WriteShareGroupStateResponse> {
    if (hasEmptyTopic(request)) return { results: [] }
    return this.#perPartition(request, client, { operation: writeShareState, failed: shareOutcome })
  }

  async delete(
    request: DeleteShareGroupStateRequest,
    client: RequestClient = NOBODY,
  ): Promise<DeleteShareGroupStateResponse> {
    if (hasEmptyTopic(request)) return { results: [] }
    return this.#perPartition(request, client, { operation: deleteShareState, failed: shareOutcome })
  }

  async readSummary(
    request: ReadShareGroupStateSummaryRequest,
    client: RequestClient = NOBODY,
  ): Promise<ReadShareGroupStateSummaryResponse> {
    if (hasEmptyTopic(request)) return { results: [] }
    return this.#perPartition(request, client, { operation: summarizeShareState, failed: shareStateSummaryError })
  }

  /** A partition that is named twice is answered once, with what was asked last, as Kafka does. */
  async #perPartition<Partition extends { readonly partition: number }, Result extends { partition: number }>(
    { groupId, topics }: StateRequest<Partition>,
    client: RequestClient,
    ask: Ask<Partition, Result>,
  ): Promise<StateResponse<Result>> {
    if (groupId === '') return { results: [] }
    const asked = topics.flatMap(({ topicId, partitions }) => partitions.map((each) => ({ groupId, topicId, ...each })))
    const results = await mapInTurns(this.#clock, asked, (place) => this.#ask(place, client, ask))
    const byTopic = new Map<string, Map<number, Result>>()
    asked.forEach(({ topicId, partition }, index) => {
      const ofTopic = byTopic.get(topicId) ?? new Map<number, Result>()
      const result = results[index]
      if (result !== undefined) byTopic.set(topicId, ofTopic.set(partition, result))
    })
    return {
      results: Array.from(byTopic, ([topicId, partitions]) => ({ topicId, partitions: [...partitions.values()] })),
    }
  }

  async #ask<Partition, Result>(
    request: SharePlace & Partition,
    client: RequestClient,
    { operation, failed }: Ask<Partition, Result>,
  ): Promise<Result> {
    try {
      return await this.#runtime.write(this.partitionFor(request), operation, request, client)
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error
      const code = coordinatorErrorCode(error.code)
      return failed(request.partition, code, errorByCode(code)?.message ?? error.message)
    }
  }

  #prune(partition: number, { beforeOffset }: PruneTask): void {
    if (this.#prunedOffsets.get(partition) === beforeOffset) return
    this.#prunedOffsets.set(partition, beforeOffset)
    this.#onPrunable(partition, beforeOffset)
  }
}

const hasEmptyTopic = ({ topics }: StateRequest<unknown>): boolean =>
  topics.some(({ partitions }) => partitions.length === 0)
