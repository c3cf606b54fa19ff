import type { ConfigValidator } from './config-validator.ts'
import { formatConfigValue, parseConfigValue, type ConfigType, type ConfigValue, typeWords } from './config-value.ts'

export type Importance = 'high' | 'medium' | 'low'

/** Whether a broker config can change while the broker runs: never, for one broker, or also for all at once. */
export type UpdateMode = 'read-only' | 'per-broker' | 'cluster-wide'

/** One property: what it takes, what it is when nobody says, and what it does. */
export interface ConfigDef<out T extends ConfigValue = ConfigValue> {
  readonly type: ConfigType
  readonly defaultValue: T
  /** The default as Kafka prints it, null when the property has none. */
  readonly defaultText: string | null
  readonly valid: ConfigValidator | null
  readonly importance: Importance
  readonly updateMode: UpdateMode
  /** Accepted, but neither described nor documented, as Kafka treats what is meant for its tests. */
  readonly internal: boolean
  readonly documentation: string
}

export type ConfigDefs = Readonly<Record<string, ConfigDef>>

/** The type that a definition's value has. */
export type ValueOf<D> = D extends ConfigDef<infer T> ? T : never

export interface ConfigOptions {
  readonly valid?: ConfigValidator
  readonly importance?: Importance
  readonly updateMode?: UpdateMode
  readonly internal?: boolean
}

function define<T extends ConfigValue>(
  type: ConfigType,
  value: T,
  documentation: string,
  options: ConfigOptions = {},
): ConfigDef<T> {
  return {
    type,
    defaultValue: value,
    defaultText: formatConfigValue(type, value),
    valid: options.valid ?? null,
    importance: options.importance ?? 'medium',
    updateMode: options.updateMode ?? 'read-only',
    internal: options.internal ?? false,
    documentation,
  }
}

type Define<Base extends ConfigValue> = {
  (defaultValue: Base, documentation: string, options?: ConfigOptions): ConfigDef<Base>
  (defaultValue: null, documentation: string, options?: ConfigOptions): ConfigDef<Base | null>
}

function definer<Base extends ConfigValue>(type: ConfigType): Define<Base> {
  return (value: Base | null, documentation: string, options?: ConfigOptions) =>
    define<Base>(type, value as Base, documentation, options)
}

export const boolean = definer<boolean>('boolean')
export const short = definer<number>('short')
export const int = definer<number>('int')
export const long = definer<number>('long')
export const double = definer<number>('double')
export const string = definer<string>('string')
export const list = definer<readonly string[]>('list')
export const className = definer<string>('class')
export const password = definer<string>('password')

export function isSensitive(def: ConfigDef): boolean {
  return def.type === 'password'
}

/** Completes "it must be …" for a definition. */
export function allowedWords(def: ConfigDef): string {
  return def.valid?.allowed ?? typeWords[def.type]
}

export type CheckedValue =
  | { readonly ok: true; readonly value: ConfigValue; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** Parses and validates; the message is the one that Kafka gives for the same mistake. */
export function checkConfigValue(name: string, def: ConfigDef, text: string): CheckedValue {
  const refused = (shown: string, reason: string): CheckedValue => ({
    ok: false,
    message: `Invalid value ${shown} for configuration ${name}: ${reason}`,
  })
  const parsed = parseConfigValue(def.type, text)
  if (!parsed.ok) return refused(text, parsed.reason)
  const refusal = def.valid?.check(parsed.value, name) ?? null
  if (refusal === null) return parsed
  if (typeof refusal === 'object') return { ok: false, message: refusal.message }
  return refused(Array.isArray(parsed.value) ? shownList(parsed.value, refusal) : parsed.text, refusal)
}

/** Kafka names the offending item of a list where a fixed set is allowed, and the whole list in brackets elsewhere. */
function shownList(value: readonly string[], reason: string): string {
  const set = /^String must be one of: (.*)$/.exec(reason)?.[1]?.split(', ')
  return set === undefined ? `[${value.join(', ')}]` : (value.find((item) => !set.includes(item)) ?? '')
}
