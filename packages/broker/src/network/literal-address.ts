/** An address as people write it: IPv4 that came in through an IPv6 socket (`::ffff:127.0.0.1`) is shown as IPv4. */
export function literalAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}
