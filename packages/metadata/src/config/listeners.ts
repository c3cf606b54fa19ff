import type { ConfigError } from './config-error.ts'

export const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
export type SecurityProtocol = (typeof securityProtocols)[number]

/** An address to listen on or to advertise. An empty host means every interface, port 0 any free port. */
export interface Listener {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly securityProtocol: SecurityProtocol
}

/** The ids of the security protocols in metadata records (Kafka's SecurityProtocol). */
export const securityProtocolIds: Readonly<Record<SecurityProtocol, number>> = {
  PLAINTEXT: 0,
  SSL: 1,
  SASL_PLAINTEXT: 2,
  SASL_SSL: 3,
}

const LISTENER = /^([A-Za-z0-9_.-]+):\/\/(?:\[([0-9A-Fa-f:.%]*)\]|([^/:]*)):(\d{1,5})$/

export type SecurityProtocolMap = ReadonlyMap<string, SecurityProtocol>

/** `NAME:PROTOCOL` pairs; problems are added to `errors`. */
export function parseSecurityProtocolMap(text: string, errors: ConfigError[]): SecurityProtocolMap {
  const key = 'listener.security.protocol.map'
  const map = new Map<string, SecurityProtocol>()
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue
    const colon = pair.lastIndexOf(':')
    const name = pair.slice(0, colon).toUpperCase()
    const protocol = securityProtocols.find((known) => known === pair.slice(colon + 1).toUpperCase())
    if (colon <= 0 || protocol === undefined) {
      errors.push(mistake(key, text, `"${pair}" must be NAME:PROTOCOL with one of ${securityProtocols.join(', ')}`))
    } else {
      map.set(name, protocol)
    }
  }
  return map
}

export interface ListenersInput {
  readonly key: 'listeners' | 'advertised.listeners'
  readonly entries: readonly string[]
  readonly protocols: SecurityProtocolMap
}

/** The listeners that can be read; what is wrong with the others, and with all of them together, goes to `errors`. */
export function parseListeners({ key, entries, protocols }: ListenersInput, errors: ConfigError[]): Listener[] {
  const listeners: Listener[] = []
  const text = entries.join(',')
  for (const entry of entries) {
    const match = LISTENER.exec(entry)
    const port = Number(match?.[4])
    if (match === null || port > 65_535) {
      errors.push(mistake(key, text, `"${entry}" must be NAME://host:port with a port from 0 to 65535`))
      continue
    }
    const name = match[1]!.toUpperCase()
    const securityProtocol = protocols.get(name)
    if (securityProtocol === undefined) {
      errors.push(
        mistake(key, text, `no security protocol is known for ${name}; say it in listener.security.protocol.map`),
      )
      continue
    }
    listeners.push({ name, host: match[2] ?? match[3]!, port, securityProtocol })
  }
  errors.push(...repeated(key, text, listeners))
  return listeners
}

function repeated(key: string, text: string, listeners: readonly Listener[]): ConfigError[] {
  const errors: ConfigError[] = []
  const names = listeners.map((listener) => listener.name)
  const name = names.find((candidate, index) => names.indexOf(candidate) !== index)
  if (name !== undefined)
    errors.push(mistake(key, text, `each listener needs a name of its own, but ${name} is there twice`))
  // What is advertised may lie behind one address of a proxy; only real sockets need ports of their own.
  if (key === 'advertised.listeners') return errors
  const clash = listeners.find((one, index) =>
    listeners.slice(0, index).some((other) => one.port !== 0 && one.port === other.port && sharesFamily(one, other)),
  )
  if (clash !== undefined)
    errors.push(mistake(key, text, `each listener needs a port of its own, but ${clash.port} is there twice`))
  return errors
}

/** Kafka lets an IPv4 and an IPv6 address share a port. */
function sharesFamily(a: Listener, b: Listener): boolean {
  const families = [a.host, b.host].map((host) => (host.includes(':') ? 6 : /^\d+\.\d+\.\d+\.\d+$/.test(host) ? 4 : 0))
  return families[0] === families[1] || families.includes(0)
}

function mistake(key: string, value: string, what: string): ConfigError {
  return { key, value, message: `${key}: the value "${value}" is not allowed: ${what}.` }
}
