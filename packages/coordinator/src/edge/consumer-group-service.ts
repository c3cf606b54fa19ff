import type {
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@milena/protocol'
import { Errors } from '@milena/protocol'
import { describeConsumerGroupError, describeConsumerGroups } from '../consumer-group/consumer-group-describe.ts'
import type { DescribedConsumerGroup } from '../consumer-group/consumer-group-describe.ts'
import { consumerGroupHeartbeat, heartbeatError } from '../consumer-group/consumer-group-heartbeat.ts'
import type { ConsumerGroupTask } from '../consumer-group/consumer-group-types.ts'
import { invalidHeartbeat } from '../consumer-group/invalid-heartbeat.ts'
import { regexesResolved, regexResolution } from '../consumer-group/regular-expressions.ts'
import type { TopicsByRegex } from '../consumer-group/regular-expressions.ts'
import { topicsChanged } from '../consumer-group/topics-changed.ts'
import type { GroupConfig } from '../group/group-config.ts'
import type { GroupTypes, TopicsView } from '../group/group-types.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import type { CoordinatorRuntime, RequestClient } from './coordinator-runtime.ts'
import type { Clock, Logger } from './ports.ts'

export interface ConsumerGroupServiceOptions {
  readonly runtime: CoordinatorRuntime<GroupTypes>
  readonly config: GroupConfig
  readonly topics: TopicsView
  readonly clock: Clock
  readonly logger: Logger
  readonly partitionFor: (groupId: string) => number
  readonly errorCodeOf: (error: unknown) => number
  readonly perGroup: (
    groupIds: readonly string[],
    ask: (partition: number, groupIds: readonly string[]) => Promise<readonly DescribedConsumerGroup[]>,
    failed: (groupId: string, errorCode: number) => DescribedConsumerGroup,
  ) => Promise<DescribedConsumerGroup[]>
}

/** How long expressions are resolved at a stretch. */
const TURN_MS = 5

/** On whose behalf the broker itself acts. */
const NOBODY: RequestClient = { clientId: '', clientHost: '', apiVersion: 0 }

/** The half of the group coordinator service that KIP-848 brings: heartbeats, descriptions, topics that change. */
export class ConsumerGroupService {
  readonly #options: ConsumerGroupServiceOptions

  constructor(options: ConsumerGroupServiceOptions) {
    this.#options = options
  }

  async heartbeat(
    request: ConsumerGroupHeartbeatRequest,
    client: RequestClient,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const { runtime, config, partitionFor, errorCodeOf } = this.#options
    try {
      const partition = partitionFor(request.groupId)
      const invalid = invalidHeartbeat(request, client.apiVersion, config.consumerGroup)
      if (invalid !== undefined) return heartbeatError(invalid.errorCode, invalid.message)
      return await runtime.write(partition, consumerGroupHeartbeat, request, client)
    } catch (error) {
      return heartbeatError(errorCodeOf(error))
    }
  }

  async describe(request: ConsumerGroupDescribeRequest, client: RequestClient): Promise<ConsumerGroupDescribeResponse> {
    const groups = await this.#options.perGroup(
      request.groupIds.filter((groupId) => groupId !== ''),
      (partition, groupIds) => this.#options.runtime.read(partition, describeConsumerGroups, groupIds, client),
      (groupId, errorCode) => describeConsumerGroupError(groupId, errorCode),
    )
    const described = new Map(groups.map((group) => [group.groupId, group]))
    return {
      throttleTimeMs: 0,
      groups: request.groupIds.map(
        (groupId) => described.get(groupId) ?? describeConsumerGroupError(groupId, Errors.INVALID_GROUP_ID.code),
      ),
    }
  }

  /** Topics appeared, grew or vanished. */
  onTopicsChanged(names: ReadonlySet<string>): void {
    const { runtime } = this.#options
    for (const partition of runtime.partitions) {
      void this.#ofOwnAccord(partition, () => runtime.write(partition, topicsChanged, names, NOBODY))
    }
  }

  /** Looks through all topics in turns of its own, so that nobody is held up, nor the heartbeat that asked for it. */
  startTask(partition: number, { groupId, regexes }: ConsumerGroupTask): void {
    const { runtime, clock, topics } = this.#options
    clock.setTimer(0, () => {
      const version = topics.version()
      this.#inTurns(regexResolution(regexes, topics), (topicsByRegex) => {
        const resolution = { groupId, topicsByRegex, version }
        void this.#ofOwnAccord(partition, () => runtime.write(partition, regexesResolved, resolution, NOBODY))
      })
    })
  }

  #inTurns(steps: Iterator<undefined, TopicsByRegex>, done: (topicsByRegex: TopicsByRegex) => void): void {
    const { clock } = this.#options
    const endMs = clock.monotonicMs() + TURN_MS
    do {
      const step = steps.next()
      if (step.done === true) return done(step.value)
    } while (clock.monotonicMs() < endMs)
    clock.setTimer(0, () => this.#inTurns(steps, done))
  }

  /** Nobody waits for it. Whoever coordinates the partition next looks at everything anew. */
  async #ofOwnAccord(partition: number, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error
      this.#options.logger.debug('Could not tell groups of topics that changed.', { partition, error: error.message })
    }
  }
}
