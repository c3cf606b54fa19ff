import { sessionTimerKey } from '../group/classic-member.ts'
import type {
  GroupChange,
  GroupContext,
  GroupEffect,
  GroupEvent,
  GroupRecord,
  GroupResult,
  GroupTypes,
} from '../group/group-types.ts'
import type { CoordinatorOutcome, LogFields } from '../runtime/coordinator-shard.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import { sessionTimeoutMs } from './consumer-group-configs.ts'

export const rebalanceTimerKey = (groupId: string, memberId: string): string => `rebalance-${groupId}-${memberId}`
export const classicJoinTimerKey = (groupId: string, memberId: string): string => `classic-join-${groupId}-${memberId}`
export const classicSyncTimerKey = (groupId: string, memberId: string): string => `classic-sync-${groupId}-${memberId}`

/**
 * One operation on one consumer group while it is being decided: what shall be written and happen. The group is as it
 * was before (for a group that is about to be made, a draft); what becomes of it is in the records.
 */
export class ConsumerGroupOperation {
  readonly group: ConsumerGroup
  readonly context: GroupContext
  readonly #records: GroupRecord[] = []
  readonly #changes: GroupChange[] = []
  readonly #effects: GroupEffect[] = []

  constructor(group: ConsumerGroup, context: GroupContext) {
    this.group = group
    this.context = context
  }

  write(...records: readonly GroupRecord[]): void {
    for (const record of records) this.#records.push(record)
  }

  change(change: GroupChange): void {
    this.#changes.push(change)
  }

  effect(...effects: readonly GroupEffect[]): void {
    this.#effects.push(...effects)
  }

  /** Takes over what another operation wants: the group changes its kind in the middle of this one. */
  include({ records, changes, effects }: CoordinatorOutcome<GroupTypes>): void {
    for (const record of records) this.#records.push(record)
    for (const change of changes) this.#changes.push(change)
    for (const effect of effects) this.#effects.push(effect)
  }

  setTimer(key: string, delayMs: number, event: GroupEvent): void {
    this.#effects.push({ kind: 'setTimer', key, delayMs, event })
  }

  cancelTimer(key: string): void {
    this.#effects.push({ kind: 'cancelTimer', key })
  }

  log(message: string, fields: LogFields = {}): void {
    this.#effects.push({ kind: 'log', level: 'info', message, fields: { group: this.group.groupId, ...fields } })
  }

  /** Gives the member a full session from now on; a classic member brought its own length of it. */
  prolongSession(member: ConsumerGroupMember): void {
    const { groupId } = this.group
    const delayMs = member.classicMetadata?.sessionTimeoutMs ?? sessionTimeoutMs(this.context, groupId)
    this.setTimer(sessionTimerKey(groupId, member.memberId), delayMs, {
      kind: 'consumerMemberExpired',
      groupId,
      memberId: member.memberId,
      reason: 'the member session expired',
    })
  }

  setRebalanceTimer({ memberId, memberEpoch, rebalanceTimeoutMs }: ConsumerGroupMember): void {
    const { groupId } = this.group
    this.setTimer(rebalanceTimerKey(groupId, memberId), rebalanceTimeoutMs, {
      kind: 'consumerRebalanceExpired',
      groupId,
      memberId,
      memberEpoch,
    })
  }

  /** A classic member was told to join: it has as long as it said, from the first time on. */
  awaitJoin({ memberId, rebalanceTimeoutMs }: ConsumerGroupMember): void {
    const { groupId, awaitedJoins } = this.group
    if (awaitedJoins.has(memberId)) return
    this.change({ kind: 'setAwaitedJoin', groupId, memberId, isAwaited: true })
    this.setTimer(classicJoinTimerKey(groupId, memberId), rebalanceTimeoutMs, {
      kind: 'consumerMemberExpired',
      groupId,
      memberId,
      reason: 'the classic member failed to join within the rebalance timeout',
    })
  }

  stopAwaitingJoin(memberId: string): void {
    const { groupId, awaitedJoins } = this.group
    if (!awaitedJoins.has(memberId)) return
    this.change({ kind: 'setAwaitedJoin', groupId, memberId, isAwaited: false })
    this.cancelTimer(classicJoinTimerKey(groupId, memberId))
  }

  /** Joined, the classic member comes for its assignment. */
  awaitSync({ memberId, rebalanceTimeoutMs }: ConsumerGroupMember): void {
    const { groupId } = this.group
    this.setTimer(classicSyncTimerKey(groupId, memberId), rebalanceTimeoutMs, {
      kind: 'consumerMemberExpired',
      groupId,
      memberId,
      reason: 'the member failed to sync within timeout',
    })
  }

  /** The member is gone: nothing is awaited of it. */
  cancelTimers(memberId: string): void {
    const { groupId } = this.group
    this.cancelTimer(sessionTimerKey(groupId, memberId))
    this.cancelTimer(rebalanceTimerKey(groupId, memberId))
    this.stopAwaitingJoin(memberId)
    this.cancelTimer(classicSyncTimerKey(groupId, memberId))
  }

  outcome(): CoordinatorOutcome<GroupTypes> {
    return { records: this.#records, changes: this.#changes, effects: this.#effects }
  }

  answerNow<Response>(value: Response): GroupResult<Response> {
    return { ...this.outcome(), answer: { kind: 'now', value } }
  }
}
