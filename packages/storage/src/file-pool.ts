import type { File, FileSystem } from '@milena/runtime'

interface PooledFile {
  readonly path: string
  readonly writable: boolean
  readonly opening: Promise<File>
  users: number
  /** Set once the file is to be closed as soon as nobody uses it. */
  retired: boolean
  whenIdle: (() => void) | undefined
}

/**
 * The open files of all logs, at most `openMax` when idle: ten thousand partitions must not hold twenty thousand
 * handles. The file used longest ago is closed first; a file in use never is.
 */
export class FilePool {
  readonly #fs: FileSystem
  readonly #openMax: number
  /** In order of use, the latest last. */
  readonly #files = new Map<string, PooledFile>()
  /** Retired files whose users are not done, with those that are just being closed. */
  readonly #closing = new Map<string, Set<Promise<void>>>()

  constructor(options: { readonly fs: FileSystem; readonly openMax: number }) {
    this.#fs = options.fs
    this.#openMax = options.openMax
  }

  get openCount(): number {
    return this.#files.size
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
      pooled.users -= 1
      if (pooled.users === 0) pooled.whenIdle?.()
      this.#closeBeyondLimit()
    }
  }

  #acquire(path: string, writable: boolean): PooledFile {
    let pooled = this.#files.get(path)
    if (pooled !== undefined && writable && !pooled.writable) {
      this.#retire(pooled)
      pooled = undefined
    }
    if (pooled === undefined) pooled = this.#open(path, writable)
    else this.#files.delete(path)
    this.#files.set(path, pooled)
    pooled.users += 1
    return pooled
  }

  #open(path: string, writable: boolean): PooledFile {
    const opening = this.#fs.open(path, writable ? 'create' : 'read')
    const pooled: PooledFile = { path, writable, opening, users: 0, retired: false, whenIdle: undefined }
    // A file that could not be opened must not stay: the next use tries again.
    opening.catch(() => {
      if (this.#files.get(path) === pooled) this.#files.delete(path)
    })
    return pooled
  }

  #closeBeyondLimit(): void {
    if (this.#files.size <= this.#openMax) return
    for (const pooled of this.#files.values()) {
      if (pooled.users === 0) this.#retire(pooled)
      if (this.#files.size <= this.#openMax) return
    }
  }

  #retire(pooled: PooledFile): void {
    if (this.#files.get(pooled.path) === pooled) this.#files.delete(pooled.path)
    if (pooled.retired) return
    pooled.retired = true
    const closing = this.#closeWhenIdle(pooled).finally(() => {
      const closings = this.#closing.get(pooled.path)!
      closings.delete(closing)
      if (closings.size === 0) this.#closing.delete(pooled.path)
    })
    const closings = this.#closing.get(pooled.path) ?? new Set()
    this.#closing.set(pooled.path, closings.add(closing))
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
  }
}
