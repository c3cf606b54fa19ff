import type { Decoded, Encodable, Fields } from './field.ts'
import type { Versions } from './versions.ts'

export type MessageKind =
  | 'request'
  | 'response'
  | 'header'
  | 'data'
  | 'coordinator-key'
  | 'coordinator-value'
  | 'metadata'

export type Listener = 'broker' | 'controller'

/** A message in all its versions: the one value from which types are inferred and codecs made. */
export interface Message<out F extends Fields = Fields> {
  /** Kafka's name, such as `HeartbeatRequest`. */
  readonly name: string
  readonly kind: MessageKind
  /** Of requests and responses the API key; of records on internal topics the number that says what the record is; otherwise -1. */
  readonly apiKey: number
  /** The versions that can be encoded and decoded. */
  readonly versions: Versions
  /** The versions with compact lengths and tagged fields (KIP-482). */
  readonly flexible: Versions
  /** Of a request: which listeners serve it. */
  readonly listeners: readonly Listener[]
  /** Of a request: the highest version is still being designed and must not be advertised. */
  readonly latestVersionUnstable: boolean
  readonly fields: F
}

/** A decoded message: every field present. */
export type Infer<M extends Message> = Decoded<M['fields']>

/** A message to encode: a field with a default, or one that not every version has, may be left out. */
export type Input<M extends Message> = Encodable<M['fields']>

export interface MessageOptions<F extends Fields> {
  readonly name: string
  readonly kind: MessageKind
  readonly apiKey?: number
  readonly versions: Versions
  readonly flexible: Versions
  readonly listeners?: readonly Listener[]
  readonly latestVersionUnstable?: boolean
  readonly fields: F
}

const NO_LISTENERS: readonly Listener[] = []

export function message<F extends Fields>(options: MessageOptions<F>): Message<F> {
  return {
    name: options.name,
    kind: options.kind,
    apiKey: options.apiKey ?? -1,
    versions: options.versions,
    flexible: options.flexible,
    listeners: options.listeners ?? NO_LISTENERS,
    latestVersionUnstable: options.latestVersionUnstable ?? false,
    fields: options.fields,
  }
}
