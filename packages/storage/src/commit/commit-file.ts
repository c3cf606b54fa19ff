import path from 'node:path'
import type { Clock, File, FileSystem, Logger, Timer } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import type { CommitEntry } from './commit-record.ts'
import { COMMIT_HEADER_BYTES, decodeCommitFile, encodeCommitHeader, encodeCommitRecord } from './commit-record.ts'
import { forEachLimited } from '../limited.ts'
import { asBuffer } from '../segment/batch-header.ts'
import { SerialQueue } from '../serial-queue.ts'

/** In a log folder, where many logs wait for the disk at a time. No partition's folder can have these names. */
export const COMMIT_FILES: readonly string[] = ['milena-commit-a', 'milena-commit-b']

/** A log of which something stands in the commit file that may not be on disk where it belongs. */
export interface CommitOwner {
  /** Of the log's folder. */
  readonly name: string
  /** Nobody will ask for what is in the log any more. */
  readonly isAbandoned: boolean
  /** The entry of its folder may not survive a loss of power; {@link noteNamed} says that it does. */
  readonly lacksName: boolean
  noteNamed(): void
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
  readonly clock: Clock
  readonly logger: Logger
  /** Of each of the two files. */
  readonly bytesMax: number
}

/** Logs brought to disk at a time when a file is emptied: no more, for appends want the disk too. */
const SETTLED_AT_A_TIME = 4

/** A file grows by so much at a time: a sync that need not note a new length costs half as much. */
const GROWTH_BYTES = 1_048_576

/** When nothing was committed for so long, everything is brought to where it belongs: the disk has time now. */
const QUIET_MS = 1000

/** After the disk refused a commit file, each log is synced for itself for so long. */
const RETRY_MS = 1000

/** One of the two files, which take turns. */
class Half {
  readonly path: string
  generation = 0
  /** So much is in the file, zeros at the end included. */
  sizeInBytes = 0
  /** Where the next record goes. */
  position = COMMIT_HEADER_BYTES
  readonly owners = new Set<CommitOwner>()
  /** Those of the owners, of which two may have the same: one was opened anew. */
  readonly names = new Set<string>()
  /** Names of owners that were abandoned. */
  readonly abandoned = new Set<string>()
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

  add(owner: CommitOwner): void {
    this.owners.add(owner)
    this.names.add(owner.name)
  }

  /** It says nothing any more. */
  forgetAll(): void {
    this.owners.clear()
    this.names.clear()
    this.abandoned.clear()
  }
}

/**
 * One sync for many logs: what of them is written and not yet on disk is written once more, into one file that is
 * synced, and with that all of them are answered. Their own files are synced later, before this one is emptied; after a
 * crash the next start carries over what did not get there (`commit-replay.ts`).
 *
 * What that rests on:
 * - Before a log's files are changed other than by appending (cut, exchanged for cleaned ones, moved), the log is on disk
 *   in its own files, and no commit file speaks of it: see {@link forget}.
 * - Of a deleted log it may speak; but none is made with the name of that one before it does not: {@link forgetAbandoned}.
 */
export class CommitFile {
  readonly #o: CommitFileOptions
  #active: Half
  #other: Half
  #generation = 0
  #commits = 0
  #isStopped = false
  #brokenUntilMs = -Infinity
  #quietTimer: Timer | undefined
  /** Emptying, one at a time. */
  readonly #emptying = new SerialQueue()

  constructor(o: CommitFileOptions) {
    this.#o = o
    const [active, other] = COMMIT_FILES.map((name) => new Half(path.join(o.directory, name)))
    this.#active = active!
    this.#other = other!
  }

