// What a history is played through: one broker, one set of versions, and a transcript of all that was said. Nothing is
// retried, except where a history says what it waits for.
import type { Api } from '@milena/client'
import {
  decode,
  decodeResponseHeader,
  encodeRequestFrame,
  type Fields,
  hasVersion,
  type Infer,
  type Input,
  type Message,
  ProtocolError,
  UnsupportedVersionError,
  type VersionRange,
} from '@milena/protocol'
import { apis } from './apis.ts'
import { Connection } from './connection.ts'
import { normalise, type Normal, type Symbols } from './normalise.ts'

/** One request and what came of it. */
export interface Exchange {
  readonly api: string
  readonly version: number
  readonly request: Normal
  /** The answer as `normalise` leaves it, or a word for what came instead of one. */
  outcome: Normal
}

/** Thrown to end a history that speaks an API that one of the brokers does not have. */
export class NotSpoken extends Error {}

/** Thrown to end a history whose broker did not answer; what happened stands in the transcript. */
export class Unanswered extends Error {}

export interface SessionOptions {
  readonly port: number
  /** What both brokers advertise and our codecs can speak, by API name. */
  readonly versions: ReadonlyMap<string, VersionRange>
  /** The APIs whose versions this play varies; all others are spoken in their highest. */
  readonly subjects: readonly string[]
  /** From 0, the lowest version of each subject, to 1, the highest. */
  readonly level: number
  readonly symbols: Symbols
  /** Returns when what the controller has decided is known to the broker. */
  readonly settle: () => Promise<void>
}

export interface SendOptions {
  /** Which of several connections; by default the first. */
  readonly connection?: string
  readonly clientId?: string | null
  readonly version?: number
  /** How long to wait for an answer; after it there is silence. */
  readonly deadlineMs?: number
}

export interface Topic {
  readonly name: string
  readonly id: string
}

const deadlineMs = 5_000
/** These wait for other members, as long as a rebalance may take. */
const waiting = new Set(['JoinGroup', 'SyncGroup'])
const waitingDeadlineMs = 15_000
const untilDeadlineMs = 10_000
/** After these a broker learns a little later what the controller has decided, if anything. */
const changing = new Set([
  'CreateTopics',
  'DeleteTopics',
  'CreatePartitions',
  'AlterConfigs',
  'IncrementalAlterConfigs',
  'AlterPartitionReassignments',
  'ElectLeaders',
  'AlterClientQuotas',
  'AlterUserScramCredentials',
  'UpdateFeatures',
  'UnregisterBroker',
])

export class Session {
  readonly transcript: Exchange[] = []
  readonly #options: SessionOptions
  readonly #connections = new Map<string, Promise<Connection>>()
  #correlationId = 0

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** A name that no other history uses; both brokers get the same. */
  name(name: string): string {
    return `${this.#options.symbols.prefix}${name}`
  }

  speaks(api: Api): boolean {
    return this.#options.versions.has(api.name)
  }

