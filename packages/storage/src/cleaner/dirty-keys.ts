import { RecordBatch, RecordWalker } from '@milena/records'
import { CleanedTransactions } from './cleaned-transactions.ts'
import type { CleaningJob, SegmentToClean } from './cleaning-job.ts'
import type { OffsetMap } from './offset-map.ts'
import type { SegmentChunk } from './segment-chunks.ts'

/** What was read for the map. */
export interface DirtyStats {
  bytesRead: number
  messagesRead: number
}

/** Reads a segment from a place on. */
export type ReadChunks = (segment: SegmentToClean, position: number) => AsyncIterable<SegmentChunk>

/**
 * Puts the last offset of every key in the dirty part of the log into the map, as far as it has room, and sets the
 * map's `latestOffset` to the end of the last batch that is in it as a whole (Kafka's Cleaner.buildOffsetMap). What
 * was aborted counts for nothing.
 */
export async function mapDirtyKeys(job: CleaningJob, map: OffsetMap, readChunks: ReadChunks): Promise<DirtyStats> {
  const building = new Building(job, map)
  const dirty = dirtySegments(job)
  for (const [index, segment] of dirty.entries()) {
    for await (const chunk of readChunks(segment, index === 0 ? job.dirtyPosition : 0)) {
      building.stats.bytesRead += chunk.bytes.length
      if (!building.add(chunk)) return building.stats
    }
    // Behind the last batch there may be a gap.
    map.latestOffset = (dirty[index + 1]?.baseOffset ?? job.firstUncleanableOffset) - 1
  }
  return building.stats
}

/** The segments from the one on that holds the first dirty offset. */
function dirtySegments({ segments, firstDirtyOffset }: CleaningJob): readonly SegmentToClean[] {
  const first = segments.findLastIndex(({ baseOffset }) => baseOffset <= firstDirtyOffset)
  return segments.slice(Math.max(first, 0))
}

class Building {
  readonly stats: DirtyStats = { bytesRead: 0, messagesRead: 0 }
  readonly #map: OffsetMap
  readonly #firstDirtyOffset: number
  readonly #keysMax: number
  readonly #transactions: CleanedTransactions

  constructor({ firstDirtyOffset, abortedTransactions, resources }: CleaningJob, map: OffsetMap) {
    this.#map = map
    this.#firstDirtyOffset = firstDirtyOffset
    this.#keysMax = Math.floor(map.slotsMax * resources.dedupeBufferLoadFactor)
    // One that ended before would be taken for one that goes on.
    const relevant = abortedTransactions.filter(({ lastOffset }) => lastOffset >= firstDirtyOffset)
    this.#transactions = new CleanedTransactions(relevant)
  }

  /** Adds the batches of a chunk; false when the map is full. */
  add({ bytes, starts }: SegmentChunk): boolean {
    for (const start of starts) {
      const batch = RecordBatch.at(bytes, start)
      if (!this.#addBatch(batch)) return false
      if (batch.lastOffset >= this.#firstDirtyOffset) this.#map.latestOffset = batch.lastOffset
    }
    return true
  }

  #addBatch(batch: RecordBatch): boolean {
    this.stats.messagesRead += batch.recordsCount
    if (batch.isControl) {
      this.#transactions.noteControl(batch)
      return true
    }
    const isAborted = this.#transactions.noteData(batch)
    if (isAborted || batch.recordsCount === 0 || batch.lastOffset < this.#firstDirtyOffset) return true
    return this.#addRecords(batch)
  }

  #addRecords(batch: RecordBatch): boolean {
    const map = this.#map
    const payload = batch.decompressedPayload()
    const walker = new RecordWalker(payload, 0, payload.length)
    const { baseOffset, recordsCount } = batch
    for (let index = 0; index < recordsCount; index++) {
      walker.next()
      const offset = baseOffset + walker.offsetDelta
      if (walker.keyLength < 0 || offset < this.#firstDirtyOffset) continue
      if (map.size >= this.#keysMax) return false
      map.put(payload, walker.keyStart, walker.keyLength, offset)
    }
    return true
  }
}
