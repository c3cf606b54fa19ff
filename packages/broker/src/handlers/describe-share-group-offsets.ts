/**
 * DescribeShareGroupOffsets (key 90): how far share groups are. Topics null asks for all that a group has a state of.
 *
 * Versions: 1 the lag (KIP-1226).
 */
import { mapInTurns } from '@milena/coordinator'
import { DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, Errors } from '@milena/protocol/messages'
import type { Input } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'
import type { RequestContext } from '../request/handler.ts'
import { hasShareGroups } from '../request/share-groups.ts'

type AskedGroup = DescribeShareGroupOffsetsRequest['groups'][number]
type DescribedGroup = Input<typeof DescribeShareGroupOffsetsResponse>['groups'][number]

export const describeShareGroupOffsets = handler(DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, {
  versions: { min: 0, max: 1 },
  handle: async ({ groups }, context) => ({
    throttleTimeMs: 0,
    groups: await mapInTurns(context.services.clock, groups, (group) => describe(group, context)),
  }),
  errorResponse: (error, { groups }) => ({
    throttleTimeMs: 0,
    groups: groups.map(({ groupId }) => described(groupId, error.code, error.message)),
  }),
})

async function describe(group: AskedGroup, context: RequestContext): Promise<DescribedGroup> {
  if (!hasShareGroups(context)) return described(group.groupId, Errors.UNSUPPORTED_VERSION.code)
  if (group.topics?.length === 0) return described(group.groupId, Errors.NONE.code)
  return context.services.groups.shares.describeOffsets(group, clientContext(context))
}

function described(groupId: string, errorCode: number, errorMessage: string | null = null): DescribedGroup {
  return { groupId, topics: [], errorCode, errorMessage }
}
