import type { KafkaError } from '@milena/protocol/messages'
import { Errors } from '@milena/protocol/messages'
import type { Group, GroupState } from '../group/group-types.ts'
import type { ShareGroup } from './share-group.ts'

/** Why a request cannot be done, in Kafka's code and in words. */
export interface Refusal {
  readonly error: KafkaError
  readonly message: string
}

export const isRefusal = (value: Refusal | object): value is Refusal => 'error' in value && 'message' in value

export const refusal = (error: KafkaError, message = error.message): Refusal => ({ error, message })

/** A group of another kind is none, for those who ask for a share group. */
export const shareGroupOf = (state: GroupState, groupId: string): ShareGroup | Refusal =>
  asShareGroup(state.groups.get(groupId), groupId)

export const committedShareGroupOf = (state: GroupState, groupId: string): ShareGroup | Refusal =>
  asShareGroup(state.groups.getCommitted(groupId), groupId)

const asShareGroup = (group: Group | undefined, groupId: string): ShareGroup | Refusal => {
  if (group === undefined) return refusal(Errors.GROUP_ID_NOT_FOUND, `Group ${groupId} not found.`)
  if (group.type === 'share') return group
  return refusal(Errors.GROUP_ID_NOT_FOUND, `Group ${groupId} is not a share group.`)
}
