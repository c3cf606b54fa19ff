import type { RecordBatch } from '@milena/records'
import { RecordBatch as Batch, RecordWalker, deleteHorizonOf, emptyBatchOf, keepRecords } from '@milena/records'
import type { Clock, FileSystem } from '@milena/runtime'
import { asBuffer } from '../segment/batch-header.ts'
import { StorageError } from '../storage-error.ts'
import { CleanedSegmentWriter } from './cleaned-segment-writer.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import type { CleanedSegment, CleaningHost, CleaningJob, CleaningResult, SegmentToClean } from './cleaning-job.ts'
import { CleaningAborted } from './cleaning-job.ts'
import type { DirtyStats } from './dirty-keys.ts'
import { mapDirtyKeys } from './dirty-keys.ts'
import { OffsetMap } from './offset-map.ts'
import { RetentionRules } from './retention-rules.ts'
import type { SegmentChunk } from './segment-chunks.ts'
import { segmentChunks } from './segment-chunks.ts'
import { groupSegments } from './segment-groups.ts'
import { Throttler } from './throttler.ts'

/** What a cleaning needs of the outside. */
export interface CleanerPorts {
  readonly fs: FileSystem
  readonly clock: Clock
  /** Lets others have their turn, where they share the thread with the cleaning. */
  readonly pause: () => Promise<void>
}

/**
 * Cleans a log (Kafka's Cleaner): learns the last offset of every key in the dirty part, and writes all segments before
 * the end of that part anew, in groups, each of which takes the place of what it was made from as soon as it is done.
 */
export async function cleanLog(job: CleaningJob, host: CleaningHost, ports: CleanerPorts): Promise<CleaningResult> {
  return new Cleaning(job, host, ports).run()
}

class Cleaning {
  readonly #job: CleaningJob
  readonly #host: CleaningHost
  readonly #ports: CleanerPorts
  readonly #throttler: Throttler
  readonly #map: OffsetMap
  readonly #transactions: CleanedTransactions
  readonly #rules: RetentionRules
  readonly #stats = { bytesRead: 0, bytesWritten: 0, messagesRead: 0, messagesWritten: 0, invalidMessagesRead: 0 }
  #writer!: CleanedSegmentWriter

  constructor(job: CleaningJob, host: CleaningHost, ports: CleanerPorts) {
    this.#job = job
    this.#host = host
    this.#ports = ports
    this.#throttler = new Throttler(ports.clock, job.resources.ioMaxBytesPerSecond, host.signal)
    this.#map = new OffsetMap(job.resources.dedupeBufferBytes)
    this.#transactions = new CleanedTransactions(job.abortedTransactions, (aborted) => this.#writer.addAborted(aborted))
    this.#rules = new RetentionRules(job, this.#map, this.#transactions)
  }

