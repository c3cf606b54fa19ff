import type { ConsumerGroupMember } from './consumer-group-member.ts'
import type { ConsumerGroupOperation } from './consumer-group-operation.ts'
import { groupEpochRecord } from './consumer-group-records.ts'
import type { GroupSubscription } from './subscription.ts'
import { isHomogeneous, metadataHash, subscriptionAfter } from './subscription.ts'

/** Topics that change are told to the group; this is only a bound (Kafka's, about 25 days). */
export const METADATA_REFRESH_INTERVAL_MS = 2_147_483_647

export interface SubscriptionResult {
  readonly groupEpoch: number
  /** Asked only when an assignment is computed: most heartbeats do not look at the others' subscriptions. */
  readonly isHomogeneous: () => boolean
}

export interface SubscriptionUpdate {
  /** As the group knows the member; undefined when it is new to it. */
  readonly known: ConsumerGroupMember | undefined
  readonly updatedMember: ConsumerGroupMember
  /** The subscription has changed, which takes a new epoch. */
  readonly mustBump: boolean
}

/** Looks at the group's topics; when they or the subscription have changed, the group gets its next epoch. */
export const updateSubscriptionMetadata = (
  operation: ConsumerGroupOperation,
  { known, updatedMember, mustBump }: SubscriptionUpdate,
): SubscriptionResult => {
  const { group, context } = operation
  const { groupId, header } = group
  const removed = known === undefined ? [] : [known]
  const subscription = (): GroupSubscription => subscriptionAfter(group, { removed, added: [updatedMember] })
  const result = { groupEpoch: header.groupEpoch, isHomogeneous: () => isHomogeneous(subscription()) }
  if (!mustBump && !group.hasMetadataExpired(context.nowMs)) return result
  const hash = metadataHash(subscription(), group.resolvedRegexes, context.environment.topics)
  if (mustBump || hash !== header.metadataHash) {
    result.groupEpoch++
    operation.write(groupEpochRecord(groupId, result.groupEpoch, hash))
    operation.log('Bumped group epoch.', { epoch: result.groupEpoch })
  }
  const deadlineMs = context.nowMs + METADATA_REFRESH_INTERVAL_MS
  operation.change({ kind: 'setMetadataDeadline', groupId, deadlineMs, epoch: result.groupEpoch })
  return result
}
