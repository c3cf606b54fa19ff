/** Kafka's own description of a message, as its jars hold it. */
export interface ApacheMessage {
  readonly name: string
  readonly type: string
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions?: string
  readonly listeners?: readonly string[]
  readonly latestVersionUnstable?: boolean
  readonly fields?: readonly ApacheField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly ApacheField[] }[]
}

export interface ApacheField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly flexibleVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean | null
  readonly ignorable?: boolean
  readonly mapKey?: boolean
  readonly entityType?: string
  readonly fields?: readonly ApacheField[]
}

/** JSON with comments to the end of the line. */
export function parseApacheMessage(text: string): ApacheMessage {
  const withoutComments = text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/.*$/gm,
    (_all, quoted: string | undefined) => quoted ?? '',
  )
  return JSON.parse(withoutComments) as ApacheMessage
}

/** One field as plain facts, in the same words whether they come from Kafka's JSON or from our schema. */
export interface FieldFacts {
  readonly type: string
  readonly versions: string
  readonly nullable: string
  readonly tag: number | undefined
  readonly default: string
  readonly ignorable: boolean
  readonly mapKey: boolean
  readonly entityType: string | undefined
  readonly flexible: string | undefined
}

/** All fields of a message by path, the structs that several fields share written out where they are used. */
export function apacheFacts(message: ApacheMessage): Map<string, FieldFacts> {
  const facts = new Map<string, FieldFacts>()
  const shared = new Map((message.commonStructs ?? []).map((struct) => [struct.name, struct.fields]))
  const visit = (fields: readonly ApacheField[], path: string): void => {
    for (const field of fields) {
      const name = path + field.name.charAt(0).toLowerCase() + field.name.slice(1)
      facts.set(name, factsOf(field))
      const inner = field.fields ?? shared.get(field.type.replace(/^\[\]/, ''))
      if (inner !== undefined) visit(inner, `${name}.`)
    }
  }
  visit(message.fields ?? [], '')
  return facts
}

function factsOf(field: ApacheField): FieldFacts {
  const versions = field.versions ?? field.taggedVersions!
  if (field.taggedVersions !== undefined && field.taggedVersions !== versions) {
    throw new Error(`${field.name} is tagged in only some of its versions, which the schema builder cannot say`)
  }
  const isArray = field.type.startsWith('[]')
  const kind = isArray ? field.type.slice(2) : field.type
  return {
    type: (isArray ? '[]' : '') + (/^[A-Z]/.test(kind) ? 'struct' : kind),
    versions,
    nullable: field.nullableVersions ?? 'none',
    tag: field.tag,
    default: defaultOf(isArray ? 'array' : kind, field.default),
    ignorable: field.ignorable ?? false,
    mapKey: field.mapKey ?? false,
    entityType: field.entityType,
    flexible: field.flexibleVersions,
  }
}

/** A null without quotes means to Kafka's generator that nothing is declared; the word "null" means null. */
function defaultOf(kind: string, declared: ApacheField['default']): string {
  if (declared === undefined || declared === null) return zeroOf(kind)
  if (declared === 'null') return 'null'
  if (kind === 'string' || kind === 'bool') return String(declared)
  return String(Number(declared))
}

function zeroOf(kind: string): string {
  switch (kind) {
    case 'bool':
      return 'false'
    case 'string':
      return ''
    case 'records':
      return 'null'
    case 'uuid':
    case 'bytes':
    case 'array':
      return 'empty'
    default:
      return /^[A-Z]/.test(kind) ? 'empty' : '0'
  }
}
