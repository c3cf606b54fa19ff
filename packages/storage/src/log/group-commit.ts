import type { CommitFile, CommitRequest } from '../commit/commit-file.ts'

/**
 * How many syncs are under way at a time: so many that the disk, which takes side by side what comes side by side, is
 * never idle; and half of the threads that the command gives Node, so that reads have the others (with Node's own four
 * threads a read waits for two syncs at most, however many logs there are).
 */
const CONCURRENCY = 8

/**
 * When so many logs of a folder are being synced, each for itself, and as many wait, one sync serves those together. It
 * is a second write, but one that a lone log does not pay for; and from four logs on it is less for the disk to do.
 */
const TOGETHER_MIN = 2

/** What a log says to being synced together with others. */
export interface SharedSync {
  readonly file: CommitFile
  /** What is to be brought to disk by now; undefined when it is too much, or must be synced where it stands. */
  readonly request: () => CommitRequest | undefined
}

interface Waiting {
  /** Undefined for a log that must be synced for itself. */
  shared: SharedSync | undefined
  /** Its turn has come to sync for itself, or it was served together with others. */
  serve: (together: CommitRequest | undefined) => void
}

/** How the logs of a folder are served. */
interface Folder {
  readonly file: CommitFile
  /** How many of them are in the line. */
  waiting: number
  /** How many are being synced each for itself that could have been served together. */
  alone: number
  isCommitting: boolean
  /** Many came together not long ago, and so will those who come next. */
  isBusy: boolean
  /** So often in a row few were served together. */
  quietTimes: number
}

/** When so often only few were there to be served together, each log is synced for itself again. */
const QUIET_TIMES_MAX = 4

/**
 * Group commit over all logs of a broker. A log that has something to sync stands in line once; what is written to it
 * until its turn comes is covered by the same sync, and when more is waiting afterwards it stands in line again, behind
 * all others. When many logs of a folder stand in line, one sync of the folder's commit file serves all of them, and
 * those that come while it is under way gather for the next one.
 */
export class GroupCommit {
  readonly #concurrency: number
  readonly #togetherMin: number
  #running = 0
  /** Who comes next, first in, first out. */
  #line: Waiting[] = []
  readonly #folders = new Map<CommitFile, Folder>()

  constructor(o: { readonly concurrency?: number | undefined; readonly togetherMin?: number | undefined } = {}) {
    this.#concurrency = o.concurrency ?? CONCURRENCY
    this.#togetherMin = o.togetherMin ?? TOGETHER_MIN
  }

  /**
   * Runs `sync` when its turn comes, unless the log is served together with others before: then what it had asked for
   * is returned.
   */
  async run(sync: () => Promise<void>, shared?: SharedSync): Promise<CommitRequest | undefined> {
    const waiting: Waiting = { shared, serve: () => undefined }
    if (this.#mayBegin(waiting)) this.#begin(waiting)
    else {
      const { promise, resolve } = Promise.withResolvers<CommitRequest | undefined>()
      waiting.serve = resolve
      this.#wait(waiting)
      const together = await promise
      if (together !== undefined) return together
    }
    try {
      await sync()
      return undefined
    } finally {
      this.#running -= 1
      if (waiting.shared !== undefined) this.#folderOf(waiting.shared.file).alone -= 1
      this.#serveNext()
    }
  }

  #folderOf(file: CommitFile): Folder {
    let folder = this.#folders.get(file)
    if (folder === undefined) {
      folder = { file, waiting: 0, alone: 0, isCommitting: false, isBusy: this.#togetherMin <= 1, quietTimes: 0 }
      this.#folders.set(file, folder)
    }
    return folder
  }

  /** Whether there is a place, and it is not to be served together with others. */
  #mayBegin({ shared }: Waiting): boolean {
    if (this.#running >= this.#concurrency) return false
    if (shared === undefined) return true
    const { isCommitting, isBusy, alone } = this.#folderOf(shared.file)
    return !isCommitting && !isBusy && alone < this.#togetherMin
  }

  #begin({ shared }: Waiting): void {
    this.#running += 1
    if (shared !== undefined) this.#folderOf(shared.file).alone += 1
  }

  #wait(waiting: Waiting): void {
    this.#line.push(waiting)
    if (waiting.shared === undefined) return
    const folder = this.#folderOf(waiting.shared.file)
    folder.waiting += 1
    if (folder.isCommitting || !this.#isDue(folder)) return
    folder.isCommitting = true
    // Not at once: who comes in the same breath is served by the same sync.
    queueMicrotask(() => void this.#commitAll(folder))
  }

  #isDue(folder: Folder): boolean {
    return folder.waiting >= (folder.isBusy ? 1 : this.#togetherMin)
  }

  /** Fills the places that are free. Who gathers is passed over. */
  #serveNext(): void {
    while (this.#running < this.#concurrency) {
      const index = this.#line.findIndex((waiting) => this.#mayBegin(waiting))
      if (index < 0) return
      const next = this.#line.splice(index, 1)[0]!
      if (next.shared !== undefined) this.#folderOf(next.shared.file).waiting -= 1
      this.#begin(next)
      next.serve(undefined)
    }
  }

  /** Serves those who gather together, as long as there are any. */
  async #commitAll(folder: Folder): Promise<void> {
    while (this.#isDue(folder)) {
      const group = this.#line.filter(({ shared }) => shared?.file === folder.file)
      this.#line = this.#line.filter(({ shared }) => shared?.file !== folder.file)
      folder.waiting = 0
      await this.#commit(folder.file, group)
      folder.quietTimes = group.length >= this.#togetherMin ? 0 : folder.quietTimes + 1
      folder.isBusy = folder.quietTimes < QUIET_TIMES_MAX
    }
    folder.isCommitting = false
    this.#serveNext()
  }

  async #commit(file: CommitFile, group: readonly Waiting[]): Promise<void> {
    const asked = group.map((waiting) => ({ waiting, request: waiting.shared!.request() }))
    const together = asked.filter(({ request }) => request !== undefined)
    this.#syncAlone(asked.filter(({ request }) => request === undefined).map(({ waiting }) => waiting))
    if (together.length === 0) return
    const done = await file.commit(together.map(({ request }) => request!))
    if (done) for (const { waiting, request } of together) waiting.serve(request)
    else this.#syncAlone(together.map(({ waiting }) => waiting))
  }

  /** They have waited: each is synced for itself, before all others. */
  #syncAlone(waiting: readonly Waiting[]): void {
    for (const each of waiting) each.shared = undefined
    this.#line.unshift(...waiting)
    this.#serveNext()
  }
}
