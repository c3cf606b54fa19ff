import type { GroupEnvironment } from '../group/group-types.ts'

/** `group.share.*`: what the broker's configuration says of share groups. */
export interface ShareGroupSettings {
  readonly sessionTimeoutMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly minHeartbeatIntervalMs: number
  readonly maxHeartbeatIntervalMs: number
  /** The shortest time between two target assignments. */
  readonly assignmentIntervalMs: number
  readonly minAssignmentIntervalMs: number
  readonly maxAssignmentIntervalMs: number
  readonly maxSize: number
  /** How long to wait before the state of a partition is initialised again. */
  readonly initializeRetryIntervalMs: number
}

export const defaultShareGroupSettings: ShareGroupSettings = Object.freeze({
  sessionTimeoutMs: 45_000,
  minSessionTimeoutMs: 45_000,
  maxSessionTimeoutMs: 60_000,
  heartbeatIntervalMs: 5_000,
  minHeartbeatIntervalMs: 5_000,
  maxHeartbeatIntervalMs: 15_000,
  assignmentIntervalMs: 1_000,
  minAssignmentIntervalMs: 0,
  maxAssignmentIntervalMs: 15_000,
  maxSize: 200,
  initializeRetryIntervalMs: 30_000,
})

/** The settings of one share group. */
export type ShareGroupConfig = Pick<
  ShareGroupSettings,
  'sessionTimeoutMs' | 'heartbeatIntervalMs' | 'assignmentIntervalMs' | 'maxSize' | 'initializeRetryIntervalMs'
>

/**
 * What the group's own configs say, else what the broker's do. A value from before the broker's bounds were narrowed is
 * brought within them.
 */
export const shareGroupConfigOf = ({ config, configOf }: GroupEnvironment, groupId: string): ShareGroupConfig => {
  const settings = config.shareGroup
  const own = configOf(groupId)
  const within = (name: string, fallback: number, least: number, most: number): number => {
    const value = own.get(name)
    return value === undefined ? fallback : Math.min(Math.max(Number(value), least), most)
  }
  return {
    sessionTimeoutMs: within(
      'share.session.timeout.ms',
      settings.sessionTimeoutMs,
      settings.minSessionTimeoutMs,
      settings.maxSessionTimeoutMs,
    ),
    heartbeatIntervalMs: within(
      'share.heartbeat.interval.ms',
      settings.heartbeatIntervalMs,
      settings.minHeartbeatIntervalMs,
      settings.maxHeartbeatIntervalMs,
    ),
    assignmentIntervalMs: within(
      'share.assignment.interval.ms',
      settings.assignmentIntervalMs,
      settings.minAssignmentIntervalMs,
      settings.maxAssignmentIntervalMs,
    ),
    maxSize: settings.maxSize,
    initializeRetryIntervalMs: settings.initializeRetryIntervalMs,
  }
}
