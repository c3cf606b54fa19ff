import { TimelineMap } from '../runtime/timeline-map.ts'
import type { GroupState, OffsetAndMetadata } from './group-types.ts'
import type { OffsetPlace } from './group-records.ts'

/** The newest commit for a partition, whether the log has committed it yet or not. */
export const offsetOf = (
  state: GroupState,
  { groupId, topic, partition }: OffsetPlace,
): OffsetAndMetadata | undefined => state.offsets.get(groupId)?.get(topic)?.get(partition)

export const putOffset = (state: GroupState, place: OffsetPlace, offset: OffsetAndMetadata): void => {
  let topics = state.offsets.get(place.groupId)
  if (topics === undefined) state.offsets.set(place.groupId, (topics = new TimelineMap(state.clock)))
  let partitions = topics.get(place.topic)
  if (partitions === undefined) topics.set(place.topic, (partitions = new TimelineMap(state.clock)))
  partitions.set(place.partition, offset)
}

export const removeOffset = (state: GroupState, { groupId, topic, partition }: OffsetPlace): void => {
  const topics = state.offsets.get(groupId)
  const partitions = topics?.get(topic)
  if (topics === undefined || partitions === undefined) return
  partitions.delete(partition)
  if (partitions.size === 0) topics.delete(topic)
  if (topics.size === 0) state.offsets.delete(groupId)
}

/** Every partition that a group has committed an offset for. */
export function* offsetsOfGroup(
  state: GroupState,
  groupId: string,
): IterableIterator<[OffsetPlace, OffsetAndMetadata]> {
  const topics = state.offsets.get(groupId)
  if (topics === undefined) return
  for (const [topic, partitions] of topics.entries()) {
    for (const [partition, offset] of partitions.entries()) yield [{ groupId, topic, partition }, offset]
  }
}

/** Is the partition's offset about to be changed by a transaction that has not ended? */
export const hasPendingTransactionalOffset = (state: GroupState, place: OffsetPlace): boolean =>
  state.pending.has(place)
