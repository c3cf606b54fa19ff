/** What the configuration means for listeners and connections. */
import { securityProtocolIds } from '@milena/metadata'
import type { BrokerConfig, EndpointImage } from '@milena/metadata'
import { ListenError } from './network/listener.ts'
import type { ConnectionLimits, EndPoint, SocketServerOptions } from './network/socket-server.ts'

/** Bytes of requests held at once where `queued.max.request.bytes` sets no bound. */
const REQUEST_MEMORY_BYTES = 256 * 1024 * 1024

/**
 * Connections that may wait to be accepted unless `socket.listen.backlog.size` is set. Kafka's 50 counts on a thread that
 * does nothing but accept; here one loop does everything, and a client that finds the queue full tries again only after
 * a second.
 */
const BACKLOG = 511

const NO_LIMIT = 0x7fff_ffff

type ConfiguredOptions = Omit<SocketServerOptions, 'responseMemory' | 'clock' | 'logger'>

/** Throws `ListenError` for a listener that this broker cannot secure as it is told to. */
export function socketServerOptions(config: BrokerConfig): ConfiguredOptions {
  for (const { name, host, port, securityProtocol } of config.listeners) {
    if (securityProtocol === 'PLAINTEXT') continue
    throw new ListenError(
      `Cannot open listener ${name}://${host}:${port}: its security protocol ${securityProtocol} is not supported, only PLAINTEXT is.`,
    )
  }
  const maxRequestBytes = config.get('queued.max.request.bytes')
  const maxIdleMs = config.get('connections.max.idle.ms')
  return {
    listeners: config.listeners,
    advertised: new Map((config.advertisedListeners ?? []).map(({ name, host, port }) => [name, { host, port }])),
    backlog: config.isSet('socket.listen.backlog.size') ? config.get('socket.listen.backlog.size') : BACKLOG,
    maxFrameBytes: config.get('socket.request.max.bytes'),
    maxRequestBytes: maxRequestBytes > 0 ? maxRequestBytes : REQUEST_MEMORY_BYTES,
    limits: connectionLimits(config),
    rateWindows: {
      windows: config.get('quota.window.num'),
      windowMs: config.get('quota.window.size.seconds') * 1000,
    },
    maxIdleMs: maxIdleMs < 0 ? Infinity : maxIdleMs,
  }
}

const CREATION_RATE = 'max.connection.creation.rate'

/** `dynamic` has what was set while the broker runs for one listener alone; the rest of it is in `config`. */
export function connectionLimits(
  config: BrokerConfig,
  dynamic: ReadonlyMap<string, string> = new Map(),
): ConnectionLimits {
  const { listeners, interBrokerListenerName, properties } = config
  const ofListeners = listeners.flatMap(({ name }): [string, number][] => {
    const property = `listener.name.${name.toLowerCase()}.${CREATION_RATE}`
    const rate = dynamic.get(property) ?? properties[property]
    return rate === undefined ? [] : [[name, rateOf(Number(rate))]]
  })
  return {
    rates: {
      ofBroker: rateOf(config.get(CREATION_RATE)),
      ofListeners: new Map(ofListeners),
      protectedListener: listeners.length > 1 ? interBrokerListenerName : undefined,
    },
    maxConnections: config.get('max.connections'),
    maxConnectionsPerIp: config.get('max.connections.per.ip'),
    maxConnectionsByIp: connectionsByIp(config.get('max.connections.per.ip.overrides')),
  }
}

/** Where nothing is set, nothing need be measured. */
function rateOf(connectionsASecond: number): number {
  return connectionsASecond === NO_LIMIT || Number.isNaN(connectionsASecond) ? Infinity : connectionsASecond
}

/** `host:count`, separated by commas; a host may be an IPv6 literal, so the last colon divides. */
function connectionsByIp(overrides: string): Map<string, number> {
  const pairs = overrides.split(',').filter((pair) => pair.trim() !== '')
  return new Map(
    pairs.map((pair) => {
      const colon = pair.lastIndexOf(':')
      return [pair.slice(0, colon).trim(), Number(pair.slice(colon + 1))]
    }),
  )
}

/** How other brokers would find this one: what is advertised, else where it listens. */
export function registeredEndpoints(config: BrokerConfig, listeners: readonly EndPoint[]): EndpointImage[] {
  return config.listeners.map(({ name, host, port, securityProtocol }) => {
    const advertised = config.advertisedListeners?.find((each) => each.name === name)
    const opened = listeners.find((each) => each.name === name)
    return {
      name,
      host: advertised?.host ?? (host === '' ? 'localhost' : host),
      port: advertised?.port ?? opened?.port ?? port,
      securityProtocol: securityProtocolIds[securityProtocol],
    }
  })
}
