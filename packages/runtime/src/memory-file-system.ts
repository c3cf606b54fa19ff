import path from 'node:path'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { FileSystemError, hasErrorCode } from './file-system.ts'
import type { File, FileStat, FileSystem, Lock, OpenMode, WriteFileOptions } from './file-system.ts'
import { MemoryContent } from './memory-content.ts'
import { MemoryFile } from './memory-file.ts'
import { OpenFiles } from './open-files.ts'

type Node = MemoryContent | MemoryDirectory

class MemoryDirectory {
  readonly entries = new Map<string, Node>()
  modifiedMs: number

  constructor(modifiedMs: number) {
    this.modifiedMs = modifiedMs
  }
}

/**
 * Files that live as long as this object: for tests, and for a broker that stores nothing. Two brokers on the
 * same object are two brokers on the same disk, and what one left behind the next one finds.
 */
export class MemoryFileSystem implements FileSystem {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #root: MemoryDirectory
  readonly #openFiles = new OpenFiles()
  readonly #locked = new Set<string>()

  constructor(options: { readonly clock?: Pick<Clock, 'nowMs'> } = {}) {
    this.#clock = options.clock ?? systemClock
    this.#root = new MemoryDirectory(this.#clock.nowMs())
  }

  async open(file: string, mode: OpenMode): Promise<File> {
    const absolute = path.resolve(file)
    const content = mode === 'create' ? this.#createFile(absolute) : this.#file(absolute)
    return new MemoryFile({
      path: absolute,
      content,
      writable: mode !== 'read',
      nowMs: () => this.#clock.nowMs(),
      openFiles: this.#openFiles,
    })
  }

  async readFile(file: string): Promise<Uint8Array> {
    const content = this.#file(path.resolve(file))
    const bytes = new Uint8Array(content.size)
    content.read(bytes, 0)
    return bytes
  }

  async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    const absolute = path.resolve(file)
    if (options?.atomic === true) this.#openFiles.refuseIfOpen(absolute)
    const target = this.#createFile(absolute)
    target.truncate(0, this.#clock.nowMs())
    target.write(typeof content === 'string' ? Buffer.from(content) : content, 0, this.#clock.nowMs())
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [path.resolve(from), path.resolve(to)]
    this.#openFiles.refuseIfOpen(source)
    this.#openFiles.refuseIfOpen(target)
    const node = this.#node(source)
    if (node instanceof MemoryDirectory) this.#openFiles.refuseIfAnyOpenIn(source)
    if (source === target) return
    const parent = this.#parent(target)
    const taken = parent.entries.get(path.basename(target))
    if (taken !== undefined && (node instanceof MemoryDirectory || taken instanceof MemoryDirectory)) {
      throw new FileSystemError('EEXIST', 'the new name of a folder is taken', to)
    }
    if (target.startsWith(source + path.sep)) {
      throw new FileSystemError('EINVAL', 'a folder cannot be moved into itself', from)
    }
    this.#removeEntry(source)
    this.#addEntry(parent, path.basename(target), node)
  }

  async remove(file: string): Promise<void> {
    const absolute = path.resolve(file)
    this.#openFiles.refuseIfOpen(absolute)
    this.#file(absolute)
    this.#removeEntry(absolute)
  }

  async removeDirectory(directory: string): Promise<void> {
    const absolute = path.resolve(directory)
    this.#openFiles.refuseIfAnyOpenIn(absolute)
    if (!(await this.exists(absolute))) return
    this.#directory(absolute)
    if (absolute === path.parse(absolute).root) this.#root.entries.clear()
    else this.#removeEntry(absolute)
  }

  async mkdir(directory: string): Promise<void> {
    let current = this.#root
    for (const name of namesOf(path.resolve(directory))) {
      let next = current.entries.get(name)
      if (next === undefined) {
        next = new MemoryDirectory(this.#clock.nowMs())
        this.#addEntry(current, name, next)
      }
      if (!(next instanceof MemoryDirectory)) {
        throw new FileSystemError('EEXIST', 'a file has the name of the folder', directory)
      }
      current = next
    }
  }

  async readdir(directory: string): Promise<string[]> {
    return [...this.#directory(path.resolve(directory)).entries.keys()].sort()
  }

  async stat(file: string): Promise<FileStat> {
    const node = this.#node(path.resolve(file))
    const isDirectory = node instanceof MemoryDirectory
    return { size: isDirectory ? 0 : node.size, isFile: !isDirectory, isDirectory, modifiedMs: node.modifiedMs }
  }

  async exists(file: string): Promise<boolean> {
    try {
      this.#node(path.resolve(file))
      return true
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR')) return false
      throw error
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#directory(path.resolve(directory))
  }

  async space(file: string): Promise<{ totalBytes: number; usableBytes: number }> {
    this.#node(path.resolve(file))
    const usage = process.memoryUsage.rss()
    const usableBytes = process.availableMemory()
    return { totalBytes: usage + usableBytes, usableBytes }
  }

  async lock(file: string): Promise<Lock> {
    const absolute = path.resolve(file)
    if (this.#locked.has(absolute)) {
      throw new FileSystemError('ELOCKED', 'another broker in this process has the lock', absolute)
    }
    this.#createFile(absolute)
    this.#locked.add(absolute)
    let held = true
    return {
      path: absolute,
      release: async () => {
        if (held) this.#locked.delete(absolute)
        held = false
      },
    }
  }

  #node(absolute: string): Node {
    let current: Node = this.#root
    for (const name of namesOf(absolute)) {
      if (!(current instanceof MemoryDirectory)) {
        throw new FileSystemError('ENOTDIR', 'a part of the path is no folder', absolute)
      }
      const next: Node | undefined = current.entries.get(name)
      if (next === undefined) throw new FileSystemError('ENOENT', 'there is no such file or folder', absolute)
      current = next
    }
    return current
  }

  #file(absolute: string): MemoryContent {
    const node = this.#node(absolute)
    if (node instanceof MemoryDirectory) throw new FileSystemError('EISDIR', 'this is a folder', absolute)
    return node
  }

  #directory(absolute: string): MemoryDirectory {
    const node = this.#node(absolute)
    if (!(node instanceof MemoryDirectory)) throw new FileSystemError('ENOTDIR', 'this is no folder', absolute)
    return node
  }

  #parent(absolute: string): MemoryDirectory {
    return this.#directory(path.dirname(absolute))
  }

  #createFile(absolute: string): MemoryContent {
    const parent = this.#parent(absolute)
    const present = parent.entries.get(path.basename(absolute))
    if (present instanceof MemoryContent) return present
    if (present !== undefined || absolute === path.parse(absolute).root) {
      throw new FileSystemError('EISDIR', 'this is a folder', absolute)
    }
    const content = new MemoryContent(this.#clock.nowMs())
    this.#addEntry(parent, path.basename(absolute), content)
    return content
  }

  #addEntry(directory: MemoryDirectory, name: string, node: Node): void {
    directory.entries.set(name, node)
    directory.modifiedMs = this.#clock.nowMs()
  }

  #removeEntry(absolute: string): void {
    const parent = this.#parent(absolute)
    parent.entries.delete(path.basename(absolute))
    parent.modifiedMs = this.#clock.nowMs()
  }
}

/** The names from the root down to an absolute path. */
function namesOf(absolute: string): string[] {
  return absolute
    .slice(path.parse(absolute).root.length)
    .split(path.sep)
    .filter((name) => name !== '')
}
