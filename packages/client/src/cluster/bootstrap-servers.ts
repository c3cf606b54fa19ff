import { KafkaError } from '../kafka-error.ts'
import type { Address } from '../net/connector.ts'

/** Parses `host:port,host:port`, IPv6 hosts in brackets. */
export function parseBootstrapServers(servers: string | readonly string[]): readonly Address[] {
  const entries = (typeof servers === 'string' ? servers.split(',') : servers)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) {
    throw KafkaError.client('INVALID_ARGUMENT', 'No bootstrap servers are given; expected host:port,host:port.')
  }
  return entries.map((entry) => {
    const match = /^(?:[A-Za-z_]+:\/\/)?(\[[0-9A-Fa-f:.%]+\]|[^:[\]/]+):(\d{1,5})$/.exec(entry)
    const port = Number(match?.[2])
    if (match === null || port < 1 || port > 65535) {
      throw KafkaError.client('INVALID_ARGUMENT', `Invalid url in bootstrap.servers: ${entry}`)
    }
    return { host: match[1]!.replace(/^\[|\]$/g, ''), port }
  })
}
