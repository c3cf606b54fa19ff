import type { Admin } from '@milena/client'
import type { ToolIo } from '../tool-io.ts'
import type { ConfigEntities, ConfigOptions } from './config-options.ts'

/** What the actions work with. */
export interface ConfigService {
  readonly admin: Admin
  readonly options: ConfigOptions
  readonly io: ToolIo
  readonly entities: ConfigEntities
}

/** `topic` of `topics`. */
export const singular = (type: string): string => type.slice(0, -1)
