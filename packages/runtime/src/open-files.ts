import path from 'node:path'
import { FileSystemError } from './file-system.ts'

/**
 * Which paths are open and how often. It refuses to let an open file, or a folder with open files in it, be
 * moved or removed. Paths are absolute.
 */
export class OpenFiles {
  readonly #counts = new Map<string, number>()

  add(file: string): void {
    this.#counts.set(file, (this.#counts.get(file) ?? 0) + 1)
  }

  delete(file: string): void {
    const count = this.#counts.get(file)! - 1
    if (count === 0) this.#counts.delete(file)
    else this.#counts.set(file, count)
  }

  /** Throws `EBUSY` when the file is open. */
  refuseIfOpen(file: string): void {
    if (this.#counts.has(file)) throw new FileSystemError('EBUSY', 'the file is open', file)
  }

  /** Throws `EBUSY` when anything in the folder is open. */
  refuseIfAnyOpenIn(directory: string): void {
    const prefix = directory.endsWith(path.sep) ? directory : directory + path.sep
    for (const file of this.#counts.keys()) {
      if (file.startsWith(prefix)) throw new FileSystemError('EBUSY', 'a file in the folder is open', file)
    }
  }
}
