import type { Handler } from '../request/handler.ts'

/** What concerns users and rights, answered as a broker answers that has neither. */
export const securityHandlers: readonly Handler[] = []
