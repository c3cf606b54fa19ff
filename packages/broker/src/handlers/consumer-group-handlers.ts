import type { Handler } from '../request/handler.ts'

/** Consumer groups of KIP-848. */
export const consumerGroupHandlers: readonly Handler[] = []
