import { apis } from '../apis.ts'
import type { KafkaClient } from '../cluster/kafka-client.ts'
import { KafkaError, failure, success, type Outcome } from '../kafka-error.ts'
import { byCoordinator, perKey, type CallOptions } from './per-key.ts'

export interface GroupListing {
  readonly groupId: string
  /** '' for a group that only commits offsets. */
  readonly protocolType: string
  /** As the broker writes it (`Stable`, `Empty`…); '' from brokers before version 4 of ListGroups. */
  readonly state: string
  /** `classic`, `consumer`, `share`, `streams`; '' from brokers before version 5. */
  readonly type: string
}

export interface ListGroupsOptions extends CallOptions {
  readonly states?: readonly string[]
  readonly types?: readonly string[]
}

/** Each broker knows the groups that it coordinates; all are asked. */
export async function listGroups(
  client: KafkaClient,
  options: ListGroupsOptions = {},
): Promise<readonly GroupListing[]> {
  const deadline = client.deadline(options.timeoutMs)
  const { signal, states = [], types = [] } = options
  const brokers = (await client.refreshMetadata({ call: 'listGroups', deadline, signal })).brokers
  const min = types.length > 0 ? 5 : states.length > 0 ? 4 : 0
  const lists = await Promise.all(
    Array.from(brokers.keys(), (nodeId) =>
      client.request(
        apis.listGroups,
        { statesFilter: states, typesFilter: types },
        {
          to: { nodeId },
          deadline,
          versions: { min },
          ...(signal && { signal }),
          check: ({ errorCode }) => KafkaError.check(errorCode),
        },
      ),
    ),
  )
  const groups = new Map<string, GroupListing>()
  for (const { groups: listed } of lists) {
    for (const { groupId, protocolType, groupState, groupType } of listed) {
      groups.set(groupId, { groupId, protocolType, state: groupState, type: groupType })
    }
  }
  return Array.from(groups.values())
}

/** Deletes groups without members, and what they committed. */
export async function deleteGroups(
  client: KafkaClient,
  groupIds: readonly string[],
  options: CallOptions = {},
): Promise<Map<string, Outcome<void>>> {
  const deadline = client.deadline(options.timeoutMs)
  const attempt = (pending: readonly string[]): Promise<Map<string, Outcome<void>>> =>
    byCoordinator(client, pending, async ({ nodeId }, groupsNames) => {
      const response = await client.send(apis.deleteGroups, { groupsNames }, { to: { nodeId } })
      return new Map(
        response.results.map(({ groupId, errorCode }) => [
          groupId,
          errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode)),
        ]),
      )
    })
  return perKey({ client, call: 'deleteGroups', keys: groupIds, deadline, signal: options.signal, attempt })
}

export interface MemberToRemove {
  /** Of a static member; '' goes with `memberId`. */
  readonly groupInstanceId?: string
  readonly memberId?: string
}

/** Makes members leave a classic group (KIP-345); keyed by instance id, or member id where there is none. */
export async function removeMembers(
  client: KafkaClient,
  groupId: string,
  members: readonly MemberToRemove[],
  options: CallOptions & { readonly reason?: string } = {},
): Promise<Map<string, Outcome<void>>> {
  const response = await client.request(
    apis.leaveGroup,
    {
      groupId,
      members: members.map(({ memberId = '', groupInstanceId = null }) => ({
        memberId,
        groupInstanceId,
        reason: options.reason ?? 'member was removed by an admin',
      })),
    },
    {
      to: { groupId },
      deadline: client.deadline(options.timeoutMs),
      versions: { min: 3 },
      check: ({ errorCode }) => KafkaError.check(errorCode),
    },
  )
  return new Map(
    response.members.map(({ memberId, groupInstanceId, errorCode }) => [
      groupInstanceId ?? memberId,
      errorCode === 0 ? success<void>(undefined) : failure<void>(KafkaError.ofCode(errorCode)),
    ]),
  )
}
