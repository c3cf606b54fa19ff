import { loadProperties, type Properties } from '../config/properties.ts'
import { ToolExit } from '../options/option-error.ts'
import type { ConfigOptions } from './config-options.ts'

/** What is to be set and what is to be taken back. */
export interface ConfigChanges {
  readonly added: Properties
  readonly deleted: readonly string[]
}

export function configChanges(options: ConfigOptions): ConfigChanges {
  const file = options.value('add-config-file')
  const pairs = options.value('add-config')
  const added: Properties = new Map([
    ...(file === undefined ? [] : loadProperties(file)),
    ...(pairs === undefined ? [] : parseConfigPairs(pairs)),
  ])
  for (const key of added.keys()) {
    // Loggers of inner classes have a dollar sign in their names.
    if (!/^[$a-zA-Z0-9._-]*$/.test(key)) throw new ToolExit(1, `Invalid character found for config key: ${key}`)
  }
  const deleted = options.values('delete-config').flatMap((text) => text.split(',').map((key) => key.trim()))
  return { added, deleted }
}

/** Of `k1=v1,k2=[v1,v2]`. */
export function parseConfigPairs(text: string): Properties {
  const parts = text.split(/,(?=[^\]]*(?:\[|$))/)
  while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return new Map(
    parts.map((part) => {
      const [key, value, ...more] = part.split(/\s*=\s*(?=[^\]]*(?:\[|$))/)
      if (value === undefined || more.length > 0) {
        throw new ToolExit(
          1,
          'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val" or  "key=[val1,val2]" to group values which contain commas.',
        )
      }
      return [key!.trim(), value.replaceAll(/[[\]]/g, '').trim()]
    }),
  )
}
