import { answered } from '../runtime/coordinator-shard.ts'
import type {
  GroupChange,
  GroupContext,
  GroupEffect,
  GroupRecord,
  GroupResult,
  GroupState,
  TopicsView,
} from '../group/group-types.ts'
import type { ShareGroup } from './share-group.ts'
import { isRefusal, shareGroupOf } from './share-group-lookup.ts'
import { statePartitionsRecord } from './share-group-records.ts'
import type { ShareGroupConfig } from './share-group-config.ts'
import type { PartitionsOfTopics, StatePartitions } from './state-partitions.ts'
import { rangeOfPartitions, unitePartitions, withoutPartitions, withoutTopics } from './state-partitions.ts'

export interface InitializationNeed {
  readonly group: ShareGroup
  readonly groupEpoch: number
  /** The topics that members subscribe to. */
  readonly topics: Iterable<string>
  readonly config: ShareGroupConfig
  readonly context: GroupContext
}

export interface Collected {
  readonly records: GroupRecord[]
  readonly changes: GroupChange[]
  readonly effects: GroupEffect[]
}

/**
 * Partitions that nobody has consumed for this group yet need a state first. The log learns that it is being begun, the
 * share coordinator is asked as a task, and what it said comes back as `completeInitialization` or
 * `abandonInitialization`. If nothing comes back, a later heartbeat begins again.
 */
export const beginInitialization = (
  { group, groupEpoch, topics, config, context }: InitializationNeed,
  collected: Collected,
): void => {
  const { groupId } = group
  const missing = partitionsToInitialize(group, topics, config, context)
  if (missing.size === 0) return
  collected.records.push(statePartitionsRecord(groupId, withInitializing(group.statePartitions, missing)))
  collected.changes.push({
    kind: 'shareInitializationBegun',
    groupId,
    topicIds: [...missing.keys()],
    atMs: context.nowMs,
  })
  const asked = Array.from(missing, ([topicId, { partitions }]) => ({ topicId, partitions: [...partitions] }))
  const task = { kind: 'initializeShareState', groupId, stateEpoch: groupEpoch, topics: asked } as const
  collected.effects.push({ kind: 'task', task })
}

/** What was in the middle of being deleted is needed again, and so is not being deleted. */
export const withInitializing = (known: StatePartitions, more: PartitionsOfTopics): StatePartitions => {
  const initializing = unitePartitions(known.initializing, more)
  return { initializing, initialized: known.initialized, deleting: withoutTopics(known.deleting, initializing) }
}

const partitionsToInitialize = (
  group: ShareGroup,
  names: Iterable<string>,
  { initializeRetryIntervalMs }: ShareGroupConfig,
  { nowMs, environment }: GroupContext,
): PartitionsOfTopics => {
  const { initializing, initialized } = group.statePartitions
  const missing = new Map<string, { name: string; partitions: Set<number> }>()
  for (const name of names) {
    const topicId = environment.topics.topicId(name)
    if (topicId === undefined) continue
    const begunMs = group.initializationsBegunMs.get(topicId)
    const isUnderWay = begunMs !== undefined && nowMs - begunMs < initializeRetryIntervalMs
    const dealtWith = new Set([
      ...(initialized.get(topicId)?.partitions ?? []),
      ...(isUnderWay ? (initializing.get(topicId)?.partitions ?? []) : []),
    ])
    const count = environment.topics.partitionCount(name)
    if (dealtWith.size >= count) continue
    const partitions = new Set([...rangeOfPartitions(count)].filter((partition) => !dealtWith.has(partition)))
    missing.set(topicId, { name, partitions })
  }
  return missing
}

export interface InitializationEnd {
  readonly groupId: string
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
}

/** The share coordinator has begun the state of the partitions: they may be given to members from now on. */
export const completeInitialization = (
  state: GroupState,
  { groupId, topics }: InitializationEnd,
  { environment }: GroupContext,
): GroupResult<void> => {
  const group = shareGroupOf(state, groupId)
  // The group may have been deleted meanwhile, and its state with it.
  if (isRefusal(group) || topics.length === 0) return answered(undefined)
  const { initializing, initialized, deleting } = group.statePartitions
  const done = namedPartitions(topics, group, environment.topics)
  const left = withoutPartitions(initializing, partitionsOf(topics))
  const partitions = { initializing: left, initialized: unitePartitions(initialized, done), deleting }
  return ending([statePartitionsRecord(groupId, partitions)])
}

/** The share coordinator could not: a later heartbeat tries again. */
export const abandonInitialization = (state: GroupState, { groupId, topics }: InitializationEnd): GroupResult<void> => {
  const group = shareGroupOf(state, groupId)
  if (isRefusal(group) || topics.length === 0) return answered(undefined)
  const { statePartitions } = group
  if (statePartitions.initializing.size === 0) return answered(undefined)
  const initializing = withoutPartitions(statePartitions.initializing, partitionsOf(topics))
  return ending([statePartitionsRecord(groupId, { ...statePartitions, initializing })])
}

const ending = (records: readonly GroupRecord[]): GroupResult<void> => ({
  records,
  changes: [],
  effects: [],
  answer: { kind: 'now', value: undefined },
})

const partitionsOf = (topics: InitializationEnd['topics']): ReadonlyMap<string, ReadonlySet<number>> =>
  new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))

/** A topic may be deleted by the time its initialisation is done: its name is then the one that was written before. */
const namedPartitions = (
  topics: InitializationEnd['topics'],
  { statePartitions }: ShareGroup,
  view: TopicsView,
): PartitionsOfTopics =>
  new Map(
    topics.map(({ topicId, partitions }) => {
      const name = view.topicName(topicId) ?? statePartitions.initializing.get(topicId)?.name ?? '<UNKNOWN>'
      return [topicId, { name, partitions: new Set(partitions) }]
    }),
  )
