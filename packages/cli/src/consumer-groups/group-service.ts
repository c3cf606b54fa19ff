import type { Admin, CommittedOffset, GroupDescription, GroupListing } from '@milena/client'
import type { ToolIo } from '../tool-io.ts'
import type { GroupOptions } from './group-options.ts'

/** What the actions on groups work with. */
export interface GroupService {
  readonly admin: Admin
  readonly options: GroupOptions
  readonly io: ToolIo
  readonly timeoutMs: number
}

/** The groups that `--group` names, or with `--all-groups` all consumer groups. */
export async function selectedGroups(service: GroupService): Promise<readonly string[]> {
  if (!service.options.has('all-groups')) return Array.from(new Set(service.options.values('group')))
  return (await consumerGroups(service)).map(({ groupId }) => groupId)
}

/** Groups of consumers: of the new protocol, or classic ones of type `consumer` or without members ever. */
export async function consumerGroups(
  { admin, timeoutMs }: GroupService,
  filter: { readonly states?: readonly string[]; readonly types?: readonly string[] } = {},
): Promise<readonly GroupListing[]> {
  const groups = await admin.listGroups({ timeoutMs, ...filter })
  return groups.filter(
    ({ type, protocolType }) =>
      ['consumer', 'classic', ''].includes(type.toLowerCase()) && ['consumer', ''].includes(protocolType),
  )
}

/** The descriptions of groups, by name. @throws KafkaError when one of them cannot be described */
export async function describe(
  { admin, timeoutMs }: GroupService,
  groupIds: readonly string[],
): Promise<readonly GroupDescription[]> {
  const outcomes = await admin.describeConsumerGroups(groupIds, { timeoutMs })
  return Array.from(outcomes.values(), (outcome) => {
    if (!outcome.ok) throw outcome.error
    return outcome.value
  }).sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

export function committedOffsets(
  { admin, timeoutMs }: GroupService,
  groupId: string,
): Promise<ReadonlyMap<string, CommittedOffset>> {
  return admin.listGroupOffsets(groupId, { timeoutMs })
}
