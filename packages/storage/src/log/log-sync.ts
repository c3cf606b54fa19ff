import path from 'node:path'
import { hasErrorCode } from '@milena/runtime'
import type { CommitOwner, CommitRequest } from '../commit/commit-file.ts'
import type { LogContext, LogGate } from '../log-context.ts'
import { PARTITION_METADATA_FILE } from '../segment/log-files.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import { salvageLog } from '../recovery/log-salvage.ts'
import type { LogTail } from './tail-cache.ts'

/** What is committed together with other logs is small: it is written twice. */
const SHARED_BYTES_MAX = 65_536

export interface LogSyncOptions {
  readonly directory: string
  readonly gate?: LogGate
  readonly topicId: () => string
  /** As in LocalLogOptions. */
  readonly unsyncedParent?: string
  readonly segments: LogSegments
  readonly recoveryPoint: number
  readonly context: LogContext
  readonly tail: LogTail
  readonly writtenOffset: () => number
  /** Everything below was answered for. */
  readonly flushedOffset: () => number
  /** Resolves when no write is under way, and nobody waits for a sync. */
  readonly settled: () => Promise<void>
  /** The log fails because something that was answered for does not get to the disk where it belongs. */
  readonly onFailure: (cause: unknown) => void
}

/**
 * How what is written of a log gets to the disk: by a sync of its segments, or first into the commit file, together with
 * other logs, and by a sync of its segments later.
 */
export class LogSync implements CommitOwner {
  readonly #o: LogSyncOptions
  /** A sync failed: a second one that succeeds would mean nothing. */
  hasFailed = false
  #unsyncedParent: string | undefined
  #inPlaceOffset: number
  /** Where what was given to the commit file ends. */
  #sharedOffset = 0
  /** The sync of segments that is under way. */
  #inTurn: Promise<unknown> = Promise.resolve()
  #isAbandoned = false

  constructor(o: LogSyncOptions) {
    this.#o = o
    this.#unsyncedParent = o.unsyncedParent
    this.#inPlaceOffset = o.recoveryPoint
  }

  /** Everything below survives a loss of power where it stands, in the segments. */
  get inPlaceOffset(): number {
    return this.#inPlaceOffset
  }

  /** Syncs what is written when its turn comes; returns up to where. */
  async sync(): Promise<number> {
    const { context } = this.#o
    let offset = 0
    // Outside of the line, and before it: all new logs that wait in it share the next sync of the folder.
    const parent = this.#unsyncedParent
    const parentSynced = parent === undefined ? undefined : context.directorySyncs.sync(parent)
    // Whoever waits for the files first hears of a failure all the same.
    parentSynced?.catch(() => undefined)
    const inPlace = async (): Promise<void> => {
      offset = await this.#syncInPlace({ withTopicId: parent !== undefined })
    }
    // A log that the next start may not find has to be synced where it stands.
    const file = parent === undefined ? this.#o.gate?.commitFile : undefined
    const shared = file === undefined ? undefined : { file, request: () => this.#requestCommit() }
    const request = await context.groupCommit.run(inPlace, shared)
    if (request !== undefined) return this.#sharedOffset
    await parentSynced
    this.#unsyncedParent = undefined
    this.#noteInPlace(offset)
    return offset
  }

  #requestCommit(): CommitRequest | undefined {
    const entry = this.#unsynced()
    if (entry === undefined) return undefined
    this.#sharedOffset = this.#o.writtenOffset()
    return { owner: this, entry }
  }

