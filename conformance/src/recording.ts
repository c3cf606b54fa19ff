// Recorded traffic as text, one exchange a line and readable:
//
//   # kafkajs 2.2.4
//   2 Metadata v6 {"topics":[{"name":"h0-kafkajs"}]}
//       id1 = topics.0.topicId
//   2 Produce v7 {"topicData":[{"name":"h0-kafkajs", … {"records":"0000…","producerId":"$producer1"} … }]}
//
// The number is that of the client's connection. What a broker invents has a name where it first comes, by its place in
// the answer, and `$name` where a later request says it again: each broker is told its own.
import type { Field, Fields, Message } from '@milena/protocol'
import { hasVersion, ZERO_UUID } from '@milena/protocol'
import { crc32c } from '@milena/records'

type Struct = Readonly<Record<string, unknown>>

/** Fields of answers whose values the broker invents, beside all uuids. */
const invented: Readonly<Record<string, string>> = { memberId: 'member', producerId: 'producer', sessionId: 'session' }

/** What a broker has invented so far, by value or by name. */
export type Names = Map<string, string | number>

export interface RecordedExchange {
  readonly connection: string
  readonly api: string
  readonly version: number
  /** The request with bytes as hexadecimal digits and `$name` for what was invented. */
  readonly body: unknown
  /** The names that the answer gives, each with its place. */
  readonly names: readonly (readonly [name: string, place: string])[]
}

/** Every invented value of an answer that has no name yet gets one. */
export function nameInvented(message: Message, version: number, answer: Struct, known: Names): [string, string][] {
  const found: [string, string][] = []
  const visit = (name: string, field: Field, value: unknown, place: string): void => {
    if (value === null || value === undefined) return
    if (field.kind === 'array') {
      for (const [index, element] of (value as readonly unknown[]).entries()) {
        const inner = `${place}.${index}`
        if (field.element === 'struct') visitAll(field.fields!, element as Struct, inner)
        else visit(name, { ...field, kind: field.element! } as Field, element, inner)
      }
    } else if (field.kind === 'struct') visitAll(field.fields!, value as Struct, place)
    else {
      const kind = field.kind === 'uuid' ? 'id' : invented[name]
      const isNone = value === ZERO_UUID || value === '' || (typeof value === 'number' && value < 1)
      if (
        kind === undefined ||
        (isNone && !(kind === 'producer' && value === 0)) ||
        [...known.values()].includes(value as string)
      )
        return
      const own = `${kind}${[...known.keys()].filter((each) => each.startsWith(kind)).length + 1}`
      known.set(own, value as string | number)
      found.push([own, place])
    }
  }
  const visitAll = (fields: Fields, value: Struct, place: string): void => {
    for (const [name, field] of Object.entries(fields)) {
      if (hasVersion(field.versions, version)) visit(name, field, value[name], place === '' ? name : `${place}.${name}`)
    }
  }
  visitAll(message.fields, answer, '')
  return found
}

/** Whether the client is to try again: a coordinator is loading or moving, the transaction before has not ended. */
export function isTooEarly(answer: unknown): boolean {
  return /rrorCode":(14|15|16|51)\b/.test(JSON.stringify(answer))
}

/** What stands in an answer at a place such as `topics.0.topicId`. */
export function valueAt(answer: unknown, place: string): string | number | undefined {
  let value = answer
  for (const key of place.split('.')) value = (value as Struct | undefined)?.[key]
  return value as string | number | undefined
}

const producerIdAt = 43
const crcAt = 17
const attributesAt = 21
const sizeAt = 8

/** The batches of a producer, one after the other, each with the producer id that `idOf` gives for its own. */
function withProducerIds(bytes: Buffer, idOf: (id: bigint) => bigint): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = 0; at + producerIdAt + 8 <= copy.length;) {
    const end = at + 12 + copy.readInt32BE(at + sizeAt)
    copy.writeBigInt64BE(idOf(copy.readBigInt64BE(at + producerIdAt)), at + producerIdAt)
    copy.writeUInt32BE(crc32c(copy.subarray(at + attributesAt, end)), at + crcAt)
    at = end
  }
  return copy
}

/** A decoded request as it stands in the file. */
export function toText(value: unknown, known: Names): unknown {
  const nameOf = (each: unknown): string | undefined => {
    for (const [name, own] of known) if (own === each) return `$${name}`
    return undefined
  }
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value)
    const isBatch = bytes.length > producerIdAt + 18 && bytes[16] === 2
    const producerId = isBatch ? Number(bytes.readBigInt64BE(producerIdAt)) : -1
    const name = producerId < 0 ? undefined : nameOf(producerId)
    return name === undefined ? { hex: bytes.toString('hex') } : { hex: bytes.toString('hex'), producerId: name }
  }
  if (Array.isArray(value)) return value.map((each) => toText(each, known))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
      const isId = key === 'producerId' || key === 'sessionId' || key.toLowerCase().endsWith('producerid')
      if (typeof inner === 'number') return [key, isId ? (nameOf(inner) ?? inner) : inner]
      return [key, toText(inner, known)]
    })
    return Object.fromEntries(entries)
  }
  return typeof value === 'string' ? (nameOf(value) ?? value) : value
}

/** A request of the file as this broker is to have it. */
export function fromText(value: unknown, known: Names): unknown {
  if (Array.isArray(value)) return value.map((each) => fromText(each, known))
  if (typeof value === 'string' && value.startsWith('$')) return known.get(value.slice(1)) ?? value
  if (typeof value !== 'object' || value === null) return value
  const { hex, producerId } = value as { hex?: string; producerId?: string }
  if (hex === undefined) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, fromText(v, known)]))
  const bytes = Buffer.from(hex, 'hex')
  if (producerId === undefined) return bytes
  const own = BigInt(known.get(producerId.slice(1)) ?? -1)
  return withProducerIds(bytes, () => own)
}

export function formatRecording(title: string, exchanges: readonly RecordedExchange[]): string {
  const lines = exchanges.flatMap(({ connection, api, version, body, names }) => [
    `${connection} ${api} v${version} ${JSON.stringify(body)}`,
    ...names.map(([name, place]) => `    ${name} = ${place}`),
  ])
  return `# ${title}\n${lines.join('\n')}\n`
}

/** Throws on a line that is none of the above. */
export function parseRecording(text: string): { title: string; exchanges: RecordedExchange[] } {
  const [first, ...lines] = text.trimEnd().split('\n')
  const exchanges: (RecordedExchange & { names: [string, string][] })[] = []
  for (const line of lines) {
    const name = /^ +(\w+) = (\S+)$/.exec(line)
    const request = /^(\d+) (\w+) v(\d+) (.*)$/.exec(line)
    if (name !== null) exchanges.at(-1)!.names.push([name[1]!, name[2]!])
    else if (request !== null) {
      const [, connection, api, version, body] = request
      exchanges.push({
        connection: connection!,
        api: api!,
        version: Number(version),
        body: JSON.parse(body!),
        names: [],
      })
    } else throw new Error(`recording: cannot read ${line}`)
  }
  return { title: first!.replace(/^# /, ''), exchanges }
}
