/**
 * Requests that a decoder takes and a handler may not: every field there, of the right kind, and with a value that
 * somebody could send: what exists and what does not, extremes, nulls, nothing, the same thing twice.
 */
import { encodeRequestFrame, hasVersion, INT64_MAX, INT64_MIN, ZERO_UUID } from '@milena/protocol'
import type { Field, Fields, Message } from '@milena/protocol'
import type { SeededRandom } from '@milena/runtime'
import { batchOf } from './topics.ts'

/** What fields of some name are set to beside what their kind allows. */
export type Vocabulary = Readonly<Record<string, readonly unknown[]>>

type Body = Record<string, unknown>

const INT32_MAX = 0x7fff_ffff
const MEMBERS = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg', '', 'm']
const GROUPS = ['classic', 'consumer', 'share', '']
const TRANSACTIONAL_IDS = ['t1', 't2', '']
const SMALL_TIMES_MS = [0, 1, 10, -1]
/** Where the limit is what is tried, numbers far from it bring nothing but a machine to its knees. */
const COUNTS = [1, 2, 3, 0, -1]

/**
 * Names, ids and states that meet each other often enough to get somewhere, and bounds on what would only be a wait, a
 * million partitions, or a broker that somebody is allowed to switch off.
 */
const common: Vocabulary = {
  groupId: GROUPS,
  groupIds: GROUPS,
  groupsNames: GROUPS,
  memberId: MEMBERS,
  memberIds: MEMBERS,
  transactionalId: TRANSACTIONAL_IDS,
  transactionalIds: TRANSACTIONAL_IDS,
  producerId: [0, 1, 2, -1, INT64_MAX],
  producerEpoch: [0, 1, -1, 0x7fff],
  memberEpoch: [0, 1, 2, -1, -2, 0x7fff_ffff],
  shareSessionEpoch: [0, 1, 2, -1],
  sessionEpoch: [0, 1, 2, -1],
  key: ['consumer', 'classic', 't1', 'share:AAAAAAAAAAAAAAAAAAAAAQ:0', ''],
  coordinatorKeys: ['consumer', 'classic', 't1', 'share:AAAAAAAAAAAAAAAAAAAAAQ:0', 'x:y', ''],
  partition: [0, 1, -1, INT32_MAX],
  partitionIndex: [0, 1, -1, INT32_MAX],
  partitions: [0, 1, -1, INT32_MAX],
  index: [0, 1, -1, INT32_MAX],
  acknowledgeTypes: [0, 1, 2, 3, 4, 5, -1],
  firstOffset: [0, 1, 2, 3, 9, -1, INT64_MAX, INT64_MIN],
  lastOffset: [0, 1, 2, 3, 9, -1, INT64_MAX, INT64_MIN],
  protocolType: ['consumer', ''],
  protocolName: ['range', 'sticky', ''],
  subscribedTopicRegex: ['fuzz.*', '(a+)+$', '(((', 'a{1000}', 'x'.repeat(10_000)],
  transactionalIdPattern: ['t.*', '(a+)+$', '(((', '', 'x'.repeat(10_000)],
  maxWaitMs: SMALL_TIMES_MS,
  timeoutMs: SMALL_TIMES_MS,
  rebalanceTimeoutMs: SMALL_TIMES_MS,
  replicaId: [-1, 0, -2],
  numPartitions: COUNTS,
  count: COUNTS,
  replicationFactor: COUNTS,
  brokerId: [2, -1, INT32_MAX],
  feature: ['nonsense', ''],
  resourceType: [2, 8, 16, 32, 0, 127],
  resourceName: ['fuzz', 'share', 'consumer', 'root', 'nonsense', ''],
  clientSoftwareName: ['a', 'a b'],
}

const STRINGS = [
  'fuzz',
  'a',
  '',
  'x'.repeat(300),
  'é🦊',
  '../..',
  'retention.ms',
  'share.auto.offset.reset',
  '-1',
  'PLAIN',
]
const INTEGERS: Readonly<Record<string, readonly number[]>> = {
  int8: [0, 1, 2, -1, -0x80, 0x7f],
  int16: [0, 1, 2, -1, -0x8000, 0x7fff],
  int32: [0, 1, 2, -1, -0x8000_0000, INT32_MAX],
  int64: [0, 1, 5, -1, -2, -4, INT64_MAX, INT64_MIN, 2 ** 53 - 1],
  uint16: [0, 1, 0xffff],
  uint32: [0, 1, 0xffff_ffff],
  float64: [0, 1e12, -1, Number.NaN, Infinity],
}

export class RandomRequests {
  readonly #random: SeededRandom
  readonly #vocabulary: Vocabulary
  #correlationId = 0

  /** `vocabulary` adds to what names of fields are known, such as the ids of topics that exist. */
  constructor(random: SeededRandom, vocabulary: Vocabulary) {
    this.#random = random
    this.#vocabulary = { ...common, ...vocabulary }
  }

  frame(message: Message, version: number, clientId: string): Buffer {
    this.#correlationId += 1
    const body = this.#body(message.fields, version)
    const request = { message, version, correlationId: this.#correlationId, clientId, body }
    return Buffer.concat(encodeRequestFrame(request as Parameters<typeof encodeRequestFrame>[0]))
  }

  #body(fields: Fields, version: number): Body {
    const body: Body = {}
    for (const [name, field] of Object.entries(fields)) {
      if (hasVersion(field.versions, version)) body[name] = this.#value(name, field, version)
    }
    return body
  }

  #value(name: string, field: Field, version: number): unknown {
    const { nullable } = field.options
    const isNullable = nullable !== undefined && hasVersion(nullable, version)
    if (isNullable && this.#random.int(6) === 0) return null
    if (field.kind === 'struct') return this.#body(field.fields!, version)
    if (field.kind !== 'array') return this.#scalar(name, field.kind)
    const { element } = field
    const one = (): unknown =>
      element === 'struct' ? this.#body(field.fields!, version) : this.#scalar(name, String(element))
    const length = this.#oneOf([0, 1, 1, 1, 2, 3, 20])
    const elements = Array.from({ length }, one)
    if (length > 0 && this.#random.int(8) === 0) elements.push(elements[0])
    return elements
  }

  #scalar(name: string, kind: string): unknown {
    const known = this.#vocabulary[name]?.filter((value) => fits(value, kind)) ?? []
    if (known.length > 0) return this.#oneOf(known)
    switch (kind) {
      case 'bool':
        return this.#random.int(2) === 0
      case 'string':
        return this.#oneOf(STRINGS)
      case 'uuid':
        return this.#oneOf([ZERO_UUID, 'AAAAAAAAAAAAAAAAAAAAAQ', ...((this.#vocabulary['topicId'] ?? []) as string[])])
      case 'bytes':
        return this.#random.bytes(this.#oneOf([0, 1, 8, 200]))
      case 'records':
        return batchOf(['a', 'b'])
      case 'int64Exact':
        return this.#oneOf([0n, -1n, 0x7fff_ffff_ffff_ffffn])
      default:
        return this.#oneOf(INTEGERS[kind]!)
    }
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#random.int(values.length)]!
  }
}

/** Kafka calls fields of several kinds by one name. */
function fits(value: unknown, kind: string): boolean {
  if (typeof value === 'string') return kind === 'string' || kind === 'uuid'
  if (kind === 'int64' || kind === 'float64') return typeof value === 'number'
  if (typeof value !== 'number' || !(kind in INTEGERS)) return false
  return value >= Math.min(...INTEGERS[kind]!) && value <= Math.max(...INTEGERS[kind]!)
}
