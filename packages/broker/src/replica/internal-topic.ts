import {
  GROUP_METADATA_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from '../coordinators/internal-topics.ts'

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  GROUP_METADATA_TOPIC,
  TRANSACTION_STATE_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
])

/** True for the topics in which coordinators keep their state: clients may read them, and only coordinators write. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name)
}
