/** All listeners and all connections of a broker: who may connect, who has been idle too long, and the end of all. */
import type { Socket } from 'node:net'
import type { Clock, Logger, Timer } from '@milena/runtime'
import type { RateWindows } from '../quota/sampled-rate.ts'
import type { RequestProcessor } from '../request/request-processor.ts'
import { Connection } from './connection.ts'
import { ConnectionGate } from './connection-gate.ts'
import type { ConnectionRates } from './connection-gate.ts'
import { Listener } from './listener.ts'
import { literalAddress } from './literal-address.ts'
import { RequestMemory } from './request-memory.ts'
import type { ResponseMemory } from './response-memory.ts'

/** Between two looks for idle connections. */
const SWEEP_INTERVAL_MS = 5_000
/** A frame that stands still this long loses its memory when others wait for it. */
const STALLED_FRAME_MS = 10_000

export interface EndPoint {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** What can change while the broker runs. */
export interface ConnectionLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerIp: number
  /** `max.connections.per.ip.overrides`. */
  readonly maxConnectionsByIp: ReadonlyMap<string, number>
  readonly rates: ConnectionRates
}

export interface SocketServerOptions {
  readonly listeners: readonly EndPoint[]
  /** By listener name. */
  readonly advertised: ReadonlyMap<string, { readonly host: string; readonly port: number }>
  readonly backlog: number
  /** `socket.request.max.bytes`. */
  readonly maxFrameBytes: number
  /** `queued.max.request.bytes`, bounded also where Kafka has no bound. */
  readonly maxRequestBytes: number
  readonly limits: ConnectionLimits
  /** Over which the rates of connections are measured. */
  readonly rateWindows: RateWindows
  readonly maxIdleMs: number
  readonly responseMemory: ResponseMemory
  readonly clock: Clock
  readonly logger: Logger
}

export class SocketServer {
  readonly #options: SocketServerOptions
  readonly #requestMemory: RequestMemory
  readonly #connections = new Set<Connection>()
  readonly #countByIp = new Map<string, number>()
  #listeners: readonly Listener[] = []
  /** Who came before the broker was ready; undefined since it is. */
  #early: (() => void)[] | undefined = []
  #processor: RequestProcessor | undefined
  /** Says after how many ms a new connection is to be closed, 0 when it may stay. */
  #connectionThrottleMs: (ip: string) => number = () => 0
  /** Those that came too fast, each with the moment at which it is closed. */
  readonly #throttled = new Map<Socket, Timer>()
  #limits: ConnectionLimits
  readonly #gate: ConnectionGate
  #lastConnectionId = 0
  #sweepTimer: Timer | undefined
  #isClosing = false
  #onEmpty: (() => void) | undefined

