/**
 * The requests of one connection: begun in order of arrival, answered in order.
 *
 * One at a time, as in Kafka, except that pipelined requests (Produce) may be in flight together: the next one begins
 * when the one before has done its ordered step (its appends), not when it is answered. A request that is not pipelined
 * waits until everything before it is answered, so what it sees includes their effects. Nothing begins while the peer
 * does not read its answers.
 */
import { CLOSE_CONNECTION, InFlight, NO_RESPONSE } from './handler.ts'

/** The encoded response, or what happens instead of one. */
export type Answer = readonly Uint8Array[] | typeof NO_RESPONSE | typeof CLOSE_CONNECTION

export interface RequestQueueOptions {
  /** Decodes, handles and encodes. Never throws and never rejects: errors are answers too. */
  process(frame: Buffer, receivedMs: number): Answer | Promise<Answer> | InFlight<readonly Uint8Array[]>
  isPipelined(frame: Buffer): boolean
  /** True while the peer reads what it is sent. */
  isWritable(): boolean
  write(chunks: readonly Uint8Array[]): void
  /** The frame is not needed any more. */
  release(frame: Buffer): void
  /** Answers up to here are written; then the connection shall close. */
  close(): void
}

interface Slot {
  readonly frame: Buffer
  readonly receivedMs: number
  answer: Answer | undefined
}

export class RequestQueue {
  readonly #options: RequestQueueOptions
  /** In order of arrival: first those that are begun, then those that wait. */
  readonly #slots: Slot[] = []
  #begunCount = 0
  #waitingBytes = 0
  /** An ordered step is under way: nothing may overtake it. */
  #isDispatching = false
  /** All that is begun and not answered is pipelined. */
  #isPipelining = true
  #isAdvancing = false
  #isClosed = false
  /** Set while the queue shall take no further request up: the broker stops. */
  #isDraining = false
  #onDrained: (() => void) | undefined

  constructor(options: RequestQueueOptions) {
    this.#options = options
  }

  /** Requests that are not answered yet. */
  get length(): number {
    return this.#slots.length
  }

  /** Bytes of the requests that have not begun. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  push(frame: Buffer, receivedMs: number): void {
    if (this.#isClosed || this.#isDraining) {
      this.#options.release(frame)
      return
    }
    this.#slots.push({ frame, receivedMs, answer: undefined })
    this.#waitingBytes += frame.length
    this.advance()
  }

  /** Begins what may begin. To be called again when the peer reads on. */
  advance(): void {
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    while (this.#mayBegin()) this.#begin(this.#slots[this.#begunCount] as Slot)
    this.#isAdvancing = false
  }

  /** Lets what has begun finish and forgets the rest. Calls back once nothing is left, at once if nothing is. */
  drain(onDrained: () => void): void {
    this.#isDraining = true
    this.#dropWaiting()
    if (this.#slots.length === 0) onDrained()
    else this.#onDrained = onDrained
  }

  /** The connection is gone: what waits is forgotten, what has begun finishes unheard. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#dropWaiting()
  }

  #dropWaiting(): void {
    for (const slot of this.#slots.splice(this.#begunCount)) this.#options.release(slot.frame)
    this.#waitingBytes = 0
  }

  #mayBegin(): boolean {
    if (this.#isClosed || this.#isDispatching) return false
    const next = this.#slots[this.#begunCount]
    if (next === undefined || !this.#options.isWritable()) return false
    return this.#begunCount === 0 || (this.#isPipelining && this.#options.isPipelined(next.frame))
  }

  #begin(slot: Slot): void {
    this.#isPipelining = this.#options.isPipelined(slot.frame)
    this.#begunCount += 1
    this.#waitingBytes -= slot.frame.length
    const answer = this.#options.process(slot.frame, slot.receivedMs)
    if (answer instanceof InFlight) {
      this.#await(slot, answer.response)
      if (answer.dispatched !== undefined) this.#awaitDispatch(answer.dispatched)
    } else if (answer instanceof Promise) {
      this.#await(slot, answer)
    } else {
      this.#settle(slot, answer)
    }
  }

  #await(slot: Slot, answer: Promise<Answer>): void {
    void answer.then((settled) => {
      this.#settle(slot, settled)
      this.advance()
    })
  }

  #awaitDispatch(dispatched: Promise<void>): void {
    this.#isDispatching = true
    const proceed = (): void => {
      this.#isDispatching = false
      this.advance()
    }
    // A failed step is reported by the request's own answer.
    void dispatched.then(proceed, proceed)
  }

  #settle(slot: Slot, answer: Answer): void {
    slot.answer = answer
    this.#options.release(slot.frame)
    this.#flush()
  }

  /** Writes the answers that are next in turn. */
  #flush(): void {
    for (let head = this.#slots[0]; head?.answer !== undefined; head = this.#slots[0]) {
      this.#slots.shift()
      this.#begunCount -= 1
      if (this.#isClosed) continue
      if (head.answer === CLOSE_CONNECTION) {
        this.close()
        this.#options.close()
      } else if (head.answer !== NO_RESPONSE) {
        this.#options.write(head.answer)
      }
    }
    if (this.#slots.length === 0 && this.#onDrained !== undefined) {
      const onDrained = this.#onDrained
      this.#onDrained = undefined
      onDrained()
    }
  }
}
