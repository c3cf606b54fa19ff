// Why a broker could not start, as a sentence for the person who started it.
import path from 'node:path'
import { ListenError } from '@milena/broker'

interface SystemError extends Error {
  readonly code?: string | number
  readonly path?: string
}

type Explain = (error: SystemError) => string

const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  ELOCKED: (error) =>
    `The data folder ${path.dirname(error.path ?? '')} is in use by another broker. ` +
    'Stop that one, or choose another folder with --data DIR.',
  EROFS: (error) => `The data folder cannot be written: ${error.path} is on a read-only file system.`,
  ENOTDIR: (error) => `The data folder cannot be used: ${error.path}, or something above it, is not a folder.`,
  EEXIST: (error) => `The data folder cannot be used: ${error.path} is not a folder.`,
  EACCES: (error) => `The data folder cannot be written: permission is denied for ${error.path}; see --data.`,
  EPERM: (error) => `The data folder cannot be written: permission is denied for ${error.path}; see --data.`,
  ENOSPC: (error) => `The disk of the data folder is full (${error.path}).`,
}

/** The error and its causes, outermost first. */
function* chain(error: unknown): Iterable<SystemError> {
  for (let each = error; each instanceof Error; each = each.cause) yield each
}

/** The sentence, or `undefined` for an error that nobody foresaw: that one deserves its stack. */
export function explainStartFailure(error: unknown): string | undefined {
  for (const each of chain(error)) {
    if (each instanceof ListenError) return each.message
    const explain = typeof each.code === 'string' ? EXPLANATIONS[each.code] : undefined
    if (explain !== undefined) return explain(each)
  }
  // What the storage refuses (a folder of another cluster or node) it says in its own sentence.
  if (error instanceof Error && error.name === 'StorageError') return `${capitalized(error.message)}.`
  return undefined
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
