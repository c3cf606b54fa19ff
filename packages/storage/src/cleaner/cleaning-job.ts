import type { AbortedTransaction } from '../segment/aborted-transaction.ts'

/** A segment that is to be cleaned: nobody writes to it any more. */
export interface SegmentToClean {
  readonly baseOffset: number
  readonly logPath: string
  readonly sizeInBytes: number
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

/** What a log remembers of a producer: where its last data is, or that it has none in its present epoch. */
export interface LastOfProducer {
  readonly producerId: number
  readonly producerEpoch: number
  /** -1 when the last thing that it wrote is the marker of a transaction. */
  readonly lastOffset: number
}

/** What a cleaning may use. */
export interface CleanerResources {
  readonly dedupeBufferBytes: number
  /** How full the table of keys may get, 0 to 1. */
  readonly dedupeBufferLoadFactor: number
  /** Of the buffer that is read into. What is written is gathered from it. */
  readonly ioBufferBytes: number
  /** Bytes read and written together; Infinity for no limit. */
  readonly ioMaxBytesPerSecond: number
}

/** All that the cleaning of a log needs to know, as plain data: it may be done in another thread. */
export interface CleaningJob {
  /** Of the partition. */
  readonly name: string
  readonly directory: string
  /** The log from its first segment up to `firstUncleanableOffset`. */
  readonly segments: readonly SegmentToClean[]
  /** Before it there is one record of each key. */
  readonly firstDirtyOffset: number
  /** The base offset of the first segment that stays as it is. */
  readonly firstUncleanableOffset: number
  /** Where in its segment to begin to look for `firstDirtyOffset`. */
  readonly dirtyPosition: number
  /** Those that began in the segments, in the order of their markers, which may come behind them. */
  readonly abortedTransactions: readonly AbortedTransaction[]
  readonly lastOfProducers: readonly LastOfProducer[]
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly deleteRetentionMs: number
  readonly nowMs: number
  readonly resources: CleanerResources
}

/** A segment that takes the place of others: its files carry `.cleaned` and are on disk. */
export interface CleanedSegment {
  /** That of the first segment which it replaces. */
  readonly baseOffset: number
  readonly sizeInBytes: number
  readonly offsetIndexEntries: number
  readonly timeIndexEntries: number
  readonly transactionIndexBytes: number
  /** The offset behind its last batch; its base offset when nothing is left. */
  readonly nextOffset: number
  /** The base offsets of the segments that it replaces. */
  readonly replaced: readonly number[]
}

/** What a cleaning did (Kafka's CleanerStats). */
export interface CleanerStats {
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly messagesRead: number
  readonly messagesWritten: number
  /** Records without a key, which a compacted log cannot keep. */
  readonly invalidMessagesRead: number
  readonly mapBytesRead: number
  readonly mapMessagesRead: number
  /** How full the table of keys got, 0 to 1. */
  readonly bufferUtilization: number
  readonly indexMs: number
  readonly elapsedMs: number
}

export interface CleaningResult {
  /** The first offset that is dirty from now on. */
  readonly endOffset: number
  readonly stats: CleanerStats
}

/** What the log does for its cleaning. */
export interface CleaningHost {
  /**
   * Puts a cleaned segment, whose files it takes over, in the place of others. Throws {@link CleaningAborted} when they are not
   * there any more.
   */
  readonly replace: (cleaned: CleanedSegment) => Promise<void>
  /** Aborted when the log is to be deleted, cut or moved. */
  readonly signal: AbortSignal
}

/** A cleaning that was called off; the log is what it was, or what it was after the last replacement. */
export class CleaningAborted extends Error {
  constructor(name: string, options?: ErrorOptions) {
    super(`the cleaning of ${name} was called off`, options)
    this.name = 'CleaningAborted'
  }
}
