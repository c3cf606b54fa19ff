import fs from 'node:fs'
import type { File } from './file-system.ts'
import { closeDescriptor } from './descriptors.ts'
import { DIRECT_BYTES_MAX } from './direct-calls.ts'
import type { DirectCalls } from './direct-calls.ts'
import { InFlight } from './in-flight.ts'
import type { OpenFiles } from './open-files.ts'

/** The most buffers that one `writev` takes on Linux and macOS (IOV_MAX); longer lists are written in turns. */
const MOST_BUFFERS = 1024

/** A file of the operating system. Descriptors, not Node's `FileHandle`: half the cost for each small call. */
export class NodeFile implements File {
  readonly path: string
  readonly #descriptor: number
  readonly #openFiles: OpenFiles
  readonly #inFlight: InFlight
  readonly #directCalls: DirectCalls

  constructor(path: string, descriptor: number, openFiles: OpenFiles, directCalls: DirectCalls) {
    this.path = path
    this.#descriptor = descriptor
    this.#openFiles = openFiles
    this.#inFlight = new InFlight(path)
    this.#directCalls = directCalls
    openFiles.add(path)
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    this.#inFlight.begin()
    try {
      let filled = 0
      while (filled < target.byteLength) {
        const count = await this.#read(target, filled, position + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    } finally {
      this.#inFlight.end()
    }
  }

  readSync(target: Uint8Array, position: number): number {
    this.#inFlight.refuseIfClosed()
    let filled = 0
    while (filled < target.byteLength) {
      const count = fs.readSync(this.#descriptor, target, filled, target.byteLength - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }

  async writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let sizeInBytes = 0
    for (const { byteLength } of buffers) sizeInBytes += byteLength
    if (sizeInBytes <= DIRECT_BYTES_MAX && this.#directCalls.areQuick) {
      this.#directCalls.run(() => this.writevSync(buffers, position))
      return
    }
    this.#inFlight.begin()
    try {
      const rest = new Rest(buffers, position)
      for (let turn = rest.next(); turn !== undefined; turn = rest.next()) {
        rest.wrote(await this.#writev(turn, rest.position))
      }
    } finally {
      this.#inFlight.end()
    }
  }

  writevSync(buffers: readonly Uint8Array[], position: number): void {
    this.#inFlight.refuseIfClosed()
    const rest = new Rest(buffers, position)
    for (let turn = rest.next(); turn !== undefined; turn = rest.next()) {
      rest.wrote(fs.writevSync(this.#descriptor, turn, rest.position))
    }
  }

  sync(): Promise<void> {
    return this.#run((done) => fs.fdatasync(this.#descriptor, done))
  }

  truncate(size: number): Promise<void> {
    return this.#run((done) => fs.ftruncate(this.#descriptor, size, done))
  }

  async size(): Promise<number> {
    this.#inFlight.begin()
    try {
      return await new Promise((resolve, reject) => {
        fs.fstat(this.#descriptor, (error, stat) => (error === null ? resolve(stat.size) : reject(error)))
      })
    } finally {
      this.#inFlight.end()
    }
  }

  close(): Promise<void> {
    return this.#inFlight.close(async () => {
      try {
        await closeDescriptor(this.#descriptor, this.#directCalls)
      } finally {
        // Whatever `close` answers, the descriptor is gone and must not be closed again.
        this.#openFiles.delete(this.path)
      }
    })
  }

  #read(target: Uint8Array, offset: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, target, offset, target.byteLength - offset, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    })
  }

  #writev(buffers: Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#descriptor, buffers, position, (error, count) => (error ? reject(error) : resolve(count)))
    })
  }

  async #run(operation: (done: (error: Error | null) => void) => void): Promise<void> {
    this.#inFlight.begin()
    try {
      await new Promise<void>((resolve, reject) => {
        operation((error) => (error === null ? resolve() : reject(error)))
      })
    } finally {
      this.#inFlight.end()
    }
  }
}

/** What of a gathered write is still to be written: the kernel may take fewer bytes than it was given. */
class Rest {
  position: number
  readonly #buffers: readonly Uint8Array[]
  #index = 0
  /** How much of the buffer at `#index` is written. */
  #offset = 0

  constructor(buffers: readonly Uint8Array[], position: number) {
    this.#buffers = buffers
    this.position = position
  }

  /** The buffers of the next call; `undefined` when all is written. */
  next(): Uint8Array[] | undefined {
    // An empty buffer would be taken for one that the kernel refuses to make progress on.
    while (this.#index < this.#buffers.length && this.#offset === this.#buffers[this.#index]!.byteLength) {
      this.#index++
      this.#offset = 0
    }
    if (this.#index === this.#buffers.length) return undefined
    const turn = this.#buffers.slice(this.#index, this.#index + MOST_BUFFERS)
    if (this.#offset > 0) turn[0] = turn[0]!.subarray(this.#offset)
    return turn
  }

  wrote(count: number): void {
    this.position += count
    let left = count
    while (left > 0) {
      const remaining = this.#buffers[this.#index]!.byteLength - this.#offset
      if (left < remaining) {
        this.#offset += left
        return
      }
      left -= remaining
      this.#index++
      this.#offset = 0
    }
  }
}
