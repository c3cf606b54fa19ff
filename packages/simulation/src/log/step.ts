import type { Random } from '@milena/runtime'

/** What the history goes on without, until `settle` or a step that needs the log at rest. */
export interface Unawaited {
  readonly later?: boolean
}

/**
 * One thing that is done to the logs of a broker, as plain data: a history is a list of them, and can be printed and
 * run again. `at` chooses a place in the log, from its start (0) to its end (1).
 */
export type Step =
  | ({
      readonly do: 'produce'
      readonly log: number
      /** Bytes of the values of the records. */
      readonly sizes: readonly number[]
      /** An idempotent producer; none unless given. */
      readonly producer?: number
      readonly transactional?: boolean
      /** Which promise the producer waits for; with `nothing` (acks=0) none. */
      readonly acks: 'flushed' | 'written' | 'nothing'
    } & Unawaited)
  /** A record to each log, at the same time, and everyone waits for the disk. */
  | { readonly do: 'produceToAll'; readonly size: number }
  | ({
      readonly do: 'endTransaction'
      readonly log: number
      readonly producer: number
      readonly commit: boolean
    } & Unawaited)
  | ({ readonly do: 'roll' | 'flush'; readonly log: number } & Unawaited)
  | ({ readonly do: 'retention' | 'checkpoint' | 'checkpointHighWatermarks' } & Unawaited)
  | { readonly do: 'deleteRecords'; readonly log: number; readonly at: number }
  | { readonly do: 'truncate'; readonly log: number; readonly at: number }
  | { readonly do: 'startAfresh'; readonly log: number; readonly gap: number }
  | ({ readonly do: 'move'; readonly log: number } & Unawaited)
  | { readonly do: 'bumpEpoch' | 'recreate'; readonly log: number }
  | { readonly do: 'advance'; readonly ms: number }
  /** With `syncTogetherMin`, so many logs are served together from here on. */
  | { readonly do: 'restart'; readonly syncTogetherMin?: number }
  | { readonly do: 'settle' | 'compact' }

export const LOGS = 2
/** The number of the log behind these, which is compacted: its records have keys. */
export const COMPACTED_LOG = LOGS
export const PRODUCERS = 3

/** How often each step is taken: more often what the others need to have something to work on. */
const weights: Readonly<Record<Step['do'], number>> = {
  produce: 30,
  produceToAll: 4,
  endTransaction: 6,
  roll: 3,
  flush: 2,
  retention: 3,
  checkpoint: 3,
  checkpointHighWatermarks: 1,
  deleteRecords: 3,
  truncate: 2,
  startAfresh: 1,
  move: 2,
  bumpEpoch: 2,
  recreate: 1,
  advance: 4,
  settle: 3,
  restart: 1,
  compact: 2,
}

const kinds = (Object.keys(weights) as Step['do'][]).flatMap((kind) =>
  Array.from({ length: weights[kind] }, () => kind),
)

/** A history by chance. */
export function randomHistory(random: Random, length: number): Step[] {
  return Array.from({ length }, () => randomStep(random))
}

function randomStep(random: Random): Step {
  const kind = kinds[random.int(kinds.length)]!
  const log = random.int(LOGS)
  const at = random.int(101) / 100
  const later = random.int(2) === 0
  switch (kind) {
    case 'produce':
      if (random.int(4) === 0) {
        return { do: kind, log: COMPACTED_LOG, sizes: [random.int(60), random.int(60)], acks: 'flushed', later }
      }
      return {
        do: kind,
        log,
        ...randomBatch(random),
        acks: (['flushed', 'flushed', 'written', 'nothing'] as const)[random.int(4)]!,
        later,
      }
    case 'produceToAll':
      return { do: kind, size: random.int(60) }
    case 'endTransaction':
      return { do: kind, log, producer: random.int(PRODUCERS), commit: random.int(2) === 0, later }
    case 'roll':
    case 'flush':
    case 'move':
      return { do: kind, log, later }
    case 'retention':
    case 'checkpoint':
    case 'checkpointHighWatermarks':
      return { do: kind, later }
    case 'deleteRecords':
    case 'truncate':
      return { do: kind, log, at }
    case 'startAfresh':
      return { do: kind, log, gap: random.int(5) }
    case 'bumpEpoch':
    case 'recreate':
      return { do: kind, log }
    case 'advance':
      return { do: kind, ms: [10, 200, 1500, 7000][random.int(4)]! }
    case 'settle':
    case 'restart':
    case 'compact':
      return { do: kind }
  }
}

function randomBatch(random: Random): { sizes: number[]; producer?: number; transactional?: boolean } {
  const sizes = Array.from({ length: 1 + random.int(3) }, () => random.int(60))
  const kind = random.int(3)
  if (kind === 0) return { sizes }
  return { sizes, producer: random.int(PRODUCERS), transactional: kind === 2 }
}
