import type { ConsumerGroupConfig } from '../group/group-config.ts'
import type { GroupContext } from '../group/group-types.ts'

/** The interval that a group's own config names, kept within the bounds of the broker. */
const groupInterval = (
  { environment }: GroupContext,
  groupId: string,
  name: string,
  bounds: { readonly normal: number; readonly min: number; readonly max: number },
): number => {
  const own = environment.configOf(groupId).get(name)
  return own === undefined ? bounds.normal : Math.min(Math.max(Number(own), bounds.min), bounds.max)
}

const configOf = (context: GroupContext): ConsumerGroupConfig => context.environment.config.consumerGroup

export const sessionTimeoutMs = (context: GroupContext, groupId: string): number => {
  const { sessionTimeoutMs: normal, minSessionTimeoutMs: min, maxSessionTimeoutMs: max } = configOf(context)
  return groupInterval(context, groupId, 'consumer.session.timeout.ms', { normal, min, max })
}

export const heartbeatIntervalMs = (context: GroupContext, groupId: string): number => {
  const { heartbeatIntervalMs: normal, minHeartbeatIntervalMs: min, maxHeartbeatIntervalMs: max } = configOf(context)
  return groupInterval(context, groupId, 'consumer.heartbeat.interval.ms', { normal, min, max })
}

export const assignmentIntervalMs = (context: GroupContext, groupId: string): number => {
  const { assignmentIntervalMs: normal, minAssignmentIntervalMs: min, maxAssignmentIntervalMs: max } = configOf(context)
  return groupInterval(context, groupId, 'consumer.assignment.interval.ms', { normal, min, max })
}
