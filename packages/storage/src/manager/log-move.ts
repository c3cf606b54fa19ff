import path from 'node:path'
import type { File, FileSystem } from '@milena/runtime'
import type { LogDir } from './log-dir.ts'
import { DELETED_SUFFIX, LOG_SUFFIX, parseOffsetFileName } from '../segment/log-files.ts'
import type { UnifiedLog } from '../log/unified-log.ts'

const COPY_BYTES = 1_048_576
/** With no more left than this, the rest is copied while the log stands still. */
const REST_BYTES_MAX = 1_048_576

/**
 * A log on its way from one folder to another (KIP-113). Its files are copied while it goes on being written, for a
 * segment only grows at its end; when little is left the log is closed, the rest follows, and the copy takes its place.
 */
export class LogMove {
  readonly log: UnifiedLog
  readonly dir: LogDir
  /** The folder of the copy, with `-future` in its name until it is whole. */
  readonly directory: string
  readonly #fs: FileSystem
  #isCancelled = false
  #copiedBytes = 0
  /** The first offset of the segment that is being copied. */
  #copiedOffset = 0
  /** Set by who carries the move out: resolves when it is over. */
  done: Promise<void> = Promise.resolve()

  constructor(o: {
    readonly fs: FileSystem
    readonly log: UnifiedLog
    readonly dir: LogDir
    readonly directory: string
  }) {
    this.#fs = o.fs
    this.log = o.log
    this.dir = o.dir
    this.directory = o.directory
  }

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  get sizeInBytes(): number {
    return this.#copiedBytes
  }

  /** How many records are not in the copy, counted in whole segments. */
  get offsetLag(): number {
    return Math.max(0, this.log.logEndOffset - this.#copiedOffset)
  }

  cancel(): void {
    this.#isCancelled = true
  }

  /** Copies until little is left, or the move is cancelled. */
  async catchUp(): Promise<void> {
    await this.#fs.mkdir(this.directory)
    let copied: number
    do copied = await this.#copySegments()
    while (copied > REST_BYTES_MAX && !this.#isCancelled)
  }

  /** Copies what is left of a log that is closed, durably, and takes away what it has not any more. */
  async finish(): Promise<void> {
    const source = this.log.directory
    const names = (await this.#fs.readdir(source)).filter((name) => !name.endsWith(DELETED_SUFFIX))
    await this.#copySegments()
    for (const name of names) {
      if (name.endsWith(LOG_SUFFIX)) continue
      await this.#fs.writeFile(path.join(this.directory, name), await this.#fs.readFile(path.join(source, name)))
    }
    const kept = new Set(names)
    for (const name of await this.#fs.readdir(this.directory)) {
      const file = path.join(this.directory, name)
      if (kept.has(name)) await this.#withFile(file, 'readwrite', (opened) => opened.sync())
      else await this.#fs.remove(file)
    }
    await this.#fs.syncDirectory(this.directory)
    this.#copiedOffset = this.log.logEndOffset
  }

  /** Removes the copy. */
  async discard(): Promise<void> {
    if (await this.#fs.exists(this.directory)) await this.#fs.removeDirectory(this.directory)
  }

  async #copySegments(): Promise<number> {
    let copied = 0
    for (const name of (await this.#fs.readdir(this.log.directory)).toSorted()) {
      const baseOffset = parseOffsetFileName(name, LOG_SUFFIX)
      if (baseOffset === undefined || this.#isCancelled) continue
      this.#copiedOffset = Math.max(this.#copiedOffset, baseOffset)
      copied += await this.#copyRest(name)
    }
    this.#copiedBytes += copied
    return copied
  }

  /** Copies what a segment has grown by. One that retention takes away meanwhile is no loss. */
  async #copyRest(name: string): Promise<number> {
    const source = path.join(this.log.directory, name)
    if (!(await this.#fs.exists(source))) return 0
    return this.#withFile(source, 'read', (from) =>
      this.#withFile(path.join(this.directory, name), 'create', async (to) => {
        const start = await to.size()
        let position = start
        for (;;) {
          const buffer = Buffer.allocUnsafeSlow(COPY_BYTES)
          const filled = await from.read(buffer, position)
          if (filled > 0) await to.writev([buffer.subarray(0, filled)], position)
          position += filled
          if (filled < buffer.byteLength || this.#isCancelled) return position - start
        }
      }),
    )
  }

  async #withFile<T>(
    file: string,
    mode: 'read' | 'readwrite' | 'create',
    use: (opened: File) => Promise<T>,
  ): Promise<T> {
    const opened = await this.#fs.open(file, mode)
    try {
      return await use(opened)
    } finally {
      await opened.close()
    }
  }
}
