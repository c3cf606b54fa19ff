import { FileSystemError } from './file-system.ts'

/**
 * Counts the operations under way on an open file, so that it is closed behind the last of them: a descriptor
 * closed too soon may be given to another file, which a late write would then damage.
 */
export class InFlight {
  readonly #path: string
  #count = 0
  #closed: Promise<void> | undefined
  #whenIdle: (() => void) | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Throws `EBADF` once closing has begun. */
  begin(): void {
    this.refuseIfClosed()
    this.#count++
  }

  end(): void {
    this.#count--
    if (this.#count === 0) this.#whenIdle?.()
  }

  refuseIfClosed(): void {
    if (this.#closed !== undefined) throw new FileSystemError('EBADF', 'the file is closed', this.#path)
  }

  /** Runs `close` once, when nothing is under way; every call waits for the same end. */
  close(close: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#count === 0 ? close() : this.#idle().then(close)
    return this.#closed
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve
    })
  }
}
