/** What ShareFetch and ShareAcknowledge have in common: who asks, and where else to ask. */
import { Errors } from '@milena/protocol/messages'
import { ApiError } from '../request/api-error.ts'
import { brokerNode } from '../request/broker-nodes.ts'
import type { BrokerNode } from '../request/broker-nodes.ts'
import type { RequestContext } from '../request/handler.ts'
import { requireShareGroups } from '../request/share-groups.ts'
import type { ShareSessionKey } from './share-session.ts'

/** As long as a UUID is when it is written for people. */
const MAX_MEMBER_ID_LENGTH = 36

/** The member that asks. Throws an ApiError when share groups are not to be had, or this is none. */
export function sessionKeyOf(
  { groupId, memberId }: { readonly groupId: string | null; readonly memberId: string | null },
  context: RequestContext,
): ShareSessionKey {
  requireShareGroups(context)
  if (groupId === null || memberId === null || memberId === '' || memberId.length > MAX_MEMBER_ID_LENGTH) {
    throw new ApiError(Errors.INVALID_REQUEST)
  }
  return { groupId, memberId }
}

/** Gathers who leads instead, for partitions that this broker does not (KIP-951). */
export class CurrentLeaders {
  readonly #context: RequestContext
  readonly #nodes = new Map<number, BrokerNode>()

  constructor(context: RequestContext) {
    this.#context = context
  }

  get nodes(): BrokerNode[] {
    return [...this.#nodes.values()]
  }

  /** What a partition's answer says of its leader; nothing unless the error means that there is another. */
  of(
    topic: string | null,
    partition: number,
    errorCode: number,
  ): { readonly currentLeader?: { readonly leaderId: number; readonly leaderEpoch: number } } {
    if (errorCode !== Errors.NOT_LEADER_OR_FOLLOWER.code && errorCode !== Errors.FENCED_LEADER_EPOCH.code) return {}
    const image = this.#context.services.metadata.image.topics.get(topic ?? '')?.partitions[partition]
    if (image === undefined) return {}
    const node = brokerNode(this.#context, image.leader)
    if (node !== undefined) this.#nodes.set(node.nodeId, node)
    return { currentLeader: { leaderId: image.leader, leaderEpoch: image.leaderEpoch } }
  }
}

/** Puts what belongs to one topic together, in the order in which topics first come. */
export function byTopic<Result extends { readonly topicId: string }, Answer>(
  results: readonly Result[],
  answer: (result: Result) => Answer,
): { topicId: string; partitions: Answer[] }[] {
  const topics = new Map<string, Answer[]>()
  for (const result of results) {
    const partitions = topics.get(result.topicId) ?? []
    partitions.push(answer(result))
    topics.set(result.topicId, partitions)
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }))
}
