import { crc32c } from '@milena/records'
import type { EpochEntry } from '../log/leader-epoch-cache.ts'
import type { LogParts } from '../log/log-parts.ts'
import type { ExistingSegment } from '../segment/log-segment.ts'
import type { TimestampOffset } from '../segment/time-index.ts'

export interface SegmentState extends ExistingSegment {
  readonly baseOffset: number
}

/** What an orderly stop knows of a log, so that the next start need not open any of its files. */
export interface LogState {
  readonly topicId: string
  readonly logEndOffset: number
  readonly segments: readonly SegmentState[]
  readonly epochs: readonly EpochEntry[]
  /** Of the active segment: the timestamp of its first batch, and the youngest one. Undefined where none is known. */
  readonly firstTimestamp?: number | undefined
  readonly maxTimestamp?: TimestampOffset | undefined
  /** The content of a producer snapshot of the end, in base64; undefined when there are no producers. */
  readonly producers?: string | undefined
}

/** In a log folder: the states of its logs, as its orderly stop left them. Kafka passes over it. */
export const LOG_STATES_FILE = 'milena-log-states'

/** The state of a log that was closed in order. */
export function logStateOf(topicId: string, { local, offsets, epochs, producers }: LogParts): LogState {
  const { active } = local.segments
  return {
    topicId,
    logEndOffset: offsets.logEndOffset,
    segments: local.segments.values().map((segment) => segment.state),
    epochs: epochs.entries,
    firstTimestamp: active.rollingBasedTimestamp,
    maxTimestamp: active.indexes.knownMaxTimestamp,
    producers: producers.isEmpty ? undefined : producers.encode().toString('base64'),
  }
}

/** The text of a folder's states, and the number by which the marker of the stop vouches for exactly this text. */
export function formatLogStates(states: ReadonlyMap<string, LogState>): { text: string; checksum: number } {
  const text = JSON.stringify({ version: 0, logs: [...states] })
  return { text, checksum: crc32c(Buffer.from(text)) }
}

/** States by partition name; none unless the text is the one that `checksum` stands for. */
export function parseLogStates(content: Uint8Array, checksum: number): ReadonlyMap<string, LogState> {
  if (crc32c(content) !== checksum) return new Map()
  const { logs } = JSON.parse(Buffer.from(content).toString('utf8')) as { logs: [string, LogState][] }
  return new Map(logs)
}
