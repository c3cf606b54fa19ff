/** Something that is certain, and what else it may be by now because somebody asked for it and was not answered. */
export interface Choice<T> {
  sure: T | undefined
  maybe: (T | undefined)[]
}

export interface BatchModel {
  readonly values: readonly string[]
  readonly timestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  /** The number of its transaction. */
  readonly transaction: number | undefined
  /** Where it was acknowledged to be. */
  offset: number | undefined
}

export interface TopicModel {
  /** Known when its creation was acknowledged. */
  id: string | undefined
  state: 'asked' | 'there' | 'leaving'
  /** As many are sure. */
  partitions: number
  config: Choice<string>
  /** By partition. */
  readonly logs: Map<number, BatchModel[]>
}

export interface TransactionModel {
  readonly transactionalId: string
  state: 'open' | 'committing' | 'committed' | 'aborted'
  /** The offset that is committed with it. */
  offset: { readonly key: string; readonly value: number } | undefined
}

export interface MemberModel {
  /** As it was told last; undefined when it never was. */
  readonly epoch: number | undefined
  /** It asked for something and was not answered: it may be in another epoch by now, or gone, or there. */
  isAsked: boolean
  /** It left, in this epoch. */
  readonly isGone: boolean
}

/** A record of a queue as its consumers know it. */
export interface DeliveryModel {
  /** `asked`: it was accepted or rejected, and nobody was told that this is written down. */
  state: 'due' | 'asked' | 'done'
  /** How often it was given out: surely written down, and at most. */
  countAtLeast: number
  countAtMost: number
}

/** What a broker must know, whatever becomes of its disk: what was acknowledged, and what was asked for. */
export interface BrokerModel {
  readonly topics: Map<string, TopicModel>
  /** Of topics whose deletion was acknowledged. */
  readonly deletedIds: Set<string>
  readonly transactions: Map<number, TransactionModel>
  /** Committed offsets by group and partition. */
  readonly offsets: Map<string, Choice<number>>
  /** Ids of producers without transactions that were given out. */
  readonly producerIds: Set<number>
  /** What was given out for each transactional id: its id and the last epoch. */
  readonly transactionalIds: Map<string, { producerId: number; producerEpoch: number }>
  /** By group and member. */
  readonly members: Map<string, MemberModel>
  /** By topic id, partition and offset: what the consumers of the queue were given. */
  readonly deliveries: Map<string, DeliveryModel>
  /** No two of what is written are the same. */
  lastValue: number
}

export function newBrokerModel(): BrokerModel {
  return {
    topics: new Map(),
    deletedIds: new Set(),
    transactions: new Map(),
    offsets: new Map(),
    producerIds: new Set(),
    transactionalIds: new Map(),
    members: new Map(),
    deliveries: new Map(),
    lastValue: 0,
  }
}

/** What happened, done to the model. It finds what it concerns by name: it is done to copies too. */
export type Happening = (model: BrokerModel) => void

/** What happened, each with the point in the disk's history at which it did. */
export class BrokerTimeline {
  readonly now: BrokerModel
  readonly #start: BrokerModel
  readonly #happenings: { readonly point: number; readonly happening: Happening }[] = []

  constructor(start: BrokerModel) {
    this.#start = structuredClone(start)
    this.now = structuredClone(start)
  }

  record(point: number, happening: Happening): void {
    this.#happenings.push({ point, happening })
    happening(this.now)
  }

  at(point: number): BrokerModel {
    const model = structuredClone(this.#start)
    for (const each of this.#happenings) if (each.point <= point) each.happening(model)
    return model
  }
}

export function choiceOf<K, T>(choices: Map<K, Choice<T>>, key: K): Choice<T> {
  const known = choices.get(key)
  if (known !== undefined) return known
  const choice: Choice<T> = { sure: undefined, maybe: [] }
  choices.set(key, choice)
  return choice
}

/** It became certain. */
export function decide<T>(choice: Choice<T>, value: T | undefined): void {
  choice.sure = value
  choice.maybe = []
}

export function isPossible<T>({ sure, maybe }: Choice<T>, value: T | undefined): boolean {
  return value === sure || maybe.includes(value)
}

/** How many acknowledged records could be lost. */
export function promisedRecords({ topics }: BrokerModel): number {
  const batches = [...topics.values()].flatMap(({ logs }) => [...logs.values()].flat())
  return batches.reduce((count, { values, offset }) => count + (offset === undefined ? 0 : values.length), 0)
}