  /** What was written and not answered for; undefined when it is much, or not in memory, or in a file without a name. */
  #unsynced(): CommitRequest['entry'] | undefined {
    const { segments, tail, directory, topicId } = this.#o
    const { active } = segments
    const flushed = this.#o.flushedOffset()
    if (active.needsDirectorySync || active.baseOffset > flushed) return undefined
    const bytes: Uint8Array[] = []
    let position = active.writtenBytes
    let from = this.#o.writtenOffset()
    for (const batches of tail.backwards()) {
      if (from <= flushed || batches.nextOffset !== from) break
      bytes.push(batches.bytes)
      position -= batches.bytes.byteLength
      from = batches.baseOffset
      if (active.writtenBytes - position > SHARED_BYTES_MAX) return undefined
    }
    if (from !== flushed || position < 0) return undefined
    const place = { name: path.basename(directory), topicId: topicId(), baseOffset: active.baseOffset, position }
    return { ...place, bytes: bytes.toReversed() }
  }

  /** Brings to disk in the segments what was answered for because it is in the commit file. */
  async settleInPlace(): Promise<void> {
    if (this.#isAbandoned || this.#inPlaceOffset >= this.#sharedOffset) return
    if (this.hasFailed) return this.salvage()
    try {
      this.#noteInPlace(await this.#syncInPlace({ withTopicId: false }))
    } catch (error) {
      this.#o.onFailure(error)
      throw error
    }
  }

  #noteInPlace(offset: number): void {
    this.#inPlaceOffset = Math.max(this.#inPlaceOffset, offset)
  }

  /** Resolves when everything that was answered for is on disk in the segments, and no commit file speaks of the log. */
  async leaveCommitFile(): Promise<void> {
    await this.#o.gate?.commitFile?.forget(this)
  }

  /** Nobody will ask for what is in the log any more, or it was salvaged. */
  abandon(): void {
    this.#isAbandoned = true
  }

  /** Brings what was written of a log that failed to disk; see {@link salvageLog}. */
  async salvage(): Promise<void> {
    const { segments, tail, directory, context } = this.#o
    await this.#o.settled()
    await this.#takeTurn(() =>
      salvageLog({
        fs: context.fs,
        directory,
        segments: segments.values(this.#inPlaceOffset),
        flushedOffset: this.#inPlaceOffset,
        tail,
        syncFailed: this.hasFailed,
      }),
    )
    this.#inPlaceOffset = this.#o.writtenOffset()
  }

  /** The log was cut, or is about to be. */
  lowerTo(offset: number): void {
    this.#inPlaceOffset = Math.min(this.#inPlaceOffset, offset)
    this.#sharedOffset = Math.min(this.#sharedOffset, offset)
  }

  /** The log was emptied and goes on at `offset`. */
  restartAt(offset: number): void {
    this.#inPlaceOffset = offset
    this.#sharedOffset = 0
  }

  /** Resolves when no sync of segments is under way. */
  async idle(): Promise<void> {
    await this.#inTurn
  }

  /** Syncs the segments; returns up to where they were written. */
  #syncInPlace({ withTopicId }: { readonly withTopicId: boolean }): Promise<number> {
    return this.#takeTurn(async () => {
      if (this.hasFailed) throw new Error('a sync of the log failed before')
      const offset = this.#o.writtenOffset()
      try {
        await Promise.all([this.#syncFiles(), withTopicId ? this.#syncTopicId() : undefined])
      } catch (error) {
        this.hasFailed = true
        throw error
      }
      return offset
    })
  }

  /** One after the other: who finds nothing to sync must not be ahead of who is at it. */
  #takeTurn<T>(sync: () => Promise<T>): Promise<T> {
    const turn = this.#inTurn.then(sync)
    this.#inTurn = turn.catch(() => undefined)
    return turn
  }

  /**
   * A new log's topic id is on disk with its first records: a folder that lost it would be taken for that of a topic
   * with the same name that is made later.
   */
  async #syncTopicId(): Promise<void> {
    const { fs } = this.#o.context
    const metadata = path.join(this.#o.directory, PARTITION_METADATA_FILE)
    try {
      const file = await fs.open(metadata, 'readwrite')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      // A log from before topic ids that was moved here.
      if (!hasErrorCode(error, 'ENOENT')) throw error
    }
  }

  /** Data first, then the folder entries by which it is found. */
  async #syncFiles(): Promise<void> {
    const segments = this.#o.segments.values(this.#inPlaceOffset)
    for (const segment of segments) await segment.sync()
    const newFiles = segments.filter((segment) => segment.needsDirectorySync && segment.writtenBytes > 0)
    if (newFiles.length === 0) return
    await this.#o.context.fs.syncDirectory(this.#o.directory)
    for (const segment of newFiles) segment.needsDirectorySync = false
  }
}
