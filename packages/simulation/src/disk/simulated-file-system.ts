import path from 'node:path'
import type { Clock, File, FileStat, FileSystem, Lock, OpenMode, Random, WriteFileOptions } from '@milena/runtime'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import type { DiskState } from './disk-state.ts'
import type { DiskImage } from './power-loss.ts'
import { SimulatedDisk, turn } from './simulated-disk.ts'
import { SimulatedFile } from './simulated-file.ts'

export interface SimulatedFileSystemOptions {
  readonly clock: Pick<Clock, 'nowMs'>
  /** Calls take as long, and overtake each other, as these numbers say; without them each takes effect at once. */
  readonly latency?: Random
  /** What is on the disk, and surely there; nothing unless given. */
  readonly image?: DiskImage
}

/** Turns of the event loop without a call after which nobody is about to make one. */
const QUIET_TURNS = 2

/**
 * A disk of which everything is known: what each call did, what of it a loss of power may take at any point, in which
 * order the calls took effect. On command it fails calls, fills up, and refuses writes.
 *
 * What a caller sees is a `MemoryFileSystem`. What `writeFile`, `mkdir` and `removeDirectory` do at once is many calls
 * here, as it is for a real disk: a loss of power may come between them.
 */
export class SimulatedFileSystem implements FileSystem {
  readonly disk: SimulatedDisk
  readonly #inner: MemoryFileSystem
  /** Where in the journal the history begins: before it stands what made the image. */
  #start = 0

  private constructor(o: SimulatedFileSystemOptions) {
    this.#inner = new MemoryFileSystem({ clock: o.clock })
    this.disk = new SimulatedDisk(o.latency)
  }

  static async make(o: SimulatedFileSystemOptions): Promise<SimulatedFileSystem> {
    const made = new SimulatedFileSystem(o)
    for (const [file, content] of o.image ?? []) await made.#restore(file, content)
    made.#start = made.disk.journal.length
    return made
  }

  async #restore(file: string, content: Uint8Array | undefined): Promise<void> {
    const { journal } = this.disk
    const node = journal.make(file, content === undefined)
    if (content === undefined) await this.#inner.mkdir(file)
    else await this.#inner.writeFile(file, content)
    if (content !== undefined) journal.write(node, 0, content)
    journal.sync(node, journal.length)
    journal.sync(journal.node(path.dirname(file)), journal.length)
  }

  /** The first and the last point of this disk's history at which the power may go. */
  get points(): { readonly first: number; readonly last: number } {
    return { first: this.#start, last: this.disk.journal.length }
  }

  /** The disk as a loss of power finds it when so many operations have taken effect. */
  stateAt(point: number): DiskState {
    return this.disk.journal.stateAfter(point)
  }

  /** Resolves when no call is under way and none follows on those before. */
  async idle(): Promise<void> {
    for (let quiet = 0, calls = this.disk.calls; quiet < QUIET_TURNS; quiet++) {
      await turn()
      if (this.disk.underWay > 0 || this.disk.calls !== calls) quiet = 0
      calls = this.disk.calls
    }
  }

  async open(file: string, mode: OpenMode): Promise<File> {
    const operation = mode === 'create' && !this.disk.journal.has(file) ? 'create' : 'open'
    return this.disk.perform(operation, file, mode, async () => {
      const inner = await this.#inner.open(file, mode)
      return new SimulatedFile(inner, this.disk.journal.make(file, false), this.disk)
    })
  }

  async readFile(file: string): Promise<Uint8Array> {
    return this.disk.perform('readFile', file, '', () => this.#inner.readFile(file))
  }

  async writeFile(file: string, content: Uint8Array | string, options?: WriteFileOptions): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    if (options?.atomic !== true) return this.#write(file, bytes, false)
    await this.#write(`${file}.tmp`, bytes, true)
    await this.rename(`${file}.tmp`, file)
    await this.syncDirectory(path.dirname(file))
  }

  async #write(file: string, bytes: Uint8Array, sync: boolean): Promise<void> {
    const opened = await this.open(file, 'create')
    try {
      if ((await opened.size()) > 0) await opened.truncate(0)
      await opened.writev([bytes], 0)
      if (sync) await opened.sync()
    } finally {
      await opened.close()
    }
  }

  async rename(from: string, to: string): Promise<void> {
    return this.disk.perform('rename', from, `to ${path.basename(to)}`, async () => {
      await this.#inner.rename(from, to)
      this.disk.journal.rename(from, to)
    })
  }

  async remove(file: string): Promise<void> {
    return this.disk.perform('remove', file, '', async () => {
      await this.#inner.remove(file)
      this.disk.journal.remove(file)
    })
  }

  async removeDirectory(directory: string): Promise<void> {
    if (!(await this.exists(directory))) return
    if (!(await this.stat(directory)).isDirectory) {
      throw new FileSystemError('ENOTDIR', 'this is no folder', directory)
    }
    // Refused as a whole, not when half of it is gone.
    this.disk.openFiles.refuseIfAnyOpenIn(path.resolve(directory))
    await this.#removeContent(directory)
    await this.disk.perform('remove', directory, '', async () => {
      await this.#inner.removeDirectory(directory)
      this.disk.journal.remove(directory)
    })
  }

  async #removeContent(directory: string): Promise<void> {
    for (const name of await this.readdir(directory)) {
      const file = path.join(directory, name)
      if ((await this.stat(file)).isDirectory) await this.removeDirectory(file)
      else await this.remove(file)
    }
  }

  async mkdir(directory: string): Promise<void> {
    const absolute = path.resolve(directory)
    const parent = path.dirname(absolute)
    if (parent !== absolute && !(await this.#inner.exists(parent))) await this.mkdir(parent)
    await this.disk.perform('mkdir', absolute, '', async () => {
      await this.#inner.mkdir(absolute)
      this.disk.journal.make(absolute, true)
    })
  }

  readdir(directory: string): Promise<string[]> {
    return this.#inner.readdir(directory)
  }

  stat(file: string): Promise<FileStat> {
    return this.#inner.stat(file)
  }

  exists(file: string): Promise<boolean> {
    return this.#inner.exists(file)
  }

  async syncDirectory(directory: string): Promise<void> {
    const covers = this.disk.journal.length
    return this.disk.perform('syncDirectory', directory, '', async () => {
      await this.#inner.syncDirectory(directory)
      this.disk.journal.sync(this.disk.journal.node(directory), covers)
    })
  }

  async space(file: string): Promise<{ totalBytes: number; usableBytes: number }> {
    if (this.disk.capacityBytes === Infinity) return this.#inner.space(file)
    const { capacityBytes, journal } = this.disk
    return { totalBytes: capacityBytes, usableBytes: Math.max(0, capacityBytes - journal.usedBytes) }
  }

  async lock(file: string): Promise<Lock> {
    return this.disk.perform('lock', file, '', async () => {
      const lock = await this.#inner.lock(file)
      this.disk.journal.make(file, false)
      return lock
    })
  }
}
