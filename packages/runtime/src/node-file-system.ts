import callbacks, { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { DirectWrites } from './direct-writes.ts'
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

/** Node's promises for files make an object for each file that is opened: too much for ten thousand small ones. */
function call(operation: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => (error ? reject(error) : resolve()))
  })
}

function openDescriptor(file: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    callbacks.open(file, flags, 0o644, (error, opened) => (error === null ? resolve(opened) : reject(error)))
  })
}

async function writeDurably(file: string, content: Uint8Array | string): Promise<void> {
  const descriptor = await openDescriptor(file, REPLACE)
  try {
    await call((done) => callbacks.writeFile(descriptor, content, done))
    await call((done) => callbacks.fdatasync(descriptor, done))
  } finally {
    await call((done) => callbacks.close(descriptor, done))
  }
}

class NodeFileSystem implements FileSystem {
  readonly #openFiles = new OpenFiles()
  readonly #directWrites = new DirectWrites()

  async open(file: string, mode: OpenMode): Promise<File> {
    const absolute = path.resolve(file)
    const descriptor = await openDescriptor(absolute, flagsByMode[mode])
    return new NodeFile(absolute, descriptor, this.#openFiles, this.#directWrites)
  }

  async readFile(file: string): Promise<Uint8Array> {
    const descriptor = await openDescriptor(file, constants.O_RDONLY)
    try {
      const head = Buffer.allocUnsafeSlow(SMALL_FILE_BYTES)
      const filled = await new Promise<number>((resolve, reject) => {
        callbacks.read(descriptor, head, 0, head.byteLength, 0, (error, count) =>
          error === null ? resolve(count) : reject(error),
        )
      })
      if (filled < head.byteLength) return head.subarray(0, filled)
      return await new Promise((resolve, reject) => {
        callbacks.readFile(descriptor, (error, content) => (error === null ? resolve(content) : reject(error)))
      })
    } finally {
      await call((done) => callbacks.close(descriptor, done))
    }
  }

  async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    if (options?.atomic !== true) {
      await call((done) => callbacks.writeFile(file, content, done))
      return
    }
    const temporary = `${file}.tmp`
    try {
      await writeDurably(temporary, content)
      await this.rename(temporary, file)
    } catch (error) {
      // On a full disk what is left of it would take the room that somebody else waits for.
      await fs.rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    await this.syncDirectory(path.dirname(file))
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [path.resolve(from), path.resolve(to)]
    this.#openFiles.refuseIfOpen(source)
    this.#openFiles.refuseIfOpen(target)
    if (source === target) return void (await fs.stat(source))
    // POSIX lets a folder take the place of an empty one, Windows does not.
    const [sourceStat, targetStat] = [await fs.stat(source), await statOrUndefined(target)]
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
    const stat = await statOrUndefined(directory)
    if (stat === undefined) return
    if (!stat.isDirectory()) throw new FileSystemError('ENOTDIR', 'this is no folder', directory)
    await fs.rm(directory, { recursive: true })
  }

  async mkdir(directory: string): Promise<void> {
    await call((done) => callbacks.mkdir(directory, { recursive: true }, done))
  }

  async readdir(directory: string): Promise<string[]> {
    const names = await new Promise<string[]>((resolve, reject) => {
      callbacks.readdir(directory, (error, found) => (error === null ? resolve(found) : reject(error)))
    })
    return names.sort()
  }

  async stat(file: string): Promise<FileStat> {
    const stat = await statOf(file)
    return {
      size: stat.size,
      isFile: stat.isFile(),
      isDirectory: stat.isDirectory(),
      modifiedMs: Math.floor(stat.mtimeMs),
    }
  }

  async exists(file: string): Promise<boolean> {
    return (await statOrUndefined(file)) !== undefined
  }

  async syncDirectory(directory: string): Promise<void> {
    // Windows opens no folders; NTFS journals its names by itself.
    if (process.platform === 'win32') return
    const descriptor = await openDescriptor(directory, constants.O_RDONLY)
    try {
      await call((done) => callbacks.fsync(descriptor, done))
    } finally {
      await call((done) => callbacks.close(descriptor, done))
    }
  }

  async space(file: string): Promise<{ totalBytes: number; usableBytes: number }> {
    const volume = await fs.statfs(file)
    return { totalBytes: volume.blocks * volume.bsize, usableBytes: volume.bavail * volume.bsize }
  }

  lock(file: string): Promise<Lock> {
    return acquireProcessLock(path.resolve(file))
  }
}

function statOf(file: string): Promise<Stats> {
  return new Promise((resolve, reject) => {
    callbacks.stat(file, (error, stat) => (error === null ? resolve(stat) : reject(error)))
  })
}

async function statOrUndefined(file: string): Promise<Stats | undefined> {
  try {
    return await statOf(file)
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

/** The machine's own files. */
export const nodeFileSystem: FileSystem = new NodeFileSystem()
