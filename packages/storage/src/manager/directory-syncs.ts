import type { FileSystem } from '@milena/runtime'

interface Sync {
  readonly running: Promise<void>
  /** The sync behind the one that runs, for those who came too late for it. */
  next: Promise<void> | undefined
}

/** Syncs of folders, shared: new logs by the thousand have their entries in one folder, and one sync covers them all. */
export class DirectorySyncs {
  readonly #fs: FileSystem
  readonly #syncs = new Map<string, Sync>()

  constructor(fs: FileSystem) {
    this.#fs = fs
  }

  /** Resolves when the folder's entries that are there now survive a loss of power. */
  sync(directory: string): Promise<void> {
    const sync = this.#syncs.get(directory)
    if (sync === undefined) return this.#run(directory)
    sync.next ??= sync.running.then(
      () => this.#run(directory),
      () => this.#run(directory),
    )
    return sync.next
  }

  #run(directory: string): Promise<void> {
    const running = this.#fs.syncDirectory(directory).finally(() => {
      if (this.#syncs.get(directory)?.running === running) this.#syncs.delete(directory)
    })
    this.#syncs.set(directory, { running, next: undefined })
    return running
  }
}
