import path from 'node:path'
import { hasErrorCode } from '@milena/runtime'
import type { File, FileSystem, Logger } from '@milena/runtime'
import type { CommitEntry } from './commit-record.ts'
import { COMMIT_HEADER_BYTES, encodeCommitHeader, encodeCommitRecord } from './commit-record.ts'
import { forEachLimited } from '../limited.ts'
import { SerialQueue } from '../serial-queue.ts'

/** In a log folder, where many logs wait for the disk at a time. Kafka passes over them. */
export const COMMIT_FILES: readonly string[] = ['milena-commit-0', 'milena-commit-1']

/** A log of which something stands in the commit file that may not be on disk where it belongs. */
export interface CommitOwner {
  /** Brings everything that was answered for to disk in the log's own files. Throws when that cannot be. */
  settleInPlace(): Promise<void>
}

export interface CommitRequest {
  readonly owner: CommitOwner
  readonly entry: CommitEntry
}

export interface CommitFileOptions {
  /** The log folder. */
  readonly directory: string
  readonly fs: FileSystem
  readonly logger: Logger
  /** Of each of the two files. */
  readonly bytesMax: number
}

/** Logs brought to disk at a time when a file is emptied: no more, for appends want the disk too. */
const SETTLED_AT_A_TIME = 4

/** A file grows by so much at a time: a sync that need not note a new length costs half as much. */
const GROWTH_BYTES = 1_048_576

/** One of the two files, which take turns. */
class Half {
  readonly path: string
  generation = 0
  /** So much is in the file, zeros at the end included. */
  sizeInBytes = 0
  /** Where the next record goes. */
  position = COMMIT_HEADER_BYTES
  readonly owners = new Set<CommitOwner>()
  /** Not one of the pool's: it would take the place of a log's file whenever it is used. */
  file: File | undefined
  /** It lies in the folder, for good. */
  exists = false
  /** A write or a sync of it failed: what it says on disk nobody knows. */
  isBroken = false
  writing: Promise<unknown> = Promise.resolve()

  constructor(file: string) {
    this.path = file
  }

  get isEmpty(): boolean {
    return this.owners.size === 0 && !this.isBroken
  }
}

/**
 * One sync for many logs: what of them is written and not yet on disk is written once more, into one file that is
 * synced, and with that all of them are answered. Their own files are synced later, before this one is emptied; after a
 * crash the next start carries over what did not get there (`commit-replay.ts`).
 *
 * The rule on which that rests: before a log's files are changed other than by appending (cut, exchanged for cleaned
 * ones, taken away), the log is on disk in its own files, and no commit file speaks of it: see {@link forget}.
 */
export class CommitFile {
  readonly #directory: string
  readonly #fs: FileSystem
  readonly #logger: Logger
  readonly #bytesMax: number
  #active: Half
  #other: Half
  #generation = 0
  #isClosed = false
  /** Emptying, one at a time. */
  readonly #emptying = new SerialQueue()

  constructor(o: CommitFileOptions) {
    this.#directory = o.directory
    this.#fs = o.fs
    this.#logger = o.logger
    this.#bytesMax = o.bytesMax
    const [active, other] = COMMIT_FILES.map((name) => new Half(path.join(o.directory, name)))
    this.#active = active!
    this.#other = other!
  }