  private constructor(options: SocketServerOptions) {
    this.#options = options
    this.#limits = options.limits
    this.#gate = new ConnectionGate({
      clock: options.clock,
      windows: options.rateWindows,
      rates: options.limits.rates,
    })
    this.#requestMemory = new RequestMemory(options.maxRequestBytes)
  }

  /**
   * Opens every listener, or none: throws `ListenError`. So the ports are known, and a port in use is, before there is
   * anything to serve; who connects now is served from `serve` on.
   */
  static async open(options: SocketServerOptions): Promise<SocketServer> {
    const server = new SocketServer(options)
    const opened: Listener[] = []
    try {
      for (const endPoint of options.listeners) opened.push(await server.#openListener(endPoint))
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.stop()))
      throw error
    }
    server.#listeners = opened
    server.#scheduleSweep()
    return server
  }

  /** Begins to serve. `connectionThrottleMs` is asked about each new connection (KIP-612). */
  serve(processor: RequestProcessor, connectionThrottleMs: (ip: string) => number = () => 0): void {
    this.#processor = processor
    this.#connectionThrottleMs = connectionThrottleMs
    const early = this.#early ?? []
    this.#early = undefined
    for (const accept of early) accept()
  }

  /** They hold for connections to come; those that are open stay open. */
  set limits(limits: ConnectionLimits) {
    this.#limits = limits
    this.#gate.rates = limits.rates
  }

  /** With the ports that were really opened. */
  get listeners(): readonly EndPoint[] {
    return this.#listeners.map(({ name, host, port }) => ({ name, host, port }))
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Bytes of requests that are held at this moment. */
  get requestBytes(): number {
    return this.#requestMemory.usedBytes
  }

  /**
   * Accepts nobody any more, lets what has begun be answered, and closes the connections; those that are not done after
   * `graceMs` are cut off.
   */
  async close(graceMs: number): Promise<void> {
    const stopped = this.#stopAccepting()
    this.#sweepTimer?.cancel()
    for (const [socket, timer] of this.#throttled) {
      timer.cancel()
      socket.destroy()
    }
    this.#throttled.clear()
    // Refuses those who came too early and now come too late, and those who came too fast.
    for (const accept of this.#early?.splice(0) ?? []) accept()
    this.#gate.open()
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    // The newest first. A Java client that loses its oldest one, by which it found this node, at once asks for metadata by
    // the newer one; when that goes too it counts a failed attempt, and waits long before it asks its bootstrap servers.
    for (const connection of [...this.#connections].toReversed()) connection.shutDown()
    if (this.#connections.size === 0) return stopped
    const timer = this.#options.clock.setTimer(graceMs, () => {
      for (const connection of this.#connections) connection.destroy()
    })
    await emptied
    timer.cancel()
    await stopped
  }

  async #stopAccepting(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.#listeners.map((listener) => listener.stop()))
  }

  #openListener({ name, host, port }: EndPoint): Promise<Listener> {
    const onAccept = (socket: Socket): void => this.#accept(socket, name)
    return Listener.open({ name, host, port, backlog: this.#options.backlog, onAccept })
  }

  #accept(socket: Socket, listenerName: string): void {
    if (this.#processor === undefined && !this.#isClosing) {
      this.#early?.push(() => this.#accept(socket, listenerName))
      return
    }
    if (this.#gate.waiting(listenerName) >= this.#options.backlog) {
      socket.destroy()
      return
    }
    this.#gate.pass(listenerName, () => this.#admit(socket, listenerName))
  }

  #admit(socket: Socket, listenerName: string): void {
    const processor = this.#processor
    const ip = literalAddress(socket.remoteAddress)
    const refusal = this.#refusal(ip)
    if (refusal !== undefined || processor === undefined) {
      if (refusal !== undefined && refusal !== '')
        this.#options.logger.limited('connection-limit').warn(refusal, { ip })
      socket.destroy()
      return
    }
    const throttleMs = this.#connectionThrottleMs(ip)
    if (throttleMs > 0) {
      this.#closeLater(socket, throttleMs)
      return
    }
    this.#lastConnectionId += 1
    const { localAddress, localPort, remotePort } = socket
    const id = `${literalAddress(localAddress)}:${localPort}-${ip}:${remotePort}-${this.#lastConnectionId}`
    const { advertised, maxFrameBytes, responseMemory, clock, logger } = this.#options
    const connection = new Connection(socket, {
      id,
      listenerName,
      advertised: advertised.get(listenerName),
      maxFrameBytes,
      requestMemory: this.#requestMemory,
      responseMemory,
      processor,
      clock,
      logger,
      onClosed: (closed) => this.#forget(closed, ip),
    })
    this.#connections.add(connection)
    this.#countByIp.set(ip, (this.#countByIp.get(ip) ?? 0) + 1)
  }

  /** Who tries again at once would come too fast again: the end comes when it is time for another attempt. */
  #closeLater(socket: Socket, delayMs: number): void {
    const timer = this.#options.clock.setTimer(delayMs, () => socket.destroy())
    this.#throttled.set(socket, timer)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#throttled.delete(socket)
      timer.cancel()
    })
  }

  /** Why a new connection is refused; '' when there is nothing to say about it. */
  #refusal(ip: string): string | undefined {
    // A peer that is gone again before it was taken up has no address any more.
    if (this.#isClosing || ip === '') return ''
    const { maxConnections, maxConnectionsPerIp, maxConnectionsByIp } = this.#limits
    if (this.#connections.size + this.#throttled.size >= maxConnections)
      return `Refusing a connection: max.connections=${maxConnections} are open`
    const limit = maxConnectionsByIp.get(ip) ?? maxConnectionsPerIp
    if ((this.#countByIp.get(ip) ?? 0) >= limit) return `Refusing a connection: ${limit} of its address are open`
    return undefined
  }

  #forget(connection: Connection, ip: string): void {
    if (!this.#connections.delete(connection)) return
    const count = (this.#countByIp.get(ip) ?? 1) - 1
    if (count === 0) this.#countByIp.delete(ip)
    else this.#countByIp.set(ip, count)
    if (this.#connections.size === 0) this.#onEmpty?.()
  }

  #scheduleSweep(): void {
    const { clock, maxIdleMs } = this.#options
    this.#sweepTimer = clock.setTimer(Math.min(SWEEP_INTERVAL_MS, Math.max(1, maxIdleMs)), () => {
      this.#sweep()
      if (!this.#isClosing) this.#scheduleSweep()
    })
  }

  #sweep(): void {
    const { clock, maxIdleMs } = this.#options
    const nowMs = clock.monotonicMs()
    const isMemoryWanted = this.#requestMemory.hasWaiting
    for (const connection of this.#connections) {
      const idleMs = nowMs - connection.lastActiveMs
      const isIdle = idleMs > maxIdleMs && !connection.isBusy
      const isStalled = isMemoryWanted && connection.isMidFrame && idleMs > STALLED_FRAME_MS
      if (isIdle || isStalled) connection.destroy()
    }
  }
}
