import path from 'node:path'
import { ZERO_UUID } from '@milena/protocol/messages'
import { hasErrorCode } from '@milena/runtime'
import type { CommitOwner, CommitRequest } from '../commit/commit-file.ts'
import type { LogContext, LogGate } from '../log-context.ts'
import { formatPartitionMetadata } from '../manager/partition-metadata.ts'
import { PARTITION_METADATA_FILE } from '../segment/log-files.ts'
import type { LogSegments } from '../segment/log-segments.ts'
import { salvageLog } from '../recovery/log-salvage.ts'
import type { LogTail } from './tail-cache.ts'

/** What is committed together with other logs is small: it is written twice. */
const SHARED_BYTES_MAX = 65_536

export interface LogSyncOptions {
  readonly directory: string
  readonly gate?: LogGate
  /** As in LocalLogOptions. */
  readonly topicId: () => string
  /** As in LocalLogOptions. */
  readonly unsyncedParent?: string
  /** As in LocalLogOptions. */
  readonly isTopicIdDoubtful: boolean
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
  readonly name: string
  readonly #o: LogSyncOptions
  /** A sync failed: a second one that succeeds would mean nothing. */
  hasFailed = false
  /** Nothing of the log is surely on disk where it belongs: neither its folder, nor its topic id. */
  #isNew: boolean
  #isParentSynced = false
  #inPlaceOffset: number
  /** Where what was given to the commit file ends. */
  #sharedOffset = 0
  /** The sync of segments that is under way. */
  #inTurn: Promise<unknown> = Promise.resolve()
  #isAbandoned = false

  constructor(o: LogSyncOptions) {
    this.#o = o
    this.name = path.basename(o.directory)
    this.#isNew = o.unsyncedParent !== undefined
    this.#inPlaceOffset = o.recoveryPoint
  }

  /** Everything below survives a loss of power where it stands, in the segments. */
  get inPlaceOffset(): number {
    return this.#inPlaceOffset
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  get lacksName(): boolean {
    return this.#isNew && !this.#isParentSynced && !this.#isAbandoned
  }

  noteNamed(): void {
    this.#isParentSynced = true
  }

  /** Brings what is written to the disk when its turn comes; returns up to where. */
  async sync(): Promise<number> {
    let offset = 0
    const inPlace = async (): Promise<void> => {
      offset = await this.#syncInPlace()
    }
    const file = this.#o.gate?.commitFile
    const shared = file === undefined ? undefined : { file, request: () => this.#requestCommit() }
    const request = await this.#o.context.groupCommit.run(inPlace, shared)
    return request === undefined ? offset : this.#sharedOffset
  }

  #requestCommit(): CommitRequest | undefined {
    const entry = this.#isAbandoned ? undefined : this.#unanswered()
    if (entry === undefined) return undefined
    this.#sharedOffset = this.#o.writtenOffset()
    return { owner: this, entry }
  }

  /** What was written and not answered for; undefined when it is much, or not in memory, or the next start would not know where to put it. */
  #unanswered(): CommitRequest['entry'] | undefined {
    const { segments, tail } = this.#o
    const { active } = segments
    const flushed = this.#o.flushedOffset()
    const topicId = this.#o.topicId()
    if (active.baseOffset > flushed || topicId === ZERO_UUID) return undefined
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
    if (from !== flushed || position < 0 || !this.#canBeFound(position)) return undefined
    return { name: this.name, topicId, baseOffset: active.baseOffset, position, bytes: bytes.toReversed() }
  }

  /**
   * Whether the next start knows where what begins at `position` of the active segment belongs: the segment is there, or
   * it is the first one of a log of which the commit file has everything from the first byte on, so that it can be made.
   */
  #canBeFound(position: number): boolean {
    const { segments, flushedOffset } = this.#o
    if (!this.#isNew) return !segments.active.needsDirectorySync
    const isFromFirst = position === 0 || (this.#sharedOffset === flushedOffset() && this.#isAhead)
    return segments.size === 1 && isFromFirst
  }

  /** The commit file has what is not on disk where it belongs. */
  get #isAhead(): boolean {
    return this.#sharedOffset > this.#inPlaceOffset
  }

  /** Brings to disk in the segments what was answered for because it is in the commit file. */
  async settleInPlace(): Promise<void> {
    if (this.#isAbandoned || !this.#isAhead) return
    if (this.hasFailed) return this.salvage()
    try {
      await this.#syncInPlace()
    } catch (error) {
      this.#o.onFailure(error)
      throw error
    }
  }

  /** Resolves when everything that was answered for is on disk in the segments, and no commit file speaks of the log. */
  async leaveCommitFile(): Promise<void> {
    await this.#o.gate?.commitFile?.forget(this)
  }

  /** Nobody will ask for what is in the log any more, or it was salvaged. */
  abandon(): void {
    this.#isAbandoned = true
    this.#o.gate?.commitFile?.noteAbandoned(this)
  }

  /** Brings what was written of a log that failed to disk; see {@link salvageLog}. */
  async salvage(): Promise<void> {
    const { segments, tail, directory, context } = this.#o
    await this.#o.settled()
    await this.#takeTurn(async () => {
      try {
        await salvageLog({
          fs: context.fs,
          directory,
          segments: segments.values(this.#inPlaceOffset),
          flushedOffset: this.#inPlaceOffset,
          tail,
          syncFailed: this.hasFailed,
          committed: () => this.#committed(),
        })
        if (this.#isNew && this.#isAhead) await this.#salvageName()
      } catch (error) {
        // Also a sync of what was to be brought to the disk may be what failed.
        this.hasFailed = true
        throw error
      }
    })
    this.#inPlaceOffset = this.#o.writtenOffset()
  }

  /** What the commit file has of the log. */
  async #committed(): Promise<readonly CommitRequest['entry'][]> {
    return (this.#isAhead && (await this.#o.gate?.commitFile?.entriesOf(this.name))) || []
  }

  /** Its own sync may have failed. */
  async #salvageName(): Promise<void> {
    const { context, directory, topicId, unsyncedParent } = this.#o
    const metadata = path.join(directory, PARTITION_METADATA_FILE)
    await context.fs.writeFile(metadata, formatPartitionMetadata(topicId()), { atomic: true })
    await context.directorySyncs.sync(unsyncedParent!)
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

  /** Syncs the segments, and of a new log also what it is found by; returns up to where they were written. */
  #syncInPlace(): Promise<number> {
    return this.#takeTurn(async () => {
      if (this.hasFailed) throw new Error('a sync of the log failed before')
      const offset = this.#o.writtenOffset()
      try {
        if (this.#isNew) await this.#syncNew()
        else await this.#syncFiles()
      } catch (error) {
        this.hasFailed = true
        throw error
      }
      this.#isNew = false
      this.#inPlaceOffset = Math.max(this.#inPlaceOffset, offset)
      return offset
    })
  }

