import {
  CoordinatorError,
  type CoordinatorLoader,
  type LoadedMarker,
  type LoadedRecord,
  type LoadSummary,
} from '@milena/coordinator'
import { Errors } from '@milena/protocol/messages'
import { batches, controlRecordType, type RecordBatch } from '@milena/records'
import type { UnifiedLog } from '@milena/storage'
import type { Partitions } from './log-partition-writer.ts'

export interface LogCoordinatorLoaderOptions {
  /** The internal topic. */
  readonly topic: string
  readonly partitions: Partitions
  /** How much is read at a time; a larger batch is read whole. */
  readonly bufferBytes: number
}

/** How a coordinator comes to know its past: reads its partition of an internal topic from the start to the end. */
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
    return this.#read(partition.log, (batch) => deliver(batch, onRecord, onMarker))
  }

  async #read(log: UnifiedLog, onBatch: (batch: RecordBatch) => void): Promise<LoadSummary> {
    const endOffset = log.logEndOffset
    const options = { maxBytes: this.#options.bufferBytes, maxOffset: endOffset, minOneMessage: true }
    for (let offset = log.logStartOffset; offset < endOffset;) {
      const { slices, nextOffset } = await log.read(offset, options)
      // The end of a compacted log may have no batch of its own.
      if (nextOffset === offset) break
      for (const slice of slices) for (const batch of batches(slice)) onBatch(batch)
      offset = nextOffset
    }
    return { nextOffset: endOffset }
  }
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
