import {
  CoordinatorError,
  type CoordinatorLoader,
  type LoadedMarker,
  type LoadedRecord,
  type LoadSummary,
} from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
import { batches, controlRecordType, type RecordBatch } from '@milena/records'
import type { Clock } from '@milena/runtime'
import { type Appended, type FetchData, StorageError, type UnifiedLog } from '@milena/storage'
import type { Partition } from '../replica/partition.ts'
import type { Partitions } from './log-partition-writer.ts'

/** A disk that refuses to be read is tried again after so long, and ever more seldom. */
const RETRY_MS = 1000
const RETRY_MS_MAX = 30_000

export interface LogCoordinatorLoaderOptions {
  /** The internal topic. */
  readonly topic: string
  readonly partitions: Partitions
  /** How much is read at a time; a larger batch is read whole. */
  readonly bufferBytes: number
  readonly clock: Clock
  /** Resolves when what was appended is as safe as `acks=all` promises. */
  readonly whenCommitted: (partition: Partition, appended: Pick<Appended, 'lastOffset' | 'written'>) => Promise<void>
}

/**
 * How a coordinator comes to know its past: reads its partition of an internal topic from the start to the end.
 *
 * What it reads it answers with, without writing anything: somebody joins, the disk refuses the sync of that, the log is
 * read again, and when they ask once more they are a member already. So it goes no further than what is as safe as what
 * it would have written itself.
 */
export class LogCoordinatorLoader implements CoordinatorLoader {
  readonly #options: LogCoordinatorLoaderOptions

  constructor(options: LogCoordinatorLoaderOptions) {
    this.#options = options
  }

  async load(
    index: number,
    onRecord: (record: LoadedRecord) => void,
    onMarker: (marker: LoadedMarker) => void,
  ): Promise<LoadSummary> {
    const { topic, partitions } = this.#options
    const partition = partitions.partition(topic, index)
    if (partition === undefined || !partition.isLeader) throw new CoordinatorError(Errors.NOT_LEADER_OR_FOLLOWER)
    // A partition that nobody has written to has no log yet, and need not be given one for being looked at.
    if (partition.log === undefined) return { nextOffset: 0 }
    const endOffset = await this.#safeEnd(partition, partition.log)
    return this.#read(partition, partition.log, endOffset, (batch) => deliver(batch, onRecord, onMarker))
  }

  async #safeEnd(partition: Partition, log: UnifiedLog): Promise<number> {
    const { logEndOffset } = log
    try {
      await this.#options.whenCommitted(partition, { lastOffset: logEndOffset - 1, written: Promise.resolve() })
      return logEndOffset
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      // Nobody was told of what is behind it. When the log is opened anew it is read again.
      return log.flushedOffset
    }
  }

  async #read(
    partition: Partition,
    log: UnifiedLog,
    endOffset: number,
    onBatch: (batch: RecordBatch) => void,
  ): Promise<LoadSummary> {
    for (let offset = log.logStartOffset; offset < endOffset;) {
      const { slices, nextOffset } = await this.#readAt({ partition, log, offset, endOffset })
      // The end of a compacted log may have no batch of its own.
      if (nextOffset === offset) break
      for (const slice of slices) for (const batch of batches(slice)) onBatch(batch)
      offset = nextOffset
    }
    return { nextOffset: endOffset }
  }

  /** What the disk does not let be read now it may a little later, and nobody else would begin to load again. */
  async #readAt({ partition, log, offset, endOffset }: Position): Promise<FetchData> {
    const options = { maxBytes: this.#options.bufferBytes, maxOffset: endOffset, minOneMessage: true }
    for (let delayMs = RETRY_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await log.read(offset, options)
      } catch (error) {
        const isDisk = error instanceof StorageError && error.error === 'KAFKA_STORAGE_ERROR'
        const isUsable = (): boolean => partition.isLeader && partition.log === log && !log.isClosed
        for (let waitedMs = 0; waitedMs < delayMs && isDisk && isUsable(); waitedMs += RETRY_MS) await this.#pause()
        if (!isDisk || !isUsable()) throw error
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.setTimer(RETRY_MS, resolve))
  }
}

interface Position {
  readonly partition: Partition
  readonly log: UnifiedLog
  readonly offset: number
  readonly endOffset: number
}

function deliver(
  batch: RecordBatch,
  onRecord: (record: LoadedRecord) => void,
  onMarker: (marker: LoadedMarker) => void,
): void {
  const { producerId, producerEpoch, isTransactional, isControl } = batch
  const producer = { producerId, producerEpoch }
  for (const record of batch.records()) {
    const { offset, key, value } = record
    if (isControl) {
      const type = controlRecordType(record)
      if (type === 'COMMIT' || type === 'ABORT') onMarker({ ...producer, offset, isCommit: type === 'COMMIT' })
    } else onRecord(isTransactional ? { offset, key, value, producer } : { offset, key, value })
  }
}
