import type { JoinGroupResponse, SyncGroupResponse } from '@milena/protocol/messages'
import type { CoordinatorOutcome, LogFields, RequestId } from '../runtime/coordinator-shard.ts'
import type { ClassicGroup } from './classic-group.ts'
import { ClassicGroupDraft } from './classic-group-draft.ts'
import type { ClassicMember } from './classic-member.ts'
import type { GroupContext, GroupEffect, GroupEvent, GroupRecord, GroupResult, GroupTypes } from './group-types.ts'

/**
 * One operation on one classic group while it is being decided: the group's working copy and everything that shall
 * happen. The state that it started from is not touched.
 */
export class GroupOperation {
  readonly group: ClassicGroupDraft
  readonly context: GroupContext
  readonly #records: GroupRecord[] = []
  readonly #effects: GroupEffect[] = []
  #ifRefused: GroupEvent | undefined

  constructor(group: ClassicGroup, context: GroupContext) {
    this.group = new ClassicGroupDraft(group)
    this.context = context
  }

  get hasRecords(): boolean {
    return this.#records.length > 0
  }

  write(record: GroupRecord): void {
    this.#records.push(record)
  }

  ifRefused(event: GroupEvent): void {
    this.#ifRefused = event
  }

  reply(requestId: RequestId, value: JoinGroupResponse | SyncGroupResponse): void {
    this.#effects.push({ kind: 'reply', requestId, value })
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

  /** Gives the member a full session from now on. */
  prolongSession(member: ClassicMember): void {
    this.setTimer(member.sessionTimerKey, member.sessionTimeoutMs, member.sessionEvent)
  }

  outcome(): CoordinatorOutcome<GroupTypes> {
    return {
      records: this.#records,
      changes: [{ kind: 'setGroup', group: this.group.finish() }],
      effects: this.#effects,
      ...(this.#ifRefused === undefined ? undefined : { ifRefused: this.#ifRefused }),
    }
  }

  answerNow<Response>(value: Response): GroupResult<Response> {
    return { ...this.outcome(), answer: { kind: 'now', value } }
  }

  /** The request waits; a `reply` effect, perhaps of this very operation, answers it. */
  answerLater<Response>(): GroupResult<Response> {
    return { ...this.outcome(), answer: { kind: 'later' } }
  }
}
