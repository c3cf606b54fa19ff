import { FileSystemError } from './file-system.ts'
import type { File } from './file-system.ts'
import { InFlight } from './in-flight.ts'
import type { MemoryContent } from './memory-content.ts'
import type { OpenFiles } from './open-files.ts'

/** An open file of a `MemoryFileSystem`. Operations take effect at once, in the order of the calls. */
export class MemoryFile implements File {
  readonly path: string
  readonly #content: MemoryContent
  readonly #writable: boolean
  readonly #nowMs: () => number
  readonly #openFiles: OpenFiles
  readonly #inFlight: InFlight

  constructor(options: {
    readonly path: string
    readonly content: MemoryContent
    readonly writable: boolean
    readonly nowMs: () => number
    readonly openFiles: OpenFiles
  }) {
    this.path = options.path
    this.#content = options.content
    this.#writable = options.writable
    this.#nowMs = options.nowMs
    this.#openFiles = options.openFiles
    this.#inFlight = new InFlight(options.path)
    this.#openFiles.add(this.path)
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    return this.readSync(target, position)
  }

  readSync(target: Uint8Array, position: number): number {
    this.#inFlight.refuseIfClosed()
    return this.#content.read(target, position)
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.writevSync(buffers, position)
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#refuseIfNotWritable('write')
    let at = position
    for (const buffer of buffers) {
      this.#content.write(buffer, at, this.#nowMs())
      at += buffer.byteLength
    }
  }

  async sync(): Promise<void> {
    this.#inFlight.refuseIfClosed()
  }

  async truncate(size: number): Promise<void> {
    this.#refuseIfNotWritable('truncate')
    this.#content.truncate(size, this.#nowMs())
  }

  async size(): Promise<number> {
    this.#inFlight.refuseIfClosed()
    return this.#content.size
  }

  close(): Promise<void> {
    return this.#inFlight.close(async () => this.#openFiles.delete(this.path))
  }

  /** With the codes that Linux has for a descriptor that was opened for reading. */
  #refuseIfNotWritable(operation: 'write' | 'truncate'): void {
    this.#inFlight.refuseIfClosed()
    if (this.#writable) return
    throw new FileSystemError(
      operation === 'write' ? 'EBADF' : 'EINVAL',
      'the file was opened for reading only',
      this.path,
    )
  }
}
