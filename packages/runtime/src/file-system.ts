/** How a file is opened: it must exist for `read` and `readwrite`; `create` makes it when it is absent. */
export type OpenMode = 'read' | 'readwrite' | 'create'

/**
 * An open file. Every position is given: a file has no cursor. Operations may overlap; the caller sees to it
 * that two writes do not touch the same bytes. After `close` every operation fails with `EBADF`.
 */
export interface File {
  readonly path: string
  /** Fills `target` from `position`; returns how many bytes there were, fewer than asked only at the end. */
  read(target: Uint8Array, position: number): Promise<number>
  /** As `read`, on the caller's thread: for what is surely in the page cache. */
  readSync(target: Uint8Array, position: number): number
  /** Writes all buffers, one behind the other, from `position`; all or an error. The buffers are lent until then. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<void>
  writevSync(buffers: readonly Uint8Array[], position: number): void
  /** What was written before this call survives the loss of power once the promise resolves (`fdatasync`). */
  sync(): Promise<void>
  /** Cuts the file, or lengthens it with zeros. */
  truncate(size: number): Promise<void>
  size(): Promise<number>
  /** Waits for the operations under way, then closes; a second call does nothing. */
  close(): Promise<void>
}

export interface FileStat {
  readonly size: number
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly modifiedMs: number
}

export interface WriteFileOptions {
  /**
   * The file is either the old or the new one, whatever happens, and the new one is on disk when the promise
   * resolves: written beside it as `.tmp`, synced, renamed, and the folder synced.
   */
  readonly atomic?: boolean
}

/** A folder or file that is ours alone. Ends with `release` or with the process, however that ends. */
export interface Lock {
  readonly path: string
  release(): Promise<void>
}

/**
 * Files as the rest of the system may know them.
 *
 * Errors carry Node's codes (`ENOENT`, `EEXIST`, `ENOTDIR`, …). What is open can be neither renamed nor
 * removed, nor can a folder with open files in it: that is refused with `EBUSY` everywhere, because Windows
 * refuses some of it and a mistake must show on every machine.
 */
export interface FileSystem {
  open(path: string, mode: OpenMode): Promise<File>
  readFile(path: string): Promise<Uint8Array>
  /** Replaces the content of a file, which is made when absent. */
  writeFile(path: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void>
  /** Moves a file, in place of another one if there is one, or a folder to a name that is free. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; `ENOENT` when there is none. */
  remove(path: string): Promise<void>
  /** Removes a folder and all that is in it; nothing happens when there is none. */
  removeDirectory(path: string): Promise<void>
  /** Makes a folder and those above it; nothing happens when it exists. */
  mkdir(path: string): Promise<void>
  /** The names in a folder, sorted. */
  readdir(path: string): Promise<string[]>
  stat(path: string): Promise<FileStat>
  exists(path: string): Promise<boolean>
  /** Files made, renamed and removed in this folder before the call stay so after a loss of power. */
  syncDirectory(path: string): Promise<void>
  /** The size of the volume that holds `path` and what may still be written to it, in bytes. */
  space(path: string): Promise<{ readonly totalBytes: number; readonly usableBytes: number }>
  /**
   * Takes the lock that the file at `path` (made when absent) stands for, or fails at once with `ELOCKED`
   * when this or another process has it. A file left behind by a killed process does not count as locked.
   * Nothing else may open that file.
   */
  lock(path: string): Promise<Lock>
}

/** An error of a file system, with a code as Node's own have it. */
export class FileSystemError extends Error {
  readonly code: string
  readonly path: string

  constructor(code: string, explanation: string, path: string, options?: ErrorOptions) {
    super(`${code}: ${explanation}: '${path}'`, options)
    this.name = 'FileSystemError'
    this.code = code
    this.path = path
  }
}

/** Whether an error carries this code, as in `hasErrorCode(error, 'ENOENT')`. */
export function hasErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
