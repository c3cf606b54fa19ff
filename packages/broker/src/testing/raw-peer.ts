/** A peer that need not speak Kafka: writes what it likes, reads or does not, and sees how the connection ends. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export class RawPeer {
  readonly socket: Socket
  /** Resolves with all that was received, when the connection is closed. */
  readonly ended: Promise<Buffer>
  readonly #received: Buffer[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (chunk) => this.#received.push(chunk))
    this.ended = new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(this.#received))))
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawPeer> {
    const socket = connect(port, host)
    await once(socket, 'connect')
    return new RawPeer(socket)
  }

  /** Sends, and resolves with what came back until the other side closed. */
  send(bytes: Uint8Array | string): Promise<Buffer> {
    this.socket.write(bytes)
    return this.ended
  }
}
