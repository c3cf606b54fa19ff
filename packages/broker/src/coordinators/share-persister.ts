/**
 * How this broker itself reads and writes the state of share groups (Kafka: DefaultStatePersister): as a client of the
 * share coordinator that is next door. The topic of the state is made when it is first needed, and a coordinator that is
 * about to be ready is asked again.
 */
import { mapInTurns, type ShareCoordinatorService } from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
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
} from '@milena/protocol/messages'
import type { Clock } from '@milena/runtime'
import type { TopicCreator } from '../replica/topic-creator.ts'
import { SHARE_GROUP_STATE_TOPIC } from './internal-topics.ts'

/** How often a coordinator that is not ready is asked, and the first of the pauses, each twice as long as the last. */
const MAX_ATTEMPTS = 8
const FIRST_BACKOFF_MS = 10

const NOT_READY: ReadonlySet<number> = new Set([
  Errors.COORDINATOR_LOAD_IN_PROGRESS.code,
  Errors.COORDINATOR_NOT_AVAILABLE.code,
  Errors.NOT_COORDINATOR.code,
])

interface StateRequest<Partition> {
  readonly groupId: string
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly Partition[] }[]
}

interface StateResponse<Result> {
  readonly results: readonly { readonly topicId: string; readonly partitions: readonly Result[] }[]
}

export interface SharePersisterOptions {
  readonly coordinator: ShareCoordinatorService
  readonly topicCreator: Pick<TopicCreator, 'create'>
  readonly clock: Clock
}

/** Requests and responses as on the wire. It never rejects: what fails is said for each partition. */
export class SharePersister {
  readonly #options: SharePersisterOptions

  constructor(options: SharePersisterOptions) {
    this.#options = options
  }

  initialize(request: InitializeShareGroupStateRequest): Promise<InitializeShareGroupStateResponse> {
    return this.#perPartition(request, (one: InitializeShareGroupStateRequest) =>
      this.#options.coordinator.initialize(one),
    )
  }

  read(request: ReadShareGroupStateRequest): Promise<ReadShareGroupStateResponse> {
    return this.#perPartition(request, (one: ReadShareGroupStateRequest) => this.#options.coordinator.read(one))
  }

  write(request: WriteShareGroupStateRequest): Promise<WriteShareGroupStateResponse> {
    return this.#perPartition(request, (one: WriteShareGroupStateRequest) => this.#options.coordinator.write(one))
  }

  delete(request: DeleteShareGroupStateRequest): Promise<DeleteShareGroupStateResponse> {
    return this.#perPartition(request, (one: DeleteShareGroupStateRequest) => this.#options.coordinator.delete(one))
  }

  readSummary(request: ReadShareGroupStateSummaryRequest): Promise<ReadShareGroupStateSummaryResponse> {
    return this.#perPartition(request, (one: ReadShareGroupStateSummaryRequest) =>
      this.#options.coordinator.readSummary(one),
    )
  }

  async #perPartition<Partition extends { readonly partition: number }, Result extends { readonly errorCode: number }>(
    { groupId, topics }: StateRequest<Partition>,
    ask: (request: StateRequest<Partition>) => Promise<StateResponse<Result>>,
  ): Promise<StateResponse<Result>> {
    await this.#options.topicCreator.create(SHARE_GROUP_STATE_TOPIC)
    const { clock } = this.#options
    const results = await mapInTurns(clock, topics, async ({ topicId, partitions }) => {
      const answers = await mapInTurns(clock, partitions, (each) =>
        this.#untilReady({ groupId, topics: [{ topicId, partitions: [each] }] }, ask),
      )
      return { topicId, partitions: answers.flat() }
    })
    return { results }
  }

  async #untilReady<Partition, Result extends { readonly errorCode: number }>(
    request: StateRequest<Partition>,
    ask: (request: StateRequest<Partition>) => Promise<StateResponse<Result>>,
  ): Promise<readonly Result[]> {
    for (let attempt = 1; ; attempt++) {
      const partitions = (await ask(request)).results.flatMap((topic) => topic.partitions)
      const isReady = partitions.every(({ errorCode }) => !NOT_READY.has(errorCode))
      if (isReady || attempt === MAX_ATTEMPTS) return partitions
      await this.#pause(FIRST_BACKOFF_MS * 2 ** (attempt - 1))
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.setTimer(delayMs, resolve))
  }
}
