import type { Random } from '@milena/runtime'
import type { Acknowledgement } from './queue-consumer.ts'

/** What the history goes on without, until `settle` or a step that needs everything at rest. */
interface Unawaited {
  readonly later: boolean
}

interface To {
  readonly topic: number
  readonly partition: number
}

/** One thing that clients do to a broker, as plain data. What makes no sense at the moment is left out. */
export type BrokerStep =
  | { readonly do: 'createTopic'; readonly topic: number; readonly partitions: number }
  | { readonly do: 'deleteTopic' | 'createPartitions'; readonly topic: number }
  | ({ readonly do: 'setConfig'; readonly topic: number; readonly value: number } & Unawaited)
  | ({ readonly do: 'produce'; readonly producer: number; readonly to: To; readonly records: number } & Unawaited)
  | ({
      readonly do: 'transaction'
      readonly producer: number
      readonly to: readonly To[]
      /** Offsets of the producer's group are committed with it. */
      readonly hasOffset: boolean
      /** An `open` one is left to itself. */
      readonly end: 'commit' | 'abort' | 'open'
    } & Unawaited)
  | ({ readonly do: 'commitOffset'; readonly group: number; readonly to: To } & Unawaited)
  | { readonly do: 'deleteGroup'; readonly group: number }
  | ({ readonly do: 'beat' | 'leave'; readonly group: number; readonly member: number } & Unawaited)
  /** Of every partition that something was sent to. */
  | ({ readonly do: 'consume'; readonly acknowledgements: readonly Acknowledgement[] } & Unawaited)
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'settle' | 'restart' }

const TOPICS = 3
const PARTITIONS_MAX = 2
const PRODUCERS = 2
const GROUPS = 2
const MEMBERS = 2
const acknowledgements: readonly Acknowledgement[] = ['accept', 'accept', 'release', 'reject', 'keep']

const weights: Readonly<Record<BrokerStep['do'], number>> = {
  createTopic: 6,
  deleteTopic: 2,
  createPartitions: 1,
  setConfig: 3,
  produce: 14,
  transaction: 9,
  commitOffset: 5,
  deleteGroup: 1,
  beat: 5,
  leave: 1,
  consume: 9,
  advance: 3,
  settle: 2,
  restart: 1,
}

const kinds = (Object.keys(weights) as BrokerStep['do'][]).flatMap((kind) =>
  Array.from({ length: weights[kind] }, () => kind),
)

/** A history by chance; it begins with a topic to work on. */
export function randomBrokerHistory(random: Random, length: number): BrokerStep[] {
  const first: BrokerStep = { do: 'createTopic', topic: 0, partitions: PARTITIONS_MAX }
  return [first, ...Array.from({ length }, () => randomStep(random))]
}

function randomStep(random: Random): BrokerStep {
  const kind = kinds[random.int(kinds.length)]!
  const topic = random.int(TOPICS)
  const later = random.int(2) === 0
  switch (kind) {
    case 'createTopic':
      return { do: kind, topic, partitions: 1 + random.int(PARTITIONS_MAX) }
    case 'deleteTopic':
    case 'createPartitions':
      return { do: kind, topic }
    case 'setConfig':
      return { do: kind, topic, value: 1 + random.int(1000), later }
    case 'produce':
      return { do: kind, producer: random.int(PRODUCERS), to: randomPlace(random), records: 1 + random.int(3), later }
    case 'transaction':
      return {
        do: kind,
        producer: random.int(PRODUCERS),
        to: Array.from({ length: 1 + random.int(3) }, () => randomPlace(random)),
        hasOffset: random.int(2) === 0,
        end: (['commit', 'commit', 'abort', 'open'] as const)[random.int(4)]!,
        later,
      }
    case 'commitOffset':
      return { do: kind, group: random.int(GROUPS), to: randomPlace(random), later }
    case 'deleteGroup':
      return { do: kind, group: random.int(GROUPS) }
    case 'beat':
    case 'leave':
      return { do: kind, group: random.int(GROUPS), member: random.int(MEMBERS), later }
    case 'consume':
      return {
        do: kind,
        acknowledgements: Array.from({ length: 1 + random.int(3) }, () => acknowledgements[random.int(5)]!),
        later,
      }
    case 'advance':
      return { do: kind, ms: [10, 300, 2500, 7000][random.int(4)]! }
    case 'settle':
    case 'restart':
      return { do: kind }
  }
}

function randomPlace(random: Random): To {
  return { topic: random.int(TOPICS), partition: random.int(PARTITIONS_MAX) }
}
