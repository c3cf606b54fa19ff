import { offsetTombstone } from './group-records.ts'
import type { GroupRecord, GroupResult, GroupState } from './group-types.ts'
import { offsetOf } from './offsets.ts'

export interface DeletedTopic {
  readonly name: string
}

/** Topics are gone: so are the offsets that groups committed for them. */
export const dropOffsetsOfTopics = (state: GroupState, topics: ReadonlySet<string>): GroupResult<void> => {
  const records: GroupRecord[] = []
  for (const [groupId, offsets] of state.offsets.entries()) {
    for (const topic of topics) {
      for (const partition of offsets.get(topic)?.keys() ?? [])
        records.push(offsetTombstone({ groupId, topic, partition }))
    }
  }
  for (const place of state.pending.places()) {
    if (topics.has(place.topic) && offsetOf(state, place) === undefined) records.push(offsetTombstone(place))
  }
  return { records, changes: [], effects: [], divisible: true, answer: { kind: 'now', value: undefined } }
}
