/**
 * What consumers of the classic protocol tell each other in opaque bytes (`ConsumerProtocolSubscription`,
 * `ConsumerProtocolAssignment`): a version, then fields that later versions only add to.
 */
import { decodeUtf8 } from '../group/consumer-protocol.ts'

export interface NamedPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface EmbeddedSubscription {
  readonly topics: readonly string[]
  readonly owned: readonly NamedPartitions[]
  readonly rackId: string | null
}

export interface EmbeddedAssignment {
  readonly partitions: readonly NamedPartitions[]
  /** Of an assignor of the client's own. */
  readonly hasUserData: boolean
}

const HIGHEST_VERSION = 3
const NO_ASSIGNMENT: EmbeddedAssignment = { partitions: [], hasUserData: false }

/** The version of the bytes, as far as it is known here. */
export const embeddedVersion = (bytes: Uint8Array): number =>
  bytes.length < 2 ? 0 : Math.min(viewOf(bytes).getInt16(0), HIGHEST_VERSION)

/** @returns undefined when the bytes are something else. */
export const readSubscription = (bytes: Uint8Array): EmbeddedSubscription | undefined =>
  reading(bytes, (reader, version) => {
    const topics = reader.array(() => reader.string() ?? reader.fail())
    reader.bytes()
    const owned = version >= 1 ? reader.array(() => reader.topicPartitions()) : []
    if (version >= 2) reader.int32()
    const rackId = version >= 3 ? reader.string() : null
    return { topics, owned, rackId }
  })

/** No bytes are no partitions. @returns undefined when the bytes are something else. */
export const readAssignment = (bytes: Uint8Array): EmbeddedAssignment | undefined =>
  bytes.length === 0
    ? NO_ASSIGNMENT
    : reading(bytes, (reader) => {
        const partitions = reader.array(() => reader.topicPartitions())
        return { partitions, hasUserData: reader.bytes() > 0 }
      })

/** Without user data. Topic names are ASCII. */
export const writeAssignment = (topics: readonly NamedPartitions[], version: number): Uint8Array => {
  let size = 10
  for (const { topic, partitions } of topics) size += 2 + topic.length + 4 + 4 * partitions.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setInt16(0, version)
  view.setInt32(2, topics.length)
  let position = 6
  for (const { topic, partitions } of topics) {
    view.setInt16(position, topic.length)
    for (let index = 0; index < topic.length; index++) bytes[position + 2 + index] = topic.charCodeAt(index)
    position += 2 + topic.length
    view.setInt32(position, partitions.length)
    for (const [index, partition] of partitions.entries()) view.setInt32(position + 4 + 4 * index, partition)
    position += 4 + 4 * partitions.length
  }
  view.setInt32(position, -1)
  return bytes
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

class Malformed extends Error {}

const reading = <Value>(bytes: Uint8Array, read: (reader: Reader, version: number) => Value): Value | undefined => {
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    return version < 0 ? undefined : read(reader, version)
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
  }

  fail(): never {
    throw new Malformed()
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2))
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  string(): string | null {
    const length = this.int16()
    if (length < 0) return null
    const start = this.#take(length)
    return decodeUtf8(this.#bytes.subarray(start, start + length))
  }

  /** Skips them and says how many they were. */
  bytes(): number {
    const length = this.int32()
    if (length > 0) this.#take(length)
    return length
  }

  array<Value>(read: () => Value): Value[] {
    const length = this.int32()
    // Each element takes two bytes at least: a length that cannot be is not tried.
    if (length < 0 || length * 2 > this.#bytes.length) this.fail()
    return Array.from({ length }, read)
  }

  topicPartitions(): NamedPartitions {
    const topic = this.string() ?? this.fail()
    return { topic, partitions: this.array(() => this.int32()) }
  }

  #take(count: number): number {
    const start = this.#position
    if (start + count > this.#bytes.length) this.fail()
    this.#position += count
    return start
  }
}
