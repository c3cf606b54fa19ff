import { regexesResolved, resolveRegexes } from '../consumer-group/regular-expressions.ts'
import { topicsChanged } from '../consumer-group/topics-changed.ts'
import { loadExpressionEngine } from '../edge/expression-engine.ts'
import type { GroupConfig } from '../group/group-config.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import { groupShard } from '../group/group-shard.ts'
import type { GroupTypes } from '../group/group-types.ts'
import type { ClientContext } from '../runtime/coordinator-shard.ts'
import { settle, ShardBench } from './shard-bench.ts'
import { TestTopics } from './test-topics.ts'

const engine = await loadExpressionEngine()

const BROKER: ClientContext = { clientId: 'broker', clientHost: '/127.0.0.1', apiVersion: 0 }

/** Nobody waits for what the broker does of its own accord. */
const ignore = (): void => undefined

/** The group coordinator of one partition under a clock, a log and a source of ids that a test controls. */
export class GroupBench extends ShardBench<GroupTypes> {
  /** All exist, as long as none is named. */
  readonly topics = new TestTopics()
  /** By group id. */
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>()
  readonly config: GroupConfig

  constructor(config: Partial<GroupConfig> = {}) {
    super(groupShard, () => ({
      config: this.config,
      configOf: (groupId) => this.groupConfigs.get(groupId) ?? new Map(),
      topics: this.topics,
      expressions: () => engine,
    }))
    this.config = { ...defaultGroupConfig, ...config }
    this.writeTimeoutMs = this.config.offsetsCommitTimeoutMs
  }

  /** A topic appears, grows, or, with no partitions, vanishes. */
  setTopic(name: string, partitions: number): void {
    this.topics.set(name, partitions)
    this.send(topicsChanged, new Set([name]), BROKER).then(ignore, ignore)
  }

  override async settle(): Promise<void> {
    // A task that was started takes a turn of its own.
    for (let turn = 0; turn < 2; turn++) await settle()
  }

  /** What the service does at the edge. Share state is initialized by tests that care for it. */
  override startTask(task: GroupTypes['task']): void {
    if (task.kind !== 'resolveRegexes') return
    const { groupId, regexes } = task
    setImmediate(() => {
      const version = this.topics.version()
      const resolution = { groupId, topicsByRegex: resolveRegexes(regexes, this.topics, engine), version }
      this.send(regexesResolved, resolution, BROKER).then(ignore, ignore)
    })
  }
}
