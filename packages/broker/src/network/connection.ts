/**
 * One client's connection: bytes in, frames to the request queue, answers out, and an end.
 *
 * It stops reading when its queue is long, when the memory for requests is used up, or when the peer does not read: a
 * client that only sends fills its own socket buffers, not this process.
 */
import type { Socket } from 'node:net'
import type { Clock, Logger, Timer } from '@milena/runtime'
import type { RequestConnection } from '../request/handler.ts'
import type { RequestProcessor } from '../request/request-processor.ts'
import { RequestQueue } from '../request/request-queue.ts'
import { byteSource, type ByteSource } from './byte-source.ts'
import { foreignProtocol } from './foreign-protocol.ts'
import { FrameReader } from './frame-reader.ts'
import { literalAddress } from './literal-address.ts'
import type { RequestMemory } from './request-memory.ts'
import type { ResponseMemory } from './response-memory.ts'

/** Requests of one connection that may wait before it is not read any more. Kafka reads one at a time. */
const MAX_QUEUED_REQUESTS = 100
/** Bytes of waiting requests of one connection; a single longer one is fine. */
const MAX_WAITING_BYTES = 1024 * 1024

export interface ConnectionOptions {
  readonly id: string
  readonly listenerName: string
  /** What to tell clients of this listener; undefined: the address that they dialled. */
  readonly advertised: { readonly host: string; readonly port: number } | undefined
  readonly maxFrameBytes: number
  readonly requestMemory: RequestMemory
  readonly responseMemory: ResponseMemory
  readonly processor: RequestProcessor
  readonly clock: Clock
  readonly logger: Logger
  /** Test seam: how bytes are taken from the accepted socket. */
  readonly source?: typeof byteSource
  onClosed(connection: Connection): void
}

export class Connection implements RequestConnection {
  readonly id: string
  readonly listenerName: string
  readonly remoteHost: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  readonly advertised: { readonly host: string; readonly port: number }
  clientSoftware = { name: '', version: '' }

  readonly #options: ConnectionOptions
  readonly #reader: FrameReader
  readonly #source: ByteSource
  readonly #socket: Socket
  readonly #queue: RequestQueue
  readonly #closeListeners = new Set<() => void>()
  #isClosed = false
  /** Nobody waits on behalf of this connection any more: long polls answer with what they have. */
  #isEnding = false
  #isReadingPaused = false
  #stopWaiting: (() => void) | undefined
  /** Set while this client is over a quota. */
  #throttle: Timer | undefined
  #throttledUntilMs = 0
  #isCorked = false
  #unsentBytes = 0
  #lastActiveMs: number

