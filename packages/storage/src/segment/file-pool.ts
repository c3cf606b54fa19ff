import type { File, FileSystem } from '@milena/runtime'

interface PooledFile {
  readonly path: string
  readonly writable: boolean
  readonly opening: Promise<File>
  users: number
  /** Set once the file is to be closed as soon as nobody uses it. */
  closing: Promise<void> | undefined
  whenIdle: (() => void) | undefined
}

/**
 * The open files of all logs, at most `openMax` at a time: ten thousand partitions must not hold twenty thousand
 * handles. Who needs one more gets that of the file that has not been in use for longest, or waits until one is free;
 * so nobody may ask for a file while using another.
 */
export class FilePool {
  readonly #fs: FileSystem
  readonly #openMax: number
  readonly #files = new Map<string, PooledFile>()
  /** Files that nobody uses, the one idle for longest first. */
  readonly #idle = new Set<PooledFile>()
  /** Files that are being closed, by path. */
  readonly #closing = new Map<string, Set<Promise<void>>>()
  /** Who waits for a handle, in order. */
  #waiting: (() => void)[] = []
  #handles = 0

  constructor(options: { readonly fs: FileSystem; readonly openMax: number }) {
    this.#fs = options.fs
    this.#openMax = options.openMax
  }

  /** Files that are open, or about to be. */
  get openCount(): number {
    return this.#handles
  }

  /** Runs `use` with the file open for reading; it must exist. */
  read<T>(path: string, use: (file: File) => Promise<T>): Promise<T> {
    return this.#use(path, false, use)
  }

  /** Runs `use` with the file open for writing; it is made when absent. */
  write<T>(path: string, use: (file: File) => Promise<T>): Promise<T> {
    return this.#use(path, true, use)
  }

  /** Closes the file once nobody uses it, so that it can be renamed or removed. It may be opened again later. */
  async close(path: string): Promise<void> {
    const pooled = this.#files.get(path)
    if (pooled !== undefined) this.#retire(pooled)
    const closing = this.#closing.get(path)
    if (closing !== undefined) await Promise.all(closing)
  }

  async closeAll(): Promise<void> {
    for (const pooled of this.#files.values()) this.#retire(pooled)
    await Promise.all([...this.#closing.values()].flatMap((closings) => [...closings]))
  }

  async #use<T>(path: string, writable: boolean, use: (file: File) => Promise<T>): Promise<T> {
    const pooled = this.#acquire(path, writable)
    try {
      return await use(await pooled.opening)
    } finally {
      this.#release(pooled)
    }
  }

  #acquire(path: string, writable: boolean): PooledFile {
    let pooled = this.#files.get(path)
    if (pooled !== undefined && writable && !pooled.writable) {
      this.#retire(pooled)
      pooled = undefined
    }
    pooled ??= this.#open(path, writable)
    this.#idle.delete(pooled)
    pooled.users += 1
    return pooled
  }

  #release(pooled: PooledFile): void {
    pooled.users -= 1
    if (pooled.users > 0) return
    pooled.whenIdle?.()
    if (pooled.closing !== undefined || this.#files.get(pooled.path) !== pooled) return
    if (this.#waiting.length > 0) this.#retire(pooled)
    else this.#idle.add(pooled)
  }

  #open(path: string, writable: boolean): PooledFile {
    const handle = this.#takeHandle()
    const opening =
      handle === undefined
        ? this.#fs.open(path, modeFor(writable))
        : handle.then(() => this.#fs.open(path, modeFor(writable)))
    const pooled: PooledFile = { path, writable, opening, users: 0, closing: undefined, whenIdle: undefined }
    this.#files.set(path, pooled)
    // A file that could not be opened must not stay: the next use tries again.
    opening.catch(() => {
      if (this.#files.get(path) === pooled) this.#files.delete(path)
      if (pooled.closing === undefined) this.#freeHandle()
    })
    return pooled
  }

  /** Counts one more handle; a promise if it has to be waited for. */
  #takeHandle(): Promise<void> | undefined {
    if (this.#handles < this.#openMax) {
      this.#handles += 1
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const [oldest] = this.#idle
    if (oldest !== undefined) this.#retire(oldest)
    return promise
  }

  /** Passes a handle on to the next who waits. */
  #freeHandle(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#handles -= 1
    else next()
  }

  #retire(pooled: PooledFile): void {
    if (this.#files.get(pooled.path) === pooled) this.#files.delete(pooled.path)
    this.#idle.delete(pooled)
    if (pooled.closing !== undefined) return
    const closing = this.#closeWhenIdle(pooled).finally(() => {
      const closings = this.#closing.get(pooled.path)!
      closings.delete(closing)
      if (closings.size === 0) this.#closing.delete(pooled.path)
    })
    pooled.closing = closing
    this.#closing.set(pooled.path, (this.#closing.get(pooled.path) ?? new Set()).add(closing))
  }

  async #closeWhenIdle(pooled: PooledFile): Promise<void> {
    if (pooled.users > 0) {
      await new Promise<void>((resolve) => {
        pooled.whenIdle = resolve
      })
    }
    try {
      const file = await pooled.opening
      await file.close()
    } catch {
      // It could not be opened, or the system already took the handle back: there is nothing left to close, and
      // what was written was already reported by the write or the sync that failed.
    }
    this.#freeHandle()
  }
}

function modeFor(writable: boolean): 'create' | 'read' {
  return writable ? 'create' : 'read'
}
