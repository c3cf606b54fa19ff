import { Errors } from '@milena/protocol/messages'
import type { ExpressionEngine } from '../expression/expression.ts'
import { ExpressionError } from '../expression/expression.ts'
import type { GroupContext, GroupResult, GroupState, TopicsView } from '../group/group-types.ts'
import { answered } from '../runtime/coordinator-shard.ts'
import type { ConsumerGroup, ResolvedRegex } from './consumer-group.ts'
import type { ConsumerGroupMember } from './consumer-group-member.ts'
import { hasRegex } from './consumer-group-member.ts'
import { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { groupEpochRecord, regexRecord, regexTombstone } from './consumer-group-records.ts'
import { Refusal } from './refusal.ts'
import { METADATA_REFRESH_INTERVAL_MS } from './subscription-metadata.ts'
import type { ResolvedRegexes } from './subscription.ts'
import { metadataHash, subscriptionAfter } from './subscription.ts'

/** Expressions are not resolved more often than this, whatever happens (Kafka's bound). */
const MIN_REFRESH_INTERVAL_MS = 10_000

/** What a heartbeat did to the group's expressions. */
export interface RegexUpdate {
  readonly isChanged: boolean
  /** The change can be assigned at once: what the new expression stands for is known, or there is none any more. */
  readonly isResolved: boolean
}

const UNCHANGED: RegexUpdate = { isChanged: false, isResolved: false }

/** Why the expression is none, or undefined. */
export const invalidRegex = (regex: string, engine: ExpressionEngine): Refusal | undefined => {
  const pattern = engine.compile(regex)
  if (!(pattern instanceof ExpressionError)) return undefined
  const message = `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${pattern.description}.`
  return new Refusal(Errors.INVALID_REGULAR_EXPRESSION, message)
}

export type TopicsByRegex = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The topics whose whole name matches, for each expression; one that is none matches nothing. Yields after each step, so
 * that who has many topics or hard expressions can do something else in between.
 */
export function* regexResolution(
  regexes: readonly string[],
  topics: TopicsView,
  engine: ExpressionEngine,
): Generator<undefined, TopicsByRegex> {
  const names = [...topics.topicNames()]
  const topicsByRegex = new Map<string, ReadonlySet<string>>()
  for (const regex of regexes) {
    const pattern = engine.compile(regex)
    const matching = new Set<string>()
    topicsByRegex.set(regex, matching)
    yield
    if (pattern instanceof ExpressionError) continue
    for (const name of names) {
      if (pattern.matches(name)) matching.add(name)
      yield
    }
  }
  return topicsByRegex
}

/** All of it at once. */
export const resolveRegexes = (
  regexes: readonly string[],
  topics: TopicsView,
  engine: ExpressionEngine,
): TopicsByRegex => {
  const steps = regexResolution(regexes, topics, engine)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Takes up a member's new expression, and has all of the group resolved when it is time to. */
export const updateRegexes = (
  operation: ConsumerGroupOperation,
  member: ConsumerGroupMember,
  updatedMember: ConsumerGroupMember,
): RegexUpdate | Refusal => {
  const { group } = operation
  const [before, after] = [regexOf(member), regexOf(updatedMember)]
  // Null, empty and absent are all no expression, but a client that changes one for the other has changed something.
  const isChanged = member.subscribedTopicRegex !== updatedMember.subscribedTopicRegex
  const isNew = isChanged && after !== undefined && !group.regexSubscriptions.has(after)
  if (isChanged && before !== undefined && group.regexSubscriptions.get(before) === 1) {
    operation.write(regexTombstone(group.groupId, before))
  }
  const invalid = isNew ? invalidRegex(after, operation.context.environment.expressions()) : undefined
  if (invalid !== undefined) return invalid
  if (isNew || group.regexSubscriptions.size > 0) resolveIfDue(operation, { before, after, isNew })
  if (!isChanged) return UNCHANGED
  const isResolved = after === undefined ? before !== undefined : !isNew && group.resolvedRegexes.has(after)
  return { isChanged, isResolved }
}

const regexOf = (member: ConsumerGroupMember): string | undefined =>
  hasRegex(member) ? (member.subscribedTopicRegex ?? undefined) : undefined

interface RegexChange {
  readonly before: string | undefined
  readonly after: string | undefined
  readonly isNew: boolean
}

/** One round at a time, and none too soon after the last one; the rest is left to a later heartbeat. */
const resolveIfDue = (operation: ConsumerGroupOperation, change: RegexChange): void => {
  const { group, context } = operation
  if (group.isResolvingRegexes) return
  const last = lastResolution(group)
  if (context.nowMs <= last.timestampMs + MIN_REFRESH_INTERVAL_MS) return
  const regexes = regexesAfter(group, change)
  const { config, topics } = context.environment
  const isDue =
    change.isNew ||
    regexes.size !== group.resolvedRegexes.size ||
    last.version < topics.newTopicsVersion() ||
    context.nowMs > last.timestampMs + config.consumerGroup.regexRefreshIntervalMs
  if (!isDue || regexes.size === 0) return
  const { groupId } = group
  operation.change({ kind: 'setResolvingRegexes', groupId, isResolving: true })
  operation.effect({ kind: 'task', task: { kind: 'resolveRegexes', groupId, regexes: [...regexes].sort() } })
}

const regexesAfter = (group: ConsumerGroup, { before, after }: RegexChange): ReadonlySet<string> => {
  const regexes = new Set(group.regexSubscriptions.keys())
  if (before !== undefined && before !== after && group.regexSubscriptions.get(before) === 1) regexes.delete(before)
  if (after !== undefined) regexes.add(after)
  return regexes
}

/** All expressions of a group are resolved together: any of them tells when. */
const lastResolution = (group: ConsumerGroup): Pick<ResolvedRegex, 'version' | 'timestampMs'> => {
  for (const resolved of group.resolvedRegexes.values()) return resolved
  return { version: 0, timestampMs: -Infinity }
}

/** What came of the task `resolveRegexes`. */
export interface RegexResolution {
  readonly groupId: string
  readonly topicsByRegex: TopicsByRegex
  /** Of the metadata against which it was resolved. */
  readonly version: number
}

/** Keeps what the expressions stand for now; where that is not what it was, the group gets a new epoch. */
export const regexesResolved = (
  state: GroupState,
  { groupId, topicsByRegex, version }: RegexResolution,
  context: GroupContext,
): GroupResult<void> => {
  const group = state.groups.get(groupId)
  if (group?.type !== 'consumer') return answered(undefined)
  const operation = new ConsumerGroupOperation(group, context)
  operation.change({ kind: 'setResolvingRegexes', groupId, isResolving: false })
  const resolved = new Map(group.resolvedRegexes.entries())
  let hasChanged = false
  for (const [regex, topics] of topicsByRegex) {
    if (!group.regexSubscriptions.has(regex)) continue
    hasChanged ||= !sameTopics(group.resolvedRegexes.get(regex)?.topics ?? new Set(), topics)
    const now = { topics, version, timestampMs: context.nowMs }
    resolved.set(regex, now)
    operation.write(regexRecord(groupId, regex, now))
  }
  bumpEpochIfChanged(operation, resolved, hasChanged)
  return operation.answerNow(undefined)
}

const bumpEpochIfChanged = (
  operation: ConsumerGroupOperation,
  resolved: ResolvedRegexes,
  hasChanged: boolean,
): void => {
  const { group, context } = operation
  const { groupId, header } = group
  const hash = metadataHash(subscriptionAfter(group, { removed: [], added: [] }), resolved, context.environment.topics)
  if (!hasChanged && hash === header.metadataHash) return
  const epoch = header.groupEpoch + 1
  operation.write(groupEpochRecord(groupId, epoch, hash))
  operation.change({
    kind: 'setMetadataDeadline',
    groupId,
    deadlineMs: context.nowMs + METADATA_REFRESH_INTERVAL_MS,
    epoch,
  })
  operation.log('Bumped group epoch: what its regular expressions stand for has changed.', { epoch })
}

const sameTopics = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  left.size === right.size && [...left].every((topic) => right.has(topic))