  constructor(accepted: Socket, options: ConnectionOptions) {
    this.id = options.id
    this.listenerName = options.listenerName
    this.remoteHost = literalAddress(accepted.remoteAddress)
    this.remotePort = accepted.remotePort ?? 0
    this.localAddress = literalAddress(accepted.localAddress)
    this.localPort = accepted.localPort ?? 0
    this.advertised = options.advertised ?? { host: this.localAddress, port: this.localPort }
    this.#options = options
    this.#lastActiveMs = options.clock.monotonicMs()
    this.#queue = new RequestQueue({
      process: (frame, receivedMs) => options.processor.process(frame, this, receivedMs),
      isPipelined: (frame) => options.processor.isPipelined(frame),
      isWritable: () => !this.#socket.writableNeedDrain && this.#throttle === undefined,
      write: (chunks) => this.#write(chunks),
      release: (frame) => this.#release(frame.length),
      close: () => this.#socket.destroySoon(),
    })
    this.#reader = new FrameReader({
      maxFrameBytes: options.maxFrameBytes,
      memory: options.requestMemory,
      onFrame: (frame) => this.#queue.push(frame, this.#lastActiveMs),
      onViolation: (size, isFirstFrame) => this.#refuse(size, isFirstFrame),
      isCongested: () => this.#isCongested(),
      onMemoryAvailable: () => this.#readOn(),
    })
    this.#source = (options.source ?? byteSource)(accepted, {
      target: () => this.#reader.target(),
      received: (length) => this.#received(length),
    })
    this.#socket = this.#source.socket
    this.#listen()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Monotonic: when bytes last came or went. */
  get lastActiveMs(): number {
    return this.#lastActiveMs
  }

  get isMidFrame(): boolean {
    return this.#reader.isMidFrame
  }

  /** True while a request is under way, or the client is made to wait. One whose peer does not read its answers is as good as idle. */
  get isBusy(): boolean {
    return this.#throttle !== undefined || (this.#queue.length > 0 && !this.#socket.writableNeedDrain)
  }

  onClose(listener: () => void): () => void {
    if (this.#isClosed || this.#isEnding) {
      listener()
      return () => {}
    }
    this.#closeListeners.add(listener)
    return () => void this.#closeListeners.delete(listener)
  }

  throttle(durationMs: number): void {
    const { clock } = this.#options
    const untilMs = clock.monotonicMs() + durationMs
    if (this.#isClosed || durationMs <= 0 || untilMs <= this.#throttledUntilMs) return
    this.#throttle?.cancel()
    this.#throttledUntilMs = untilMs
    this.#throttle = clock.setTimer(durationMs, () => {
      this.#throttle = undefined
      // The time that it was kept waiting is no idleness of its own.
      this.#lastActiveMs = clock.monotonicMs()
      this.#queue.advance()
      this.#readOn()
    })
  }

  /** Ends it now. What is not sent is lost. */
  destroy(): void {
    this.#socket.destroy()
    this.#closed()
  }

  /** Takes no further request up, answers what has begun, then ends. */
  shutDown(): void {
    this.#reader.stop()
    this.#endWaits()
    this.#queue.drain(() => this.#socket.destroySoon())
  }

  #listen(): void {
    const socket = this.#socket
    // A peer that vanishes (ECONNRESET, EPIPE) is everyday life; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#closed())
    socket.on('end', () => this.#closed())
    socket.on('drain', () => {
      this.#lastActiveMs = this.#options.clock.monotonicMs()
      this.#countUnsent()
      this.#queue.advance()
      this.#readOn()
    })
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reader.stop()
    this.#queue.close()
    this.#countUnsent()
    this.#stopWaiting?.()
    this.#throttle?.cancel()
    this.#endWaits()
    this.#socket.destroy()
    this.#options.onClosed(this)
  }

  #endWaits(): void {
    this.#isEnding = true
    const listeners = [...this.#closeListeners]
    this.#closeListeners.clear()
    for (const listener of listeners) listener()
  }

  #received(length: number): boolean {
    this.#lastActiveMs = this.#options.clock.monotonicMs()
    const goesOn = this.#reader.received(length)
    if (!goesOn) this.#pauseReading()
    return goesOn
  }

  #isCongested(): boolean {
    return (
      this.#isClosed ||
      this.#throttle !== undefined ||
      this.#queue.length >= MAX_QUEUED_REQUESTS ||
      this.#queue.waitingBytes >= MAX_WAITING_BYTES ||
      this.#socket.writableNeedDrain ||
      // Who is in the middle of a frame has its memory already; to stop there would help nobody.
      (this.#options.requestMemory.isExhausted && !this.#reader.isMidFrame)
    )
  }

  #pauseReading(): void {
    if (this.#isClosed) return
    this.#isReadingPaused = true
    if (this.#stopWaiting === undefined && this.#options.requestMemory.isExhausted) {
      this.#stopWaiting = this.#options.requestMemory.whenAvailable(() => {
        this.#stopWaiting = undefined
        this.#readOn()
      })
    }
  }

  #readOn(): void {
    if (!this.#isReadingPaused || this.#reader.isWaiting || this.#isCongested()) return
    this.#isReadingPaused = false
    this.#source.resume()
  }

  #release(bytes: number): void {
    this.#options.requestMemory.release(bytes)
    this.#readOn()
  }

  /** All that is answered within one turn of the loop leaves in one gathered write. */
  #write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket
    if (!this.#isCorked) {
      this.#isCorked = true
      socket.cork()
      process.nextTick(this.#uncork)
    }
    for (const chunk of chunks) socket.write(chunk)
    if (socket.writableNeedDrain) this.#countUnsent()
  }

  readonly #uncork = (): void => {
    this.#isCorked = false
    this.#socket.uncork()
  }

  #countUnsent(): void {
    const unsent = this.#isClosed ? 0 : this.#socket.writableLength
    this.#options.responseMemory.take(unsent - this.#unsentBytes)
    this.#unsentBytes = unsent
  }

  #refuse(size: number, isFirstFrame: boolean): void {
    const peer = `${this.remoteHost}:${this.remotePort}`
    const foreign = isFirstFrame ? foreignProtocol(size) : undefined
    const { logger, maxFrameBytes, listenerName } = this.#options
    if (foreign === undefined) {
      const reason = `a request of ${size} bytes is announced`
      logger.limited('frame-size').warn(`Closing the connection of a client: ${reason}`, { peer, limit: maxFrameBytes })
    } else {
      const sentence = `Closing the connection of a client: it speaks ${foreign}, but listener ${listenerName} expects Kafka without TLS`
      logger.limited(`foreign-${foreign}`).warn(sentence, { peer })
    }
    this.#socket.destroySoon()
    this.#queue.close()
  }
}
