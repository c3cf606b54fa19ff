import type { Assignor } from './assignor.ts'
import { rangeAssignor } from './range-assignor.ts'
import { uniformAssignor } from './uniform-assignor.ts'

/** Every assignor, by the name that members ask for (`group.consumer.remote.assignor` of the client). */
export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', uniformAssignor],
  ['range', rangeAssignor],
])

/** What members get who ask for none. */
export const DEFAULT_ASSIGNOR = 'uniform'