  version(api: Api): number {
    const range = this.#options.versions.get(api.name)
    if (range === undefined) throw new NotSpoken(api.name)
    if (!this.#options.subjects.includes(api.name)) return range.max
    return range.min + Math.round(this.#options.level * (range.max - range.min))
  }

  /** The highest that both brokers speak. */
  latest(api: Api): number {
    return this.#options.versions.get(api.name)?.max ?? 0
  }

  /** Sends a request and gives the answer. What its version does not have is left out of the request. */
  async send<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: Input<Q>,
    options: SendOptions = {},
  ): Promise<Infer<S>> {
    const { exchange, chunks, version } = this.#begin(api, body, options)
    const outcome = await (
      await this.#connection(options.connection ?? '')
    ).exchange(chunks, options.deadlineMs ?? (waiting.has(api.name) ? waitingDeadlineMs : deadlineMs))
    if (outcome.kind !== 'frame') {
      exchange.outcome = outcome.kind
      this.#connections.delete(options.connection ?? '')
      throw new Unanswered(`${api.name} v${version}: ${outcome.kind}`)
    }
    try {
      const { bodyOffset } = decodeResponseHeader(outcome.frame, api.response, version)
      const answer = decode(api.response, version, outcome.frame, bodyOffset)
      exchange.outcome = normalise(api.response, version, answer, this.#options.symbols)
      if (changes(api, body, answer)) await this.#options.settle()
      return answer
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      exchange.outcome = `not an answer: ${Buffer.from(outcome.frame).toString('hex')}`
      throw new Unanswered(`${api.name} v${version}: ${error.message}`)
    }
  }

  /** As `send`, for who goes on when there is no answer: the next request has a new connection. */
  async trySend<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: Input<Q>,
    options: SendOptions = {},
  ): Promise<Infer<S> | undefined> {
    try {
      return await this.send(api, body, options)
    } catch (error) {
      if (error instanceof Unanswered) return undefined
      throw error
    }
  }

  /** Sends a request again and again until its answer is as awaited, or time is up; only the last one is noted. */
  async until<Q extends Message, S extends Message>(
    api: Api<Q, S>,
    body: Input<Q>,
    isAwaited: (answer: Infer<S>) => boolean,
    options: SendOptions = {},
  ): Promise<Infer<S>> {
    const deadline = Date.now() + untilDeadlineMs
    for (;;) {
      const begun = this.transcript.length
      const answer = await this.send(api, body, options)
      if (isAwaited(answer) || Date.now() > deadline) return answer
      this.transcript.length = begun
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Sends a request that has no answer (acks=0), and notes whether the broker then ends the connection. */
  async tell<Q extends Message>(api: Api<Q>, body: Input<Q>, options: SendOptions = {}): Promise<void> {
    const { exchange, chunks } = this.#begin(api, body, options)
    const connection = await this.#connection(options.connection ?? '')
    connection.write(chunks)
    const closed = await connection.isClosedWithin(300)
    if (closed) this.#connections.delete(options.connection ?? '')
    exchange.outcome = closed ? 'closed' : 'no answer'
  }

  /** Sends bytes behind their size, whatever they are, and notes what comes back. */
  async raw(what: string, bytes: Uint8Array): Promise<void> {
    const exchange: Exchange = { api: what, version: 0, request: Buffer.from(bytes).toString('hex'), outcome: null }
    this.transcript.push(exchange)
    const size = Buffer.alloc(4)
    size.writeInt32BE(bytes.length)
    const outcome = await (await this.#connection('')).exchange([size, bytes], deadlineMs)
    exchange.outcome = outcome.kind === 'frame' ? Buffer.from(outcome.frame).toString('hex') : outcome.kind
    if (outcome.kind !== 'frame') this.#connections.delete('')
  }

  /** Makes a topic of this history and gives its name and id. */
  async topic(
    name: string,
    options: { readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> } = {},
  ): Promise<Topic> {
    const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value }))
    const topic = {
      name: this.name(name),
      numPartitions: options.partitions ?? 1,
      replicationFactor: 1,
      assignments: [],
      configs,
    }
    const version = this.#options.versions.get('CreateTopics')!.max
    const { topics } = await this.send(apis.createTopics, { topics: [topic], timeoutMs: 30_000 }, { version })
    return { name: topic.name, id: topics[0]!.topicId }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) (await connection).close()
  }

  #begin<Q extends Message>(
    api: Api<Q>,
    body: Input<Q>,
    options: SendOptions,
  ): { exchange: Exchange; chunks: readonly Uint8Array[]; version: number } {
    const version = options.version ?? this.version(api)
    const pruned = prune(api.request.fields, version, body as Readonly<Record<string, unknown>>)
    const request = normalise(api.request, version, pruned, this.#options.symbols)
    const exchange: Exchange = { api: api.name, version, request, outcome: null }
    this.transcript.push(exchange)
    const clientId = options.clientId === undefined ? 'conformance' : options.clientId
    try {
      const frame = { message: api.request, version, correlationId: ++this.#correlationId, clientId }
      return { exchange, chunks: encodeRequestFrame({ ...frame, body: pruned as Input<Q> }), version }
    } catch (error) {
      if (!(error instanceof UnsupportedVersionError || error instanceof ProtocolError || error instanceof TypeError))
        throw error
      exchange.outcome = 'not in this version'
      throw new Unanswered(error.message, { cause: error })
    }
  }

  async #connection(name: string): Promise<Connection> {
    const present = await this.#connections.get(name)
    if (present?.isOpen === true) return present
    const opening = Connection.open(this.#options.port)
    this.#connections.set(name, opening)
    return opening
  }
}

type Struct = Readonly<Record<string, unknown>>

function changes(api: Api, body: object, answer: object): boolean {
  if ((body as { validateOnly?: boolean }).validateOnly === true) return false
  // A topic that is made because it was asked for is announced by an error.
  const { topics } = answer as { topics?: readonly { errorCode?: number }[] }
  return changing.has(api.name) || (api.name === 'Metadata' && topics!.some(({ errorCode }) => errorCode !== 0))
}

/** The fields that the version has. */
function prune(fields: Fields, version: number, value: Struct): Struct {
  const result: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const inner = value[name]
    if (inner === undefined || !hasVersion(field.versions, version)) continue
    if (field.fields === undefined || inner === null) result[name] = inner
    else if (field.kind === 'struct') result[name] = prune(field.fields, version, inner as Struct)
    else result[name] = (inner as readonly Struct[]).map((element) => prune(field.fields!, version, element))
  }
  return result
}
