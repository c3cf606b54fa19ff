import type { Admin, GroupListing } from '@milena/client'
import type { ToolIo } from '../tool-io.ts'
import type { ShareGroupOptions } from './share-group-options.ts'

/** What the actions on share groups work with. */
export interface ShareGroupService {
  readonly admin: Admin
  readonly options: ShareGroupOptions
  readonly io: ToolIo
  readonly timeoutMs: number
}

export function shareGroups(
  { admin, timeoutMs }: ShareGroupService,
  states: readonly string[] = [],
): Promise<readonly GroupListing[]> {
  return admin.listGroups({ timeoutMs, types: ['Share'], states })
}

/** The groups that `--group` names, or with `--all-groups` all share groups. */
export async function selectedShareGroups(service: ShareGroupService): Promise<readonly string[]> {
  const { options } = service
  if (!options.has('all-groups')) return Array.from(new Set(options.values('group')))
  return (await shareGroups(service)).map(({ groupId }) => groupId)
}
