// A connection to a broker as the benches need it: frames go out, whole answers come back in the same order.
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const RETRY_MS = 5

export class Connection {
  readonly #socket: net.Socket
  readonly #waiting: { resolve: (frame: Buffer) => void; reject: (error: Error) => void }[] = []
  #chunks: Buffer[] = []
  #size = 0
  #failure: Error | undefined

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the broker closed the connection')))
  }

  send(frame: Uint8Array): Promise<Buffer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#socket.write(frame)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    for (;;) {
      if (this.#size < 4) return
      if (this.#chunks[0]!.length < 4) this.#chunks = [Buffer.concat(this.#chunks)]
      const end = 4 + this.#chunks[0]!.readInt32BE(0)
      if (this.#size < end) return
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
      this.#chunks = all.length > end ? [all.subarray(end)] : []
      this.#size -= end
      this.#waiting.shift()!.resolve(all.subarray(4, end))
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
  }
}

/** Connects as soon as the port is open. */
export async function connect(port: number, giveUpMs: number): Promise<Connection> {
  const deadline = performance.now() + giveUpMs
  for (;;) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(new Connection(socket)))
        socket.once('error', reject)
      })
    } catch (error) {
      if (performance.now() > deadline) throw new Error('the port did not open in time', { cause: error })
      await sleep(RETRY_MS)
    }
  }
}
