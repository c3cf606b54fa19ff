import path from 'node:path'
import type { File, FileSystem, Lock, OpenMode, WriteFileOptions } from '@milena/runtime'

/** One call that changes something, or asks for something to last. */
export interface FileSystemCall {
  readonly operation:
    | 'open'
    | 'read'
    | 'readFile'
    | 'writev'
    | 'sync'
    | 'truncate'
    | 'close'
    | 'writeFile'
    | 'rename'
    | 'remove'
    | 'removeDirectory'
    | 'mkdir'
    | 'syncDirectory'
    | 'lock'
  readonly path: string
  readonly detail: string
}

/** Sees every call before it happens, and may throw in its place or hold it up. */
export type Observer = (call: FileSystemCall) => void | Promise<void>

/** A file system whose calls a test can see, fail and delay. Paths are told relative to `root`. */
export class ObservedFileSystem implements FileSystem {
  readonly #inner: FileSystem
  readonly #root: string
  observer: Observer

  constructor(inner: FileSystem, root: string, observer: Observer = () => undefined) {
    this.#inner = inner
    this.#root = root
    this.observer = observer
  }

  async call(operation: FileSystemCall['operation'], file: string, detail = ''): Promise<void> {
    await this.observer({ operation, path: this.relative(file), detail })
  }

  relative(file: string): string {
    return path.relative(this.#root, file).replaceAll(path.sep, '/') || '.'
  }

  async open(file: string, mode: OpenMode): Promise<File> {
    await this.call('open', file, mode)
    return new ObservedFile(await this.#inner.open(file, mode), this)
  }

  async readFile(file: string): Promise<Uint8Array> {
    await this.call('readFile', file)
    return this.#inner.readFile(file)
  }

  async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    await this.call('writeFile', file, options?.atomic === true ? 'atomic' : '')
    await this.#inner.writeFile(file, content, options)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.call('rename', from, `to ${this.relative(to)}`)
    await this.#inner.rename(from, to)
  }

  async remove(file: string): Promise<void> {
    await this.call('remove', file)
    await this.#inner.remove(file)
  }

  async removeDirectory(directory: string): Promise<void> {
    await this.call('removeDirectory', directory)
    await this.#inner.removeDirectory(directory)
  }

  async mkdir(directory: string): Promise<void> {
    await this.call('mkdir', directory)
    await this.#inner.mkdir(directory)
  }

  readdir(directory: string): Promise<string[]> {
    return this.#inner.readdir(directory)
  }

  stat(file: string): ReturnType<FileSystem['stat']> {
    return this.#inner.stat(file)
  }

  exists(file: string): Promise<boolean> {
    return this.#inner.exists(file)
  }

  async syncDirectory(directory: string): Promise<void> {
    await this.call('syncDirectory', directory)
    await this.#inner.syncDirectory(directory)
  }

  space(file: string): ReturnType<FileSystem['space']> {
    return this.#inner.space(file)
  }

  async lock(file: string): Promise<Lock> {
    await this.call('lock', file)
    return this.#inner.lock(file)
  }
}

class ObservedFile implements File {
  readonly path: string
  readonly #inner: File
  readonly #fs: ObservedFileSystem

  constructor(inner: File, fs: ObservedFileSystem) {
    this.path = inner.path
    this.#inner = inner
    this.#fs = fs
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    await this.#fs.call('read', this.path, `${target.byteLength} at ${position}`)
    return this.#inner.read(target, position)
  }

  readSync(target: Uint8Array, position: number): number {
    return this.#inner.readSync(target, position)
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const sizes = buffers.map((buffer) => buffer.byteLength).join(' + ')
    await this.#fs.call('writev', this.path, `${sizes} at ${position}`)
    await this.#inner.writev(buffers, position)
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#inner.writevSync(buffers, position)
  }

  async sync(): Promise<void> {
    await this.#fs.call('sync', this.path)
    await this.#inner.sync()
  }

  async truncate(size: number): Promise<void> {
    await this.#fs.call('truncate', this.path, `to ${size}`)
    await this.#inner.truncate(size)
  }

  size(): Promise<number> {
    return this.#inner.size()
  }

  async close(): Promise<void> {
    await this.#fs.call('close', this.path)
    await this.#inner.close()
  }
}
