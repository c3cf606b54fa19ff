interface Address {
  readonly host: string
  readonly port: number
}

const EVERY_INTERFACE = new Set(['', '0.0.0.0', '::'])

export function formatAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where a client on this machine finds what listens there. */
export function reachableAddress({ host, port }: Address): string {
  return formatAddress({ host: EVERY_INTERFACE.has(host) ? 'localhost' : host, port })
}
