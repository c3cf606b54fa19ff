import type { Handler } from '../request/handler.ts'

/** Share groups (KIP-932): members, records, and the state that is kept of them. */
export const shareHandlers: readonly Handler[] = []