  /** One after the other: who finds nothing to sync must not be ahead of who is at it. */
  #takeTurn<T>(sync: () => Promise<T>): Promise<T> {
    const turn = this.#inTurn.then(sync)
    this.#inTurn = turn.catch(() => undefined)
    return turn
  }

  async #syncNew(): Promise<void> {
    const { context, unsyncedParent, isTopicIdDoubtful } = this.#o
    const parentSynced = this.#isParentSynced ? undefined : context.directorySyncs.sync(unsyncedParent!)
    // Whoever waits for the files first hears of a failure all the same.
    parentSynced?.catch(() => undefined)
    // Its file may have to be made anew, before the folder is synced.
    if (isTopicIdDoubtful) await this.#syncTopicId().then(() => this.#syncFiles(true))
    else await Promise.all([this.#syncFiles(), this.#syncTopicId()])
    await parentSynced
  }

  /**
   * A new log's topic id is on disk with its first records: a folder that lost it would be taken for that of a topic
   * with the same name that is made later.
   */
  async #syncTopicId(): Promise<void> {
    const { directory, isTopicIdDoubtful } = this.#o
    const { fs } = this.#o.context
    const topicId = this.#o.topicId()
    const metadata = path.join(directory, PARTITION_METADATA_FILE)
    const isKnown = topicId !== ZERO_UUID
    try {
      const file = await fs.open(metadata, isTopicIdDoubtful && isKnown ? 'create' : 'readwrite')
      try {
        if (isTopicIdDoubtful) {
          const text = isKnown ? Buffer.from(formatPartitionMetadata(topicId)) : await fs.readFile(metadata)
          await file.writev([text], 0)
        }
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
  async #syncFiles(hasNewFiles = false): Promise<void> {
    const segments = this.#o.segments.values(this.#inPlaceOffset)
    for (const segment of segments) await segment.sync()
    const newFiles = segments.filter((segment) => segment.needsDirectorySync && segment.writtenBytes > 0)
    if (newFiles.length === 0 && !hasNewFiles) return
    await this.#o.context.fs.syncDirectory(this.#o.directory)
    for (const segment of newFiles) segment.needsDirectorySync = false
  }
}
