import type { GroupConfig } from '../group/group-config.ts'
import { defaultGroupConfig } from '../group/group-config.ts'
import { groupShard } from '../group/group-shard.ts'
import type { GroupTypes, TopicsView } from '../group/group-types.ts'
import { shareShard } from '../share/share-shard.ts'
import type { ShareCoordinatorConfig, ShareTypes } from '../share/share-types.ts'
import { defaultShareCoordinatorConfig } from '../share/share-types.ts'
import { initializeShareState } from '../share/share-operations.ts'
import type { ShareGroupSettings } from '../share-group/share-group-config.ts'
import { abandonInitialization, completeInitialization } from '../share-group/share-state-initialization.ts'
import { settle, ShardBench } from './shard-bench.ts'
import { noExpressions } from './test-topics.ts'

const CLIENT = { clientId: 'broker', clientHost: '/127.0.0.1', apiVersion: 0 }

/** Topics that a test makes and deletes; ids are names with a number. */
export class BenchTopics implements TopicsView {
  readonly #topics = new Map<string, { readonly id: string; readonly partitions: number }>()
  #made = 0

  make(name: string, partitions: number): void {
    const id = this.#topics.get(name)?.id ?? `${name}#${++this.#made}`
    this.#topics.set(name, { id, partitions })
  }

  delete(name: string): string {
    const id = this.topicId(name) ?? ''
    this.#topics.delete(name)
    return id
  }

  hasTopic(name: string): boolean {
    return this.#topics.has(name)
  }

  hasPartition(name: string, partition: number): boolean {
    return partition >= 0 && partition < this.partitionCount(name)
  }

  topicId(name: string): string | undefined {
    return this.#topics.get(name)?.id
  }

  topicName(id: string): string | undefined {
    const name = id.replace(/#.*$/, '')
    return this.topicId(name) === id ? name : undefined
  }

  partitionCount(name: string): number {
    return this.#topics.get(name)?.partitions ?? 0
  }

  topicNames(): Iterable<string> {
    return this.#topics.keys()
  }

  version(): number {
    return this.#made
  }

  newTopicsVersion(): number {
    return this.#made
  }
}

export interface ShareBenchOptions {
  readonly settings?: Partial<ShareGroupSettings>
  readonly coordinator?: Partial<ShareCoordinatorConfig>
}

/** The group coordinator and the share coordinator, each on one partition, as a share group needs both. */
export class ShareBench {
  readonly topics = new BenchTopics()
  readonly clock = { nowMs: 1_000_000 }
  readonly groups: ShardBench<GroupTypes>
  readonly shares: ShardBench<ShareTypes>
  /** What groups have of configs of their own. */
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>()

  constructor({ settings, coordinator }: ShareBenchOptions = {}) {
    const { shareGroup } = defaultGroupConfig
    const config: GroupConfig = { ...defaultGroupConfig, shareGroup: { ...shareGroup, ...settings } }
    const configOf = (groupId: string): ReadonlyMap<string, string> => this.groupConfigs.get(groupId) ?? new Map()
    const { topics } = this
    this.groups = new ShardBench<GroupTypes>(
      groupShard,
      () => ({ config, configOf, topics, expressions: noExpressions }),
      this.clock,
    )
    const shareConfig = { ...defaultShareCoordinatorConfig, ...coordinator }
    const shard = shareShard(shareConfig.snapshotUpdateRecordsPerSnapshot)
    this.shares = new ShardBench<ShareTypes>(shard, () => ({ config: shareConfig, topics }), this.clock)
  }

  async load(): Promise<void> {
    await this.groups.load()
    await this.shares.load()
  }

  /** Lets time pass; what is due fires at its moment, in order. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.clock.nowMs + durationMs
    for (;;) {
      const nextMs = Math.min(this.groups.timers.nextMs ?? Infinity, this.shares.timers.nextMs ?? Infinity)
      if (nextMs > untilMs) break
      this.clock.nowMs = Math.max(this.clock.nowMs, nextMs)
      await this.groups.fireDue()
      await this.shares.fireDue()
    }
    this.clock.nowMs = untilMs
    await settle()
  }

  /** Carries out what groups have asked of the share coordinator; how many tasks that were. */
  async runTasks(isRefused = false): Promise<number> {
    const tasks = this.groups.tasks.splice(0)
    for (const task of tasks) {
      if (task.kind !== 'initializeShareState') continue
      const { groupId, stateEpoch, topics } = task
      let hasFailed = isRefused
      for (const { topicId, partitions } of isRefused ? [] : topics) {
        for (const partition of partitions) {
          const request = { groupId, topicId, partition, stateEpoch, startOffset: -1 }
          const { errorCode } = await this.shares.send(initializeShareState, request, CLIENT)
          hasFailed ||= errorCode !== 0
        }
      }
      const end = hasFailed ? abandonInitialization : completeInitialization
      await this.groups.send(end, { groupId, topics }, CLIENT)
    }
    await settle()
    return tasks.length
  }
}
