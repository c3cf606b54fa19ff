// Why a broker could not start, as a sentence for the person who started it.

interface SystemError extends Error {
  readonly code?: string
  readonly port?: number
  readonly address?: string
  readonly hostname?: string
  readonly path?: string
}

type Explain = (error: SystemError) => string

function addressOf({ address, port }: SystemError): string {
  if (address === undefined) return `port ${port}`
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  EADDRINUSE: (error) =>
    `Port ${error.port} is in use (${addressOf(error)}): another program listens there, perhaps another broker. ` +
    'Choose another with --port N, or --port 0 for any free one.',
  EADDRNOTAVAIL: (error) => `This machine has no address ${addressOf(error)} to listen on; see --host or listeners.`,
  ENOTFOUND: (error) => `The host to listen on, ${error.hostname}, is not known; see --host or listeners.`,
  ELOCKED: (error) =>
    `The data folder is in use by another broker (${error.path} is locked). ` +
    'Stop that one, or choose another folder with --data DIR.',
  EROFS: (error) => `The data folder cannot be written: ${error.path} is on a read-only file system.`,
  ENOTDIR: (error) => `The data folder cannot be used: ${error.path}, or something above it, is not a folder.`,
  EEXIST: (error) => `The data folder cannot be used: ${error.path} is not a folder.`,
  ENOSPC: (error) => `The disk of the data folder is full (${error.path}).`,
}

function explainDenied(error: SystemError): string {
  if (error.port !== undefined) return `Permission is denied to listen on ${addressOf(error)}; see --port.`
  return `The data folder cannot be written: permission is denied for ${error.path}; see --data.`
}

/** The error and its causes, outermost first. */
function* chain(error: unknown): Iterable<SystemError> {
  for (let each = error; each instanceof Error; each = each.cause) yield each
}

/** The sentence, or `undefined` for an error that nobody foresaw: that one deserves its stack. */
export function explainStartFailure(error: unknown): string | undefined {
  for (const each of chain(error)) {
    if (each.code === 'EACCES' || each.code === 'EPERM') return explainDenied(each)
    const explain = each.code === undefined ? undefined : EXPLANATIONS[each.code]
    if (explain !== undefined) return explain(each)
  }
  return undefined
}
