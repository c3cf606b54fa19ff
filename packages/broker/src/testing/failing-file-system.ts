import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import type { File, FileSystem, Lock, OpenMode, WriteFileOptions } from '@milena/runtime'

type Operation = Exclude<keyof FileSystem, 'space'> | 'read' | 'writev' | 'sync' | 'truncate'

/** A disk in memory that fails on command: every call that `fails` says so of ends with ENOSPC. */
export class FailingFileSystem implements FileSystem {
  readonly #memory = new MemoryFileSystem()
  fails: (operation: Operation, path: string) => boolean = () => false

  async open(path: string, mode: OpenMode): Promise<File> {
    this.check('open', path)
    return new FailingFile(await this.#memory.open(path, mode), this)
  }

  async readFile(path: string): Promise<Uint8Array> {
    this.check('readFile', path)
    return this.#memory.readFile(path)
  }

  async writeFile(path: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    this.check('writeFile', path)
    await this.#memory.writeFile(path, content, options)
  }

  async rename(from: string, to: string): Promise<void> {
    this.check('rename', from)
    await this.#memory.rename(from, to)
  }

  async remove(path: string): Promise<void> {
    this.check('remove', path)
    await this.#memory.remove(path)
  }

  async removeDirectory(path: string): Promise<void> {
    this.check('removeDirectory', path)
    await this.#memory.removeDirectory(path)
  }

  async mkdir(path: string): Promise<void> {
    this.check('mkdir', path)
    await this.#memory.mkdir(path)
  }

  async readdir(path: string): Promise<string[]> {
    this.check('readdir', path)
    return this.#memory.readdir(path)
  }

  async stat(path: string): ReturnType<FileSystem['stat']> {
    this.check('stat', path)
    return this.#memory.stat(path)
  }

  async exists(path: string): Promise<boolean> {
    this.check('exists', path)
    return this.#memory.exists(path)
  }

  async syncDirectory(path: string): Promise<void> {
    this.check('syncDirectory', path)
    await this.#memory.syncDirectory(path)
  }

  space(path: string): ReturnType<FileSystem['space']> {
    return this.#memory.space(path)
  }

  async lock(path: string): Promise<Lock> {
    this.check('lock', path)
    return this.#memory.lock(path)
  }

  check(operation: Operation, path: string): void {
    if (this.fails(operation, path)) throw new FileSystemError('ENOSPC', 'the disk is full', path)
  }
}

class FailingFile implements File {
  readonly path: string
  readonly #inner: File
  readonly #disk: FailingFileSystem

  constructor(inner: File, disk: FailingFileSystem) {
    this.path = inner.path
    this.#inner = inner
    this.#disk = disk
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    return this.readSync(target, position)
  }

  readSync(target: Uint8Array, position: number): number {
    this.#disk.check('read', this.path)
    return this.#inner.readSync(target, position)
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    this.writevSync(buffers, position)
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#disk.check('writev', this.path)
    this.#inner.writevSync(buffers, position)
  }

  async sync(): Promise<void> {
    this.#disk.check('sync', this.path)
    await this.#inner.sync()
  }

  async truncate(size: number): Promise<void> {
    this.#disk.check('truncate', this.path)
    await this.#inner.truncate(size)
  }

  size(): Promise<number> {
    return this.#inner.size()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
