import path from 'node:path'
import type { FileSystem } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import { SNAPSHOT_SUFFIX, offsetFileName } from '../segment/log-files.ts'

/**
 * The `.snapshot` files of a log. The one named after an offset holds the producers as they were before that
 * offset: one for each segment's begin, so that a truncation finds one nearby, and one for the end of a log that
 * was closed.
 */
export class ProducerSnapshots {
  readonly #fs: FileSystem
  readonly #directory: string
  #offsets: number[]

  constructor(o: { readonly fs: FileSystem; readonly directory: string; readonly offsets: readonly number[] }) {
    this.#fs = o.fs
    this.#directory = o.directory
    this.#offsets = o.offsets.toSorted((a, b) => a - b)
  }

  /** Offsets of the files there are, rising. */
  get offsets(): readonly number[] {
    return this.#offsets
  }

  path(offset: number): string {
    return path.join(this.#directory, offsetFileName(offset, SNAPSHOT_SUFFIX))
  }

  read(offset: number): Promise<Uint8Array> {
    return this.#fs.readFile(this.path(offset))
  }

  /** Writes a snapshot. Not synced: its CRC tells a damaged one, and then an older one serves. */
  async write(offset: number, content: Uint8Array): Promise<void> {
    await this.#fs.writeFile(this.path(offset), content)
    if (!this.#offsets.includes(offset)) this.#offsets = [...this.#offsets, offset].toSorted((a, b) => a - b)
  }

  /** Removes the snapshots whose offset `isStale` says; returns whether there were any. */
  async removeWhere(isStale: (offset: number) => boolean): Promise<boolean> {
    const stale = this.#offsets.filter(isStale)
    this.#offsets = this.#offsets.filter((offset) => !isStale(offset))
    for (const offset of stale) {
      try {
        await this.#fs.remove(this.path(offset))
      } catch (error) {
        if (!hasErrorCode(error, 'ENOENT')) throw error
      }
    }
    return stale.length > 0
  }

  /**
   * Removes the snapshots of a past that was cut off, so that they are gone after a loss of power too: one that came
   * back, when the log has long gone on otherwise, would not look wrong.
   */
  async removeForGood(isStale: (offset: number) => boolean): Promise<void> {
    if (await this.removeWhere(isStale)) await this.#fs.syncDirectory(this.#directory)
  }
}
