import type { RequestProcessor } from '../request/request-processor.ts'
import type { ConnectionLimits, EndPoint, SocketServerOptions } from './socket-server.ts'

/** Where a broker's requests come from: sockets, or callers in the same process. */
export interface RequestServer {
  readonly listeners: readonly EndPoint[]
  readonly connectionCount: number
  /** Bytes of requests that are held at this moment. */
  readonly requestBytes: number
  set limits(limits: ConnectionLimits)
  /** Begins to serve; `connectionThrottleMs` is asked about each new connection. */
  serve(processor: RequestProcessor, connectionThrottleMs: (ip: string) => number): void
  /** Lets what has begun be answered, for at most so long, and takes nothing up any more. */
  close(graceMs: number): Promise<void>
}

export type OpenServer = (options: SocketServerOptions) => Promise<RequestServer>