  async run(): Promise<CleaningResult> {
    const startMs = this.#ports.clock.monotonicMs()
    const dirty = await mapDirtyKeys(this.#job, this.#map, (segment, position) => this.#chunks(segment, position))
    const indexMs = this.#ports.clock.monotonicMs() - startMs
    this.#refuseIfNothingFits()
    const endOffset = Math.max(this.#map.latestOffset + 1, this.#job.firstDirtyOffset)
    const segments = this.#job.segments.filter(({ baseOffset }) => baseOffset < endOffset)
    for (const group of groupSegments(segments, this.#job)) await this.#cleanGroup(group)
    return { endOffset, stats: this.#statsOf(dirty, indexMs, this.#ports.clock.monotonicMs() - startMs) }
  }

  /** Without this, one batch with more keys than the map takes would be tried for ever. */
  #refuseIfNothingFits(): void {
    if (this.#map.latestOffset >= 0 || this.#job.firstDirtyOffset >= this.#job.firstUncleanableOffset) return
    const { name, resources } = this.#job
    throw new StorageError(
      'KAFKA_STORAGE_ERROR',
      `a batch of ${name} has more keys than log.cleaner.dedupe.buffer.size has room for (${resources.dedupeBufferBytes} bytes for each of log.cleaner.threads)`,
    )
  }

  async *#chunks(segment: SegmentToClean, position: number): AsyncGenerator<SegmentChunk, void, undefined> {
    const { ioBufferBytes } = this.#job.resources
    this.#refuseIfAborted()
    for await (const chunk of segmentChunks(this.#ports.fs, segment, { position, ioBufferBytes })) {
      await this.#throttler.passed(chunk.bytes.length)
      yield chunk
      await this.#ports.pause()
      this.#refuseIfAborted()
    }
  }

  #refuseIfAborted(): void {
    if (this.#host.signal.aborted) throw new CleaningAborted(this.#job.name)
  }

  /** Writes one segment from several and hands it over. */
  async #cleanGroup(group: readonly SegmentToClean[]): Promise<void> {
    const { directory, ...limits } = this.#job
    const { baseOffset } = group[0]!
    const writer = await CleanedSegmentWriter.open({ fs: this.#ports.fs, directory, baseOffset, limits })
    this.#writer = writer
    let cleaned: CleanedSegment
    try {
      for (const segment of group) await this.#recopy(segment)
      cleaned = await writer.finish(group.map((segment) => segment.baseOffset))
      this.#refuseIfAborted()
    } catch (error) {
      await writer.discard()
      throw error
    }
    // From here on the files are the log's.
    await this.#host.replace(cleaned)
  }

  async #recopy(segment: SegmentToClean): Promise<void> {
    for await (const { bytes, starts } of this.#chunks(segment, 0)) {
      this.#stats.bytesRead += bytes.length
      for (const start of starts) this.#filter(Batch.at(bytes, start))
      const written = await this.#writer.flush()
      this.#stats.bytesWritten += written
      await this.#throttler.passed(written)
    }
  }

  #filter(batch: RecordBatch): void {
    const { discardsRecords, keepsEmpty, isLastOfTransaction } = this.#rules.judge(batch)
    const { recordsCount } = batch
    this.#stats.messagesRead += recordsCount
    const remains = discardsRecords || recordsCount === 0 ? undefined : this.#remainsOf(batch, isLastOfTransaction)
    if (remains !== undefined) this.#writer.add(asBuffer(remains))
    else if (keepsEmpty) this.#writer.add(asBuffer(emptyBatchOf(batch)))
  }

  /** The batch as it is, or without some of its records; undefined when none stays. */
  #remainsOf(batch: RecordBatch, isLastOfTransaction: boolean): Uint8Array | undefined {
    const payload = batch.decompressedPayload()
    const { kept, count, hasTombstones } = batch.isControl
      ? { kept: [true], count: 1, hasTombstones: isLastOfTransaction }
      : this.#keptOf(batch, payload)
    if (count === 0) return undefined
    this.#stats.messagesWritten += count
    const needsHorizon = hasTombstones && deleteHorizonOf(batch) === undefined
    if (count === batch.recordsCount && !needsHorizon) return batch.bytes
    const { nowMs, deleteRetentionMs } = this.#job
    return keepRecords(batch, payload, needsHorizon ? { kept, deleteHorizonMs: nowMs + deleteRetentionMs } : { kept })
  }

  #keptOf(batch: RecordBatch, payload: Uint8Array): { kept: Uint8Array; count: number; hasTombstones: boolean } {
    const kept = new Uint8Array(batch.recordsCount)
    const walker = new RecordWalker(payload, 0, payload.length)
    let [count, hasTombstones] = [0, false]
    for (let index = 0; index < kept.length; index++) {
      walker.next()
      if (walker.keyLength < 0) this.#stats.invalidMessagesRead += 1
      if (!this.#rules.keepsRecord(batch, walker)) continue
      kept[index] = 1
      count += 1
      hasTombstones ||= walker.valueLength < 0
    }
    return { kept, count, hasTombstones }
  }

  #statsOf(dirty: DirtyStats, indexMs: number, elapsedMs: number): CleaningResult['stats'] {
    return {
      ...this.#stats,
      mapBytesRead: dirty.bytesRead,
      mapMessagesRead: dirty.messagesRead,
      bufferUtilization: this.#map.utilization,
      indexMs,
      elapsedMs,
    }
  }
}
