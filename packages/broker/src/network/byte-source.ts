/**
 * Bytes from a socket, read straight into memory that the reader lends.
 *
 * `socket.on('data')` allocates a buffer for every read, which costs four times what reading into a lent one does. Node
 * offers lent buffers as `onread` of `new net.Socket`, but `net.createServer` does not pass it on: `lentSource` therefore
 * takes the handle out of the accepted socket and builds a second socket around it. That leans on names that Node does
 * not promise (`_handle`, `_server`), so it stays in this file, beside `plainSource`, which does the same through
 * `data` events, and `isLendingPossible`, which looks before we leap.
 */
import { Socket } from 'node:net'

/** Lends memory and is told how much of it was filled. Both calls happen back to back: between them nobody else runs. */
export interface ByteSink {
  /** Where the next bytes go. Asked anew before every read; never empty. */
  target(): Uint8Array
  /** `length` bytes were put at the start of the last target. False: read no more until `resume`. */
  received(length: number): boolean
}

/** A socket whose bytes arrive in a sink instead of in `data` events. */
export interface ByteSource {
  readonly socket: Socket
  /** Reads on after `received` said false. */
  resume(): void
}

interface HandleOwner {
  _handle: { reading?: boolean; readStart?: unknown; useUserBuffer?: unknown } | null
  _server: unknown
}

/**
 * True where an accepted socket's handle can be taken over. Windows hands the kernel a buffer long before bytes arrive,
 * so there a sink that lends the same memory to many sockets would see them overwrite each other.
 */
export function isLendingPossible(accepted: Socket, platform: NodeJS.Platform = process.platform): boolean {
  if (platform === 'win32') return false
  const handle = (accepted as unknown as Partial<HandleOwner>)._handle
  return typeof handle?.readStart === 'function' && typeof handle.useUserBuffer === 'function'
}

/** Takes an accepted, paused connection over: `accepted` must not be used afterwards. */
export function lentSource(accepted: Socket, sink: ByteSink): ByteSource {
  const from = accepted as unknown as HandleOwner
  const socket = new Socket({
    handle: from._handle,
    onread: { buffer: () => sink.target(), callback: (length: number) => sink.received(length) },
  } as unknown as ConstructorParameters<typeof Socket>[0])
  // The server counts its connections by what closes: the new socket is the one that will.
  ;(socket as unknown as HandleOwner)._server = from._server
  from._handle = null
  from._server = null
  return { socket, resume: () => void socket.resume() }
}

/** The same through `data` events: a copy more, nothing private. */
export function plainSource(accepted: Socket, sink: ByteSink): ByteSource {
  let held: Uint8Array | undefined
  const offer = (chunk: Uint8Array): void => {
    let rest = chunk
    while (rest.length > 0) {
      const target = sink.target()
      const length = Math.min(rest.length, target.length)
      target.set(rest.subarray(0, length))
      rest = rest.subarray(length)
      if (!sink.received(length)) {
        held = rest.length > 0 ? rest : undefined
        accepted.pause()
        return
      }
    }
    held = undefined
  }
  accepted.on('data', offer)
  // It comes paused; a listener for data alone does not change that.
  accepted.resume()
  const resume = (): void => {
    const chunk = held
    held = undefined
    accepted.resume()
    if (chunk !== undefined) offer(chunk)
  }
  return { socket: accepted, resume }
}

export function byteSource(accepted: Socket, sink: ByteSink): ByteSource {
  return isLendingPossible(accepted) ? lentSource(accepted, sink) : plainSource(accepted, sink)
}
