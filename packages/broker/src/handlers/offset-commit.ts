/**
 * OffsetCommit (key 8): a group's progress. Topics and partitions that do not exist are refused one by one, the rest
 * is written; without a rest the group is not even looked at.
 *
 * Versions: 2 retention time; 3 throttle time; 5 no retention time any more; 6 leader epoch; 7 static members
 * (KIP-345); 8 flexible; 9 member epochs of KIP-848; 10 topic ids in place of names.
 */
import { OffsetCommitRequest, OffsetCommitResponse } from '@milena/protocol/messages'
import { clientContext } from '../coordinators/client-context.ts'
import { handler } from '../request/handler.ts'

export const offsetCommit = handler(OffsetCommitRequest, OffsetCommitResponse, {
  versions: { min: 2, max: 10 },
  handle: (request, context) => context.services.groups.commitOffsets(request, clientContext(context)),
})
