import type { File, FileStat, FileSystem, Lock, OpenMode, WriteFileOptions } from '@milena/runtime'

/** A file system that hands everything to another one: what stands in the way of a call overrides it. */
export class DelegatingFileSystem implements FileSystem {
  protected readonly inner: FileSystem

  constructor(inner: FileSystem) {
    this.inner = inner
  }

  open(path: string, mode: OpenMode): Promise<File> {
    return this.inner.open(path, mode)
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.inner.readFile(path)
  }

  writeFile(path: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    return this.inner.writeFile(path, content, options)
  }

  rename(from: string, to: string): Promise<void> {
    return this.inner.rename(from, to)
  }

  remove(path: string): Promise<void> {
    return this.inner.remove(path)
  }

  removeDirectory(path: string): Promise<void> {
    return this.inner.removeDirectory(path)
  }

  mkdir(path: string): Promise<void> {
    return this.inner.mkdir(path)
  }

  readdir(path: string): Promise<string[]> {
    return this.inner.readdir(path)
  }

  stat(path: string): Promise<FileStat> {
    return this.inner.stat(path)
  }

  exists(path: string): Promise<boolean> {
    return this.inner.exists(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.inner.syncDirectory(path)
  }

  space(path: string): Promise<{ readonly totalBytes: number; readonly usableBytes: number }> {
    return this.inner.space(path)
  }

  lock(path: string): Promise<Lock> {
    return this.inner.lock(path)
  }
}

/** A file whose syncs are somebody else's affair. */
export class FileWithSync implements File {
  readonly path: string
  readonly #inner: File
  readonly #sync: (file: File) => Promise<void>

  constructor(inner: File, sync: (file: File) => Promise<void>) {
    this.path = inner.path
    this.#inner = inner
    this.#sync = sync
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return this.#inner.read(target, position)
  }

  readSync(target: Uint8Array, position: number): number {
    return this.#inner.readSync(target, position)
  }

  writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#inner.writev(buffers, position)
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#inner.writevSync(buffers, position)
  }

  sync(): Promise<void> {
    return this.#sync(this.#inner)
  }

  truncate(size: number): Promise<void> {
    return this.#inner.truncate(size)
  }

  size(): Promise<number> {
    return this.#inner.size()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
