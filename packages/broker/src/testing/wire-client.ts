/** A client that says exactly what a test tells it to: one connection, one request after the other, any version. */
import net from 'node:net'
import { decode, decodeResponseHeader, encodeRequestFrame } from '@milena/protocol'
import type { Infer, Input, Message } from '@milena/protocol'

export class WireClient implements AsyncDisposable {
  readonly #socket: net.Socket
  readonly #clientId: string
  readonly #waiting = new Map<number, { resolve(frame: Buffer): void; reject(error: Error): void }>()
  #received = Buffer.alloc(0)
  #correlationId = 100
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>

  private constructor(socket: net.Socket, clientId: string) {
    this.#socket = socket
    this.#clientId = clientId
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('close', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the broker closed the connection'))
      this.#waiting.clear()
    })
  }

  static connect(
    port: number,
    options: { readonly host?: string; readonly clientId?: string } = {},
  ): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, options.host ?? '127.0.0.1', () => {
        socket.off('error', reject)
        resolve(new WireClient(socket, options.clientId ?? 'wire-client'))
      })
      socket.once('error', reject)
    })
  }

  /** Rejects when the broker closes the connection instead of answering. */
  async send<Req extends Message, Res extends Message>(
    request: Req,
    response: Res,
    version: number,
    body: Input<Req>,
  ): Promise<Infer<Res>> {
    const correlationId = this.#correlationId++
    const frame = encodeRequestFrame({ message: request, version, correlationId, clientId: this.#clientId, body })
    const answer = new Promise<Buffer>((resolve, reject) => this.#waiting.set(correlationId, { resolve, reject }))
    this.#socket.write(Buffer.concat(frame))
    const bytes = await answer
    const { bodyOffset } = decodeResponseHeader(bytes, response, version)
    return decode(response, version, bytes, bodyOffset)
  }

  /** Writes a request that gets no answer (Produce with acks=0), or that shall not be waited for. */
  sendUnanswered<Req extends Message>(request: Req, version: number, body: Input<Req>): void {
    const correlationId = this.#correlationId++
    const frame = encodeRequestFrame({ message: request, version, correlationId, clientId: this.#clientId, body })
    this.#socket.write(Buffer.concat(frame))
  }

  /** Writes a whole frame with correlation id 1 as it is, and resolves with the answer, without its length. */
  sendFrame(frame: Uint8Array): Promise<Buffer> {
    const answer = new Promise<Buffer>((resolve, reject) => this.#waiting.set(1, { resolve, reject }))
    this.#socket.write(frame)
    return answer
  }

  /** Writes bytes as they are. */
  sendRaw(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.destroy()
    await closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 8) {
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const frame = this.#received.subarray(4, end)
      this.#received = this.#received.subarray(end)
      const correlationId = frame.readInt32BE(0)
      this.#waiting.get(correlationId)?.resolve(frame)
      this.#waiting.delete(correlationId)
    }
  }
}
