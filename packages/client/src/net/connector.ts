import net from 'node:net'
import { KafkaError } from '../kafka-error.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** One open stream of bytes to a broker. The handlers are set once, before anything is written. */
export interface Channel {
  setHandlers(handlers: ChannelHandlers): void
  /** Queues the pieces, in order, as one write. */
  write(chunks: readonly Uint8Array[]): void
  /** Closes at once; `onClose` still fires. */
  destroy(): void
}

export interface ChannelHandlers {
  readonly onData: (chunk: Uint8Array) => void
  readonly onClose: (error?: Error) => void
}

/** Opens channels: TCP in life, an in-memory pair in tests. */
export type Connector = (address: Address, options: { signal: AbortSignal }) => Promise<Channel>

/** Plain TCP, without Nagle's delay and with keep-alive probes. */
export const tcpConnector: Connector = (address, { signal }) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true })
    const onAbort = (): void => {
      socket.destroy()
      reject(KafkaError.of('NETWORK_EXCEPTION', `Connecting to ${address.host}:${address.port} took too long.`))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (cause) => {
      signal.removeEventListener('abort', onAbort)
      reject(
        KafkaError.of('NETWORK_EXCEPTION', `Connecting to ${address.host}:${address.port} failed: ${cause.message}`, {
          cause,
        }),
      )
    })
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort)
      resolve(socketChannel(socket))
    })
  })

function socketChannel(socket: net.Socket): Channel {
  return {
    setHandlers({ onData, onClose }) {
      let failure: Error | undefined
      socket.on('error', (error) => (failure = error))
      socket.on('data', onData)
      socket.on('close', () => onClose(failure))
    },
    write(chunks) {
      socket.cork()
      for (const chunk of chunks) socket.write(chunk)
      socket.uncork()
    },
    destroy() {
      socket.destroy()
    },
  }
}