  /**
   * Brings the entries to disk; false when it cannot, and the logs must do so each for itself. One call at a time, and
   * no owner twice in it.
   */
  async commit(requests: readonly CommitRequest[]): Promise<boolean> {
    if (this.#isClosed) return false
    const entries = requests.map(({ entry }) => entry)
    let record = encodeCommitRecord(this.#active.generation, entries)
    if (this.#active.isBroken || this.#active.position + record.byteLength > this.#bytesMax) {
      if (!this.#other.isEmpty || record.byteLength > this.#bytesMax - COMMIT_HEADER_BYTES) return false
      this.#takeTurns()
      // Whoever asks for it next hears of what goes wrong here.
      this.#emptying.run(() => this.#empty(this.#other)).catch(() => undefined)
      record = encodeCommitRecord(this.#active.generation, entries)
    }
    const half = this.#active
    for (const { owner } of requests) half.owners.add(owner)
    const writing = this.#write(half, record, entries)
    half.writing = writing
    return writing
  }

  async #write(half: Half, record: Buffer, entries: readonly CommitEntry[]): Promise<boolean> {
    try {
      let bytes = record
      if (!half.exists) {
        await this.#create(half)
        bytes = encodeCommitRecord(half.generation, entries)
      }
      const end = half.position + bytes.byteLength
      const size = end <= half.sizeInBytes ? end : Math.min(end + GROWTH_BYTES, this.#bytesMax)
      const zeros = new Uint8Array(size - end)
      await half.file!.writev(zeros.byteLength > 0 ? [bytes, zeros] : [bytes], half.position)
      await half.file!.sync()
      half.position = end
      half.sizeInBytes = Math.max(half.sizeInBytes, size)
      return true
    } catch (error) {
      half.isBroken = true
      this.#logger.warn('A commit file cannot be written; each log is synced for itself', { file: half.path, error })
      return false
    }
  }

  async #create(half: Half): Promise<void> {
    await this.#begin(half)
    await this.#fs.syncDirectory(this.#directory)
    half.exists = true
  }

  /** From here on what the file holds says nothing. */
  async #begin(half: Half): Promise<void> {
    const generation = ++this.#generation
    half.file ??= await this.#fs.open(half.path, 'create')
    await half.file.writev([encodeCommitHeader(generation)], 0)
    await half.file.sync()
    half.generation = generation
    half.position = COMMIT_HEADER_BYTES
  }

  #takeTurns(): void {
    const half = this.#active
    this.#active = this.#other
    this.#other = half
  }

  /** Brings to disk in the logs' own files what the commit files hold, which then say nothing any more. */
  async settle(): Promise<void> {
    if (!this.#isClosed) await this.#settle()
  }

  #settle(): Promise<void> {
    return this.#emptying.run(async () => {
      await this.#empty(this.#other)
      if (this.#active.isEmpty) return
      // Unless it was full meanwhile: then the other one has what this is about.
      if (this.#other.isEmpty) this.#takeTurns()
      await this.#empty(this.#other)
    })
  }

  /** As {@link settle}, if they hold anything of this log, which writes nothing meanwhile. Not asked for while all ends. */
  async forget(owner: CommitOwner): Promise<void> {
    while (!this.#isClosed && (this.#active.owners.has(owner) || this.#other.owners.has(owner))) await this.settle()
  }

  async #empty(half: Half): Promise<void> {
    await half.writing
    if (half.isEmpty) return
    await forEachLimited(half.owners, SETTLED_AT_A_TIME, (owner) => owner.settleInPlace())
    if (half.isBroken) await this.#remove(half)
    else await this.#restart(half)
    half.owners.clear()
  }

  async #restart(half: Half): Promise<void> {
    try {
      await this.#begin(half)
    } catch (error) {
      half.isBroken = true
      throw error
    }
  }

  async #remove(half: Half): Promise<void> {
    await this.#closeFile(half)
    await removeIfPresent(this.#fs, half.path)
    await this.#fs.syncDirectory(this.#directory)
    half.exists = false
    half.isBroken = false
    half.sizeInBytes = 0
    half.position = COMMIT_HEADER_BYTES
  }

  async #closeFile(half: Half): Promise<void> {
    const { file } = half
    half.file = undefined
    await file?.close()
  }

  /** Settles, takes nothing from here on, and removes the files. If it throws, they stay as they are. */
  async close(): Promise<void> {
    this.#isClosed = true
    const halves = [this.#active, this.#other]
    try {
      await this.#settle()
      await this.#emptying.run(async () => {
        for (const half of halves) if (half.exists) await this.#remove(half)
      })
    } finally {
      for (const half of halves) await this.#closeFile(half)
    }
  }
}

async function removeIfPresent(fs: FileSystem, file: string): Promise<void> {
  try {
    await fs.remove(file)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
}
