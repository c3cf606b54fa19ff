import type { File } from '@milena/runtime'
import { InFlight } from '@milena/runtime'
import type { NodeId } from './disk-operation.ts'
import type { SimulatedDisk } from './simulated-disk.ts'

/** An open file of a `SimulatedFileSystem`. */
export class SimulatedFile implements File {
  readonly path: string
  readonly #inner: File
  readonly #node: NodeId
  readonly #disk: SimulatedDisk
  /** The file is closed behind what was asked before, however long the disk takes for that. */
  readonly #inFlight: InFlight

  constructor(inner: File, node: NodeId, disk: SimulatedDisk) {
    this.path = inner.path
    this.#inner = inner
    this.#node = node
    this.#disk = disk
    this.#inFlight = new InFlight(inner.path)
    disk.openFiles.add(inner.path)
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    return this.#run(() =>
      this.#disk.perform('read', this.path, `${target.byteLength} at ${position}`, () =>
        this.#inner.read(target, position),
      ),
    )
  }

  readSync(target: Uint8Array, position: number): number {
    this.#inFlight.refuseIfClosed()
    this.#disk.begin('read', this.path, `${target.byteLength} at ${position}`)
    return this.#inner.readSync(target, position)
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const detail = `${buffers.map((buffer) => buffer.byteLength).join(' + ')} at ${position}`
    return this.#run(() =>
      this.#disk.perform(
        'writev',
        this.path,
        detail,
        async () => this.#write(buffers, position),
        // A disk that fails in the middle of a write has written some of it.
        () => this.#write([firstHalf(buffers)], position),
      ),
    )
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#inFlight.refuseIfClosed()
    this.#disk.begin('writev', this.path, `${buffers.map((buffer) => buffer.byteLength).join(' + ')} at ${position}`)
    this.#write(buffers, position)
  }

  #write(buffers: readonly Uint8Array[], position: number): void {
    const bytes = Buffer.concat(buffers)
    const fitting = this.#disk.fitting(this.#node, position, bytes.byteLength)
    this.#inner.writevSync([bytes.subarray(0, fitting)], position)
    this.#disk.journal.write(this.#node, position, bytes.subarray(0, fitting))
    if (fitting < bytes.byteLength) this.#disk.refuseAsFull(this.path)
  }

  async sync(): Promise<void> {
    // What is written from here on is not covered, although it may reach the disk before the sync ends.
    const covers = this.#disk.journal.length
    return this.#run(() =>
      this.#disk.perform(
        'sync',
        this.path,
        '',
        async () => {
          await this.#inner.sync()
          this.#disk.journal.sync(this.#node, covers)
        },
        () => this.#disk.journal.drop(this.#node, covers),
      ),
    )
  }

  async truncate(size: number): Promise<void> {
    return this.#run(() =>
      this.#disk.perform('truncate', this.path, `to ${size}`, async () => {
        await this.#inner.truncate(size)
        this.#disk.journal.truncate(this.#node, size)
      }),
    )
  }

  async size(): Promise<number> {
    return this.#run(() => this.#inner.size())
  }

  close(): Promise<void> {
    return this.#inFlight.close(async () => {
      try {
        await this.#disk.perform('close', this.path, '', () => this.#inner.close())
      } finally {
        this.#disk.openFiles.delete(this.path)
      }
    })
  }

  async #run<T>(operation: () => Promise<T>): Promise<T> {
    this.#inFlight.begin()
    try {
      return await operation()
    } finally {
      this.#inFlight.end()
    }
  }
}

function firstHalf(buffers: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(buffers)
  return bytes.subarray(0, bytes.byteLength >> 1)
}