  /**
   * Brings the entries to disk; false when it cannot, and the logs must do so each for itself. One call at a time, and
   * no owner twice in it.
   */
  async commit(requests: readonly CommitRequest[]): Promise<boolean> {
    if (this.#isStopped || this.#o.clock.monotonicMs() < this.#brokenUntilMs) return false
    const entries = requests.map(({ entry }) => entry)
    let record = encodeCommitRecord(this.#active.generation, entries)
    if (this.#active.isBroken || this.#active.position + record.byteLength > this.#o.bytesMax) {
      if (!this.#other.isEmpty || record.byteLength > this.#o.bytesMax - COMMIT_HEADER_BYTES) return false
      this.#takeTurns()
      // Whoever asks for it next hears of what goes wrong here.
      this.#emptying.run(() => this.#empty(this.#other)).catch(() => undefined)
      record = encodeCommitRecord(this.#active.generation, entries)
    }
    const half = this.#active
    for (const { owner } of requests) half.add(owner)
    this.#commits += 1
    const writing = this.#write(half, record, entries)
    half.writing = writing
    const isDone = await writing
    this.#settleWhenQuiet()
    return isDone
  }

  async #write(half: Half, record: Buffer, entries: readonly CommitEntry[]): Promise<boolean> {
    try {
      let bytes = record
      if (!half.exists) {
        await this.#create(half)
        bytes = encodeCommitRecord(half.generation, entries)
      }
      const end = half.position + bytes.byteLength
      const size = end <= half.sizeInBytes ? end : Math.max(end, Math.min(end + GROWTH_BYTES, this.#o.bytesMax))
      const zeros = new Uint8Array(size - end)
      await half.file!.writev(zeros.byteLength > 0 ? [bytes, zeros] : [bytes], half.position)
      await half.file!.sync()
      half.position = end
      half.sizeInBytes = Math.max(half.sizeInBytes, size)
      return true
    } catch (error) {
      half.isBroken = true
      this.#brokenUntilMs = this.#o.clock.monotonicMs() + RETRY_MS
      const sentence = 'A commit file cannot be written; each log is synced for itself'
      this.#o.logger.limited(half.path).warn(sentence, { file: half.path, error })
      // What it had answered for before lies beside what failed, and should not have to rely on it.
      this.settle().catch(() => undefined)
      return false
    }
  }

  /** Its name, and all other changes of names in the folder, survive a loss of power before it answers for anything. */
  async #create(half: Half): Promise<void> {
    await this.#begin(half)
    await this.#o.fs.syncDirectory(this.#o.directory)
    half.exists = true
  }

  /** From here on what the file holds says nothing. */
  async #begin(half: Half): Promise<void> {
    const generation = ++this.#generation
    half.file ??= await this.#o.fs.open(half.path, 'create')
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

  #settleWhenQuiet(): void {
    if (this.#quietTimer !== undefined || this.#isStopped) return
    const commits = this.#commits
    this.#quietTimer = this.#o.clock.setTimer(QUIET_MS, () => {
      this.#quietTimer = undefined
      // A log that fails at it says so itself.
      if (commits === this.#commits) this.settle().catch(() => undefined)
      else this.#settleWhenQuiet()
    })
  }

  /** Brings to disk in the logs' own files what was committed by now; the commit files then say nothing of it any more. */
  async settle(): Promise<void> {
    await this.#emptying.run(async () => {
      if (this.#isStopped) return
      await this.#empty(this.#other)
      // Unless it was full meanwhile: then the other one has what this is about.
      if (this.#other.isEmpty) this.#takeTurns()
      await this.#empty(this.#other)
    })
  }

  /** As {@link settle}, if they hold anything of a log with this name. Throws once {@link stop} was called: then it stays in them. */
  async forget(owner: CommitOwner): Promise<void> {
    if (!this.#halves.some(({ names }) => names.has(owner.name))) return
    await this.settle()
    if (this.#isStopped) throw new Error(`the storage stops, and a commit file speaks of ${owner.name}`)
  }

  /** To be told of an owner that was abandoned. */
  noteAbandoned(owner: CommitOwner): void {
    for (const half of this.#halves) if (half.names.has(owner.name)) half.abandoned.add(owner.name)
  }

  /** As {@link forget}, of a log with this name that was abandoned. */
  async forgetAbandoned(name: string): Promise<void> {
    if (!this.#halves.some(({ abandoned }) => abandoned.has(name))) return
    await this.settle()
    if (this.#isStopped) throw new Error(`the storage stops, and a commit file speaks of ${name}, which was deleted`)
  }

  get #halves(): readonly Half[] {
    return [this.#active, this.#other]
  }

  /** What the files hold of a log. */
  async entriesOf(name: string): Promise<readonly CommitEntry[]> {
    const halves = this.#halves.filter(({ owners }) => owners.size > 0)
    const contents = await Promise.all(halves.map((half) => this.#o.fs.readFile(half.path)))
    return contents
      .flatMap((content) => decodeCommitFile(asBuffer(content))?.entries ?? [])
      .filter((entry) => entry.name === name)
  }

  async #empty(half: Half): Promise<void> {
    await half.writing
    if (half.isEmpty) return
    await this.#nameAll(half)
    await forEachLimited(half.owners, SETTLED_AT_A_TIME, (owner) => owner.settleInPlace())
    if (half.isBroken) await this.#remove(half)
    else await this.#restart(half)
    half.forgetAll()
  }

  /** New logs by the thousand have their entries in this folder: one sync is for all of them. */
  async #nameAll({ owners }: Half): Promise<void> {
    const nameless = [...owners].filter(({ lacksName }) => lacksName)
    if (nameless.length === 0) return
    await this.#o.fs.syncDirectory(this.#o.directory)
    for (const owner of nameless) owner.noteNamed()
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
    await removeIfPresent(this.#o.fs, half.path)
    await this.#o.fs.syncDirectory(this.#o.directory)
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

  /** Takes nothing from here on: each log is synced for itself. What it holds stays, for the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#quietTimer?.cancel()
    await this.#emptying.idle()
    for (const half of this.#halves) {
      await half.writing
      await this.#closeFile(half)
    }
  }

  /** Removes the files of one that was stopped, because all that it speaks of is on disk where it belongs. */
  async removeFiles(): Promise<void> {
    for (const half of this.#halves) if (half.exists || half.isBroken) await this.#remove(half)
  }
}

async function removeIfPresent(fs: FileSystem, file: string): Promise<void> {
  try {
    await fs.remove(file)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
}
