import callbacks, { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { call, callFor, closeDescriptor, openDescriptor } from './descriptors.ts'
import { DIRECT_BYTES_MAX, DirectCalls } from './direct-calls.ts'
import { FileSystemError, hasErrorCode } from './file-system.ts'
import type { File, FileStat, FileSystem, Lock, OpenMode, WriteFileOptions } from './file-system.ts'
import { NodeFile } from './node-file.ts'
import { OpenFiles } from './open-files.ts'
import { acquireProcessLock } from './process-lock.ts'

const flagsByMode: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  readwrite: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
}

/** What is read at once, without asking how large the file is: ten thousand logs have two small files each. */
const SMALL_FILE_BYTES = 1024

const REPLACE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC

class NodeFileSystem implements FileSystem {
  readonly #openFiles = new OpenFiles()
  readonly #directCalls = new DirectCalls()

  async open(file: string, mode: OpenMode): Promise<File> {
    const absolute = path.resolve(file)
    const descriptor = await openDescriptor(absolute, flagsByMode[mode], this.#directCalls)
    return new NodeFile(absolute, descriptor, this.#openFiles, this.#directCalls)
  }

  async readFile(file: string): Promise<Uint8Array> {
    const descriptor = await openDescriptor(file, constants.O_RDONLY, this.#directCalls)
    try {
      const head = Buffer.allocUnsafeSlow(SMALL_FILE_BYTES)
      const filled = await this.#directCalls.either(
        () => callbacks.readSync(descriptor, head, 0, head.byteLength, 0),
        () => callFor((done) => callbacks.read(descriptor, head, 0, head.byteLength, 0, done)),
      )
      if (filled < head.byteLength) return head.subarray(0, filled)
      return await callFor((done) => callbacks.readFile(descriptor, done))
    } finally {
      await closeDescriptor(descriptor, this.#directCalls)
    }
  }

  async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    if (options?.atomic !== true) {
      await this.#write(file, content)
      return
    }
    const temporary = `${file}.tmp`
    try {
      await this.#writeDurably(temporary, content)
      await this.rename(temporary, file)
    } catch (error) {
      // On a full disk what is left of it would take the room that somebody else waits for.
      await fs.rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    await this.syncDirectory(path.dirname(file))
  }

  /** Writes to a path or a descriptor. */
  async #write(file: string | number, content: Uint8Array | string): Promise<void> {
    const pooled = (): Promise<void> => call((done) => callbacks.writeFile(file, content, done))
    if (content.length > DIRECT_BYTES_MAX) await pooled()
    else await this.#directCalls.either(() => callbacks.writeFileSync(file, content), pooled)
  }

  async #writeDurably(file: string, content: Uint8Array | string): Promise<void> {
    const descriptor = await openDescriptor(file, REPLACE, this.#directCalls)
    try {
      await this.#write(descriptor, content)
      await call((done) => callbacks.fdatasync(descriptor, done))
    } finally {
      await closeDescriptor(descriptor, this.#directCalls)
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [path.resolve(from), path.resolve(to)]
    this.#openFiles.refuseIfOpen(source)
    this.#openFiles.refuseIfOpen(target)
    if (source === target) return void (await this.#stat(source))
    // POSIX lets a folder take the place of an empty one, Windows does not.
    const [sourceStat, targetStat] = [await this.#stat(source), await this.#statOrUndefined(target)]
    if (sourceStat.isDirectory()) this.#openFiles.refuseIfAnyOpenIn(source)
    if (targetStat !== undefined && (sourceStat.isDirectory() || targetStat.isDirectory())) {
      throw new FileSystemError('EEXIST', 'the new name of a folder is taken', to)
    }
    await fs.rename(source, target)
  }

  async remove(file: string): Promise<void> {
    this.#openFiles.refuseIfOpen(path.resolve(file))
    await fs.unlink(file)
  }

  async removeDirectory(directory: string): Promise<void> {
    this.#openFiles.refuseIfAnyOpenIn(path.resolve(directory))
    const stat = await this.#statOrUndefined(directory)
    if (stat === undefined) return
    if (!stat.isDirectory()) throw new FileSystemError('ENOTDIR', 'this is no folder', directory)
    await fs.rm(directory, { recursive: true })
  }

  async mkdir(directory: string): Promise<void> {
    await this.#directCalls.either(
      () => void callbacks.mkdirSync(directory, { recursive: true }),
      () => call((done) => callbacks.mkdir(directory, { recursive: true }, done)),
    )
  }

  async readdir(directory: string): Promise<string[]> {
    const names = await this.#directCalls.either(
      () => callbacks.readdirSync(directory),
      () => callFor<string[]>((done) => callbacks.readdir(directory, done)),
    )
    return names.sort()
  }

  async stat(file: string): Promise<FileStat> {
    const stat = await this.#stat(file)
    return {
      size: stat.size,
      isFile: stat.isFile(),
      isDirectory: stat.isDirectory(),
      modifiedMs: Math.floor(stat.mtimeMs),
    }
  }

  async exists(file: string): Promise<boolean> {
    return (await this.#statOrUndefined(file)) !== undefined
  }

  async syncDirectory(directory: string): Promise<void> {
    // Windows opens no folders; NTFS journals its names by itself.
    if (process.platform === 'win32') return
    const descriptor = await openDescriptor(directory, constants.O_RDONLY, this.#directCalls)
    try {
      await call((done) => callbacks.fsync(descriptor, done))
    } finally {
      await closeDescriptor(descriptor, this.#directCalls)
    }
  }

  async space(file: string): Promise<{ totalBytes: number; usableBytes: number }> {
    const volume = await fs.statfs(file)
    return { totalBytes: volume.blocks * volume.bsize, usableBytes: volume.bavail * volume.bsize }
  }

  lock(file: string): Promise<Lock> {
    return acquireProcessLock(path.resolve(file))
  }

  #stat(file: string): Promise<Stats> {
    return this.#directCalls.either(
      () => callbacks.statSync(file),
      () => callFor((done) => callbacks.stat(file, done)),
    )
  }

  async #statOrUndefined(file: string): Promise<Stats | undefined> {
    if (this.#directCalls.areQuick) {
      return this.#directCalls.run(() => callbacks.statSync(file, { throwIfNoEntry: false }))
    }
    try {
      return await this.#stat(file)
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR')) return undefined
      throw error
    }
  }
}

/** The machine's own files. */
export const nodeFileSystem: FileSystem = new NodeFileSystem()
