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
import { topicsChanged } from '../consumer-group/topics-changed.ts'
import type { ExpressionEngine } from '../expression/expression.ts'
import type { GroupConfig } from '../group/group-config.ts'
import type { GroupTypes, TopicsView } from '../group/group-types.ts'
import { CoordinatorError } from '../runtime/coordinator-error.ts'
import type { CoordinatorRuntime, RequestClient } from './coordinator-runtime.ts'
import type { Clock, Logger } from './ports.ts'
import { inTurns } from './turns.ts'

export interface ConsumerGroupServiceOptions {
  readonly runtime: CoordinatorRuntime<GroupTypes>
  readonly config: GroupConfig
  readonly topics: TopicsView
  readonly clock: Clock
  readonly logger: Logger
  /** Heartbeats with an expression wait for it. */
  readonly loadExpressions: () => Promise<ExpressionEngine>
  readonly partitionFor: (groupId: string) => number
  readonly errorCodeOf: (error: unknown) => number
  readonly perGroup: (
    groupIds: readonly string[],
    ask: (partition: number, groupIds: readonly string[]) => Promise<readonly DescribedConsumerGroup[]>,
    failed: (groupId: string, errorCode: number) => DescribedConsumerGroup,
  ) => Promise<DescribedConsumerGroup[]>
}

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
      if ((request.subscribedTopicRegex ?? '') !== '') await this.#options.loadExpressions()
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

  /** Looks through all topics in turns, so that nobody is held up, nor the heartbeat that asked for it. */
  startTask(partition: number, { groupId, regexes }: ConsumerGroupTask): void {
    const { runtime, clock, topics, logger } = this.#options
    const resolve = async (): Promise<void> => {
      const engine = await this.#options.loadExpressions()
      const version = topics.version()
      const topicsByRegex = await inTurns(clock, regexResolution(regexes, topics, engine))
      const resolution = { groupId, topicsByRegex, version }
      await this.#ofOwnAccord(partition, () => runtime.write(partition, regexesResolved, resolution, NOBODY))
    }
    clock.setTimer(0, () => {
      resolve().catch((error: unknown) =>
        logger.error('Regular expressions could not be resolved.', { groupId, error }),
      )
    })
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
