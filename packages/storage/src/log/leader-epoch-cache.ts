import { CorruptFileError } from '../storage-error.ts'

export interface EpochEntry {
  readonly epoch: number
  readonly startOffset: number
}

export interface EpochEndOffset {
  readonly leaderEpoch: number
  readonly endOffset: number
}

const NO_EPOCH = -1

/** The answer when nothing is known of an epoch. */
export const UNDEFINED_EPOCH_END: EpochEndOffset = { leaderEpoch: NO_EPOCH, endOffset: -1 }

const VERSION = 0

/**
 * Which leader epoch wrote which offsets (Kafka's LeaderEpochFileCache): the first offset of every epoch that the
 * log holds records of, both strictly rising. It lives in memory; `revision` rises with every change so that the
 * log knows when the checkpoint file is behind.
 */
export class LeaderEpochCache {
  #entries: EpochEntry[] = []
  #revision = 0

  constructor(entries: readonly EpochEntry[] = []) {
    for (const { epoch, startOffset } of entries) this.assign(epoch, startOffset)
  }

  get revision(): number {
    return this.#revision
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  get latestEntry(): EpochEntry | undefined {
    return this.#entries.at(-1)
  }

  get earliestEntry(): EpochEntry | undefined {
    return this.#entries[0]
  }

  get latestEpoch(): number | undefined {
    return this.latestEntry?.epoch
  }

  /**
   * Notes that `epoch` begins at `startOffset`. Entries that contradict this (a later epoch, or a later start) come
   * from a past that was truncated, and go.
   */
  assign(epoch: number, startOffset: number): void {
    if (epoch < 0 || startOffset < 0) return
    const last = this.latestEntry
    if (last !== undefined && last.epoch === epoch && last.startOffset <= startOffset) return
    while (this.#entries.length > 0) {
      const entry = this.#entries.at(-1)!
      if (entry.epoch < epoch && entry.startOffset < startOffset) break
      this.#entries.pop()
    }
    this.#entries.push({ epoch, startOffset })
    this.#revision += 1
  }

  /**
   * Where `requestedEpoch` ends: the start of the next epoch, or the log's end for the latest. `leaderEpoch` is the
   * largest known epoch that is not above the requested one (OffsetForLeaderEpoch, KIP-101 and KIP-279).
   */
  endOffsetFor(requestedEpoch: number, logEndOffset: number): EpochEndOffset {
    if (requestedEpoch === NO_EPOCH) return UNDEFINED_EPOCH_END
    if (requestedEpoch === this.latestEpoch) return { leaderEpoch: requestedEpoch, endOffset: logEndOffset }
    const higher = this.#entries.findIndex((entry) => entry.epoch > requestedEpoch)
    if (higher < 0) return UNDEFINED_EPOCH_END
    const floor = this.#entries[higher - 1]
    return { leaderEpoch: floor?.epoch ?? requestedEpoch, endOffset: this.#entries[higher]!.startOffset }
  }

  /** The epoch in which the record at `offset` was written. */
  epochForOffset(offset: number): number | undefined {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch
  }

  /** Forgets epochs that begin at or after `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset)
    this.#replace(kept)
  }

  /** Forgets epochs that end at or before `startOffset`; the one that holds it now begins there. */
  truncateFromStart(startOffset: number): void {
    const holder = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset)
    if (holder < 0 || this.#entries[holder]!.startOffset === startOffset) {
      if (holder > 0) this.#replace(this.#entries.slice(holder))
      return
    }
    const { epoch } = this.#entries[holder]!
    this.#entries = [{ epoch, startOffset }, ...this.#entries.slice(holder + 1)]
    this.#revision += 1
  }

  clear(): void {
    this.#replace([])
  }

  #replace(entries: EpochEntry[]): void {
    if (entries.length === this.#entries.length) return
    this.#entries = entries
    this.#revision += 1
  }

  /** The text of `leader-epoch-checkpoint`: `0`, the number of entries, and a line `epoch startOffset` for each. */
  format(): string {
    const lines = this.#entries.map((entry) => `${entry.epoch} ${entry.startOffset}\n`)
    return `${VERSION}\n${lines.length}\n${lines.join('')}`
  }

  /** Reads {@link format}'s text; throws {@link CorruptFileError} for any other. */
  static parse(text: string): LeaderEpochCache {
    const [version, count, ...lines] = text.split('\n')
    if (version !== String(VERSION)) throw new CorruptFileError(`leader epoch checkpoint of version ${version}`)
    const entries = lines.filter((line) => line !== '')
    if (entries.length !== Number(count)) {
      throw new CorruptFileError(`leader epoch checkpoint with ${entries.length} entries that says ${count}`)
    }
    const cache = new LeaderEpochCache()
    for (const line of entries) {
      const match = /^(\d+) (\d+)$/.exec(line)
      if (match === null) throw new CorruptFileError(`leader epoch checkpoint with the line '${line}'`)
      cache.assign(Number(match[1]), Number(match[2]))
    }
    return cache
  }
}
