import type { LogSegment } from '../segment/log-segment.ts'

/** One append's bytes on their way to the file: whole batches with offsets from `baseOffset` to before `nextOffset`. */
export interface QueuedBytes {
  readonly bytes: Uint8Array
  readonly baseOffset: number
  readonly nextOffset: number
}

/** What goes out in one gathered write; all its appends share one promise. */
interface WriteGroup {
  readonly segment: LogSegment
  readonly items: QueuedBytes[]
  sizeInBytes: number
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Beyond this an append begins a new group: a write must not hold up those behind it for long. */
const GROUP_BYTES_MAX = 4 * 1_048_576
const GROUP_BUFFERS_MAX = 1024

/**
 * The one who writes a log. Appends queue in the order of their offsets; whatever waits when a write ends goes out
 * in the next one. A write that fails ends it all: everything queued fails with it, so that no hole can arise, and
 * nothing is taken any more.
 */
export class LogWriter {
  readonly #beforeFirstWrite: (segment: LogSegment) => Promise<void>
  readonly #onWritten: (segment: LogSegment, items: readonly QueuedBytes[]) => void
  readonly #onFailure: (cause: unknown) => Error
  #groups: WriteGroup[] = []
  #writing = false
  /** The first group has gone to the file system and takes nothing more. */
  #firstIsClosed = false
  #queuedBytes = 0

  constructor(o: {
    /** Waited for before anything is written to a segment that holds nothing. */
    readonly beforeFirstWrite: (segment: LogSegment) => Promise<void>
    readonly onWritten: (segment: LogSegment, items: readonly QueuedBytes[]) => void
    /** Called once for the write that failed; gives the error that all appends get. */
    readonly onFailure: (cause: unknown) => Error
  }) {
    this.#beforeFirstWrite = o.beforeFirstWrite
    this.#onWritten = o.onWritten
    this.#onFailure = o.onFailure
  }

  /** Bytes that wait or are being written. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Queues bytes for the end of `segment`, which must not be before that of the call before. Resolves when written. */
  enqueue(segment: LogSegment, item: QueuedBytes): Promise<void> {
    const group = this.#groupFor(segment)
    group.items.push(item)
    group.sizeInBytes += item.bytes.byteLength
    this.#queuedBytes += item.bytes.byteLength
    if (!this.#writing) {
      this.#writing = true
      // Not at once: what is appended in the same breath goes out in the same write.
      queueMicrotask(() => void this.#writeAll())
    }
    return group.done
  }

  /** Resolves when all that is queued by now is written; rejects when it failed. */
  idle(): Promise<void> {
    return this.#groups.at(-1)?.done ?? Promise.resolve()
  }

  #groupFor(segment: LogSegment): WriteGroup {
    const last = this.#groups.at(-1)
    const isOpen = last !== undefined && (this.#groups.length > 1 || !this.#firstIsClosed)
    if (
      isOpen &&
      last.segment === segment &&
      last.sizeInBytes < GROUP_BYTES_MAX &&
      last.items.length < GROUP_BUFFERS_MAX
    ) {
      return last
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Whoever awaits an append hears of the failure; nobody has to.
    promise.catch(() => undefined)
    const group: WriteGroup = { segment, items: [], sizeInBytes: 0, done: promise, resolve, reject }
    this.#groups.push(group)
    return group
  }

  async #writeAll(): Promise<void> {
    for (let group = this.#groups[0]; group !== undefined; group = this.#groups[0]) {
      this.#firstIsClosed = true
      try {
        if (group.segment.writtenBytes === 0) await this.#beforeFirstWrite(group.segment)
        await group.segment.write(group.items.map((item) => item.bytes))
      } catch (cause) {
        return this.#fail(cause)
      }
      this.#firstIsClosed = false
      this.#groups.shift()
      this.#queuedBytes -= group.sizeInBytes
      this.#onWritten(group.segment, group.items)
      group.resolve()
    }
    this.#writing = false
  }

  #fail(cause: unknown): void {
    const error = this.#onFailure(cause)
    const failed = this.#groups
    this.#groups = []
    this.#queuedBytes = 0
    for (const group of failed) group.reject(error)
  }
}
