import type { Handler } from '../request/handler.ts'
import { deleteShareGroupState } from './delete-share-group-state.ts'
import { initializeShareGroupState } from './initialize-share-group-state.ts'
import { readShareGroupStateSummary } from './read-share-group-state-summary.ts'
import { readShareGroupState } from './read-share-group-state.ts'
import { shareAcknowledge } from './share-acknowledge.ts'
import { shareFetch } from './share-fetch.ts'
import { writeShareGroupState } from './write-share-group-state.ts'

/** Share groups (KIP-932): members, records, and the state that is kept of them. */
export const shareHandlers: readonly Handler[] = [
  deleteShareGroupState,
  initializeShareGroupState,
  readShareGroupState,
  readShareGroupStateSummary,
  shareAcknowledge,
  shareFetch,
  writeShareGroupState,
]
