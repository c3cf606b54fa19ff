// One TCP connection that sends frames and takes what comes back, as it comes: nothing is retried, nothing is hidden.
import { once } from 'node:events'
import net from 'node:net'

export type Outcome =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silence' }

export class Connection {
  readonly #socket: net.Socket
  #received: Buffer = Buffer.alloc(0)
  readonly #waiting: ((outcome: Outcome) => void)[] = []

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const settle of this.#waiting.splice(0)) settle({ kind: 'closed' })
    })
  }

  static async open(port: number): Promise<Connection> {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Connection(socket)
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 'open'
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#socket.write(chunk)
  }

  /** Sends a frame; the next answer is its own, since a broker answers in order. After `deadlineMs` it is silence. */
  async exchange(chunks: readonly Uint8Array[], deadlineMs: number): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    if (!this.isOpen) return { kind: 'closed' }
    this.#waiting.push(resolve)
    const overdue = setTimeout(() => {
      resolve({ kind: 'silence' })
      this.close()
    }, deadlineMs)
    this.write(chunks)
    const outcome = await promise
    clearTimeout(overdue)
    return outcome
  }

  /** Says within `deadlineMs` whether the broker ends the connection. */
  async isClosedWithin(deadlineMs: number): Promise<boolean> {
    if (!this.isOpen) return true
    const closed = once(this.#socket, 'close').then(() => true)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const overdue = setTimeout(() => resolve(false), deadlineMs)
    const result = await Promise.race([closed, promise])
    clearTimeout(overdue)
    return result
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const frame = this.#received.subarray(4, end)
      this.#received = this.#received.subarray(end)
      this.#waiting.shift()?.({ kind: 'frame', frame })
    }
  }
}
