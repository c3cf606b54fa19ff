import type { ShareGroupStatePartitionMetadataValue } from '@milena/protocol/messages'

export interface TopicPartitions {
  readonly name: string
  readonly partitions: ReadonlySet<number>
}

/** By topic id. */
export type PartitionsOfTopics = ReadonlyMap<string, TopicPartitions>

/**
 * Where the partitions of a share group stand with the share coordinator. Only those that are initialised are given to
 * members.
 */
export interface StatePartitions {
  /** The share coordinator has been asked, or will be, to begin their state. */
  readonly initializing: PartitionsOfTopics
  readonly initialized: PartitionsOfTopics
  /** Topics, by id with their name, whose state is being dropped. */
  readonly deleting: ReadonlyMap<string, string>
}

export const NO_STATE_PARTITIONS: StatePartitions = {
  initializing: new Map(),
  initialized: new Map(),
  deleting: new Map(),
}

/** All of both; of a topic in both, the name that the second one has. */
export const unitePartitions = (a: PartitionsOfTopics, b: PartitionsOfTopics): PartitionsOfTopics => {
  const united = new Map(a)
  for (const [topicId, { name, partitions }] of b) {
    united.set(topicId, { name, partitions: new Set([...(a.get(topicId)?.partitions ?? []), ...partitions]) })
  }
  return united
}

/** What is in the first and not in the second; topics of which nothing is left are gone. */
export const withoutPartitions = (
  from: PartitionsOfTopics,
  what: ReadonlyMap<string, ReadonlySet<number>>,
): PartitionsOfTopics => {
  const left = new Map<string, TopicPartitions>()
  for (const [topicId, { name, partitions }] of from) {
    const taken = what.get(topicId)
    const kept =
      taken === undefined ? partitions : new Set([...partitions].filter((partition) => !taken.has(partition)))
    if (kept.size > 0) left.set(topicId, { name, partitions: kept })
  }
  return left
}

export const withoutTopics = <Value>(
  from: ReadonlyMap<string, Value>,
  topicIds: { has(topicId: string): boolean },
): ReadonlyMap<string, Value> => new Map([...from].filter(([topicId]) => !topicIds.has(topicId)))

export const rangeOfPartitions = (count: number): ReadonlySet<number> =>
  new Set(Array.from({ length: count }, (_, partition) => partition))

type Written = ShareGroupStatePartitionMetadataValue['initializedTopics']

const writtenTopics = (topics: PartitionsOfTopics): Written =>
  Array.from(topics, ([topicId, { name, partitions }]) => ({ topicId, topicName: name, partitions: [...partitions] }))

const readTopics = (topics: Written): PartitionsOfTopics =>
  new Map(
    topics.map(({ topicId, topicName, partitions }) => [topicId, { name: topicName, partitions: new Set(partitions) }]),
  )

export const writtenStatePartitions = (partitions: StatePartitions): ShareGroupStatePartitionMetadataValue => ({
  initializingTopics: writtenTopics(partitions.initializing),
  initializedTopics: writtenTopics(partitions.initialized),
  deletingTopics: Array.from(partitions.deleting, ([topicId, topicName]) => ({ topicId, topicName })),
})

export const readStatePartitions = (value: ShareGroupStatePartitionMetadataValue): StatePartitions => ({
  initializing: readTopics(value.initializingTopics),
  initialized: readTopics(value.initializedTopics),
  deleting: new Map(value.deletingTopics.map(({ topicId, topicName }) => [topicId, topicName])),
})
