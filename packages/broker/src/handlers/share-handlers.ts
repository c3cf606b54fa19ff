import type { Handler } from '../request/handler.ts'
import { alterShareGroupOffsets } from './alter-share-group-offsets.ts'
import { deleteShareGroupOffsets } from './delete-share-group-offsets.ts'
import { deleteShareGroupState } from './delete-share-group-state.ts'
import { describeShareGroupOffsets } from './describe-share-group-offsets.ts'
import { initializeShareGroupState } from './initialize-share-group-state.ts'
import { readShareGroupStateSummary } from './read-share-group-state-summary.ts'
import { readShareGroupState } from './read-share-group-state.ts'
import { shareAcknowledge } from './share-acknowledge.ts'
import { shareFetch } from './share-fetch.ts'
import { shareGroupDescribe } from './share-group-describe.ts'
import { shareGroupHeartbeat } from './share-group-heartbeat.ts'
import { writeShareGroupState } from './write-share-group-state.ts'

/** Share groups (KIP-932): members, records, and the state that is kept of them. */
export const shareHandlers: readonly Handler[] = [
  alterShareGroupOffsets,
  deleteShareGroupOffsets,
  deleteShareGroupState,
  describeShareGroupOffsets,
  initializeShareGroupState,
  readShareGroupState,
  readShareGroupStateSummary,
  shareAcknowledge,
  shareFetch,
  shareGroupDescribe,
  shareGroupHeartbeat,
  writeShareGroupState,
]
