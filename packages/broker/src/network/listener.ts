/** Binds one configured endpoint to its addresses: `localhost` is both 127.0.0.1 and ::1, on the same port. */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

const LOOPBACK = ['127.0.0.1', '::1'] as const
/** How often a random port is drawn anew when it is free on one loopback address and taken on the other. */
const PORT_DRAWS = 20

export interface ListenerOptions {
  readonly name: string
  /** A name or literal address; '' is every address of this machine. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly backlog: number
  readonly onAccept: (socket: Socket) => void
}

/** A listener cannot be opened; the message says which, why, and what to do. */
export class ListenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ListenError'
  }
}

export class Listener {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly #servers: readonly Server[]
  #stopped: Promise<void> | undefined

  private constructor(options: ListenerOptions, port: number, servers: readonly Server[]) {
    this.name = options.name
    this.host = options.host
    this.port = port
    this.#servers = servers
  }

  /** Throws `ListenError`. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const hosts = options.host === 'localhost' ? LOOPBACK : [options.host]
    for (let draw = 1; ; draw++) {
      const servers: Server[] = []
      try {
        const port = await bindAll(options, hosts, servers)
        return new Listener(options, port, servers)
      } catch (error) {
        await Promise.all(servers.map(closeServer))
        if (options.port === 0 && draw < PORT_DRAWS && codeOf(error) === 'EADDRINUSE') continue
        throw explain(options, error)
      }
    }
  }

  /**
   * Accepts nobody any more; connections that are open stay open. Resolves when the last of them is closed and the port
   * is free.
   */
  stop(): Promise<void> {
    this.#stopped ??= Promise.all(this.#servers.map(closeServer)).then(() => {})
    return this.#stopped
  }
}

/** Binds every host to one port and returns it; what is bound already stands in `servers`, also when it throws. */
async function bindAll(options: ListenerOptions, hosts: readonly string[], servers: Server[]): Promise<number> {
  let port = options.port
  for (const host of hosts) {
    try {
      const server = await bind(options, host, port)
      servers.push(server)
      const address = server.address()
      if (address !== null && typeof address === 'object') port = address.port
    } catch (error) {
      // A machine without IPv6 has no ::1, and needs none.
      if (servers.length > 0 && ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(error) ?? '')) continue
      throw error
    }
  }
  return port
}

function bind(options: ListenerOptions, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true }, options.onAccept)
    server.once('error', reject)
    server.listen({ port, backlog: options.backlog, exclusive: true, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject)
      // Accepting can fail later (EMFILE): that client is refused, the listener goes on.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function explain(options: ListenerOptions, error: unknown): ListenError {
  const place = `listener ${options.name}://${options.host}:${options.port}`
  const cause = { cause: error }
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ListenError(
        `Cannot open ${place}: port ${options.port} is in use. Stop the program that uses it, or choose another port (port 0 takes any free one).`,
        cause,
      )
    case 'EACCES':
      return new ListenError(`Cannot open ${place}: this user may not listen on port ${options.port}.`, cause)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(`Cannot open ${place}: ${options.host} is not an address of this machine.`, cause)
    default:
      return new ListenError(`Cannot open ${place}: ${error instanceof Error ? error.message : String(error)}`, cause)
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
