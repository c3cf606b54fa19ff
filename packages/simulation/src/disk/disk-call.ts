/** One call to the file system, as a trace shows it. */
export interface DiskCall {
  /** Counted from 1, in the order in which the calls take effect. */
  readonly number: number
  readonly operation:
    | 'open'
    | 'create'
    | 'read'
    | 'readFile'
    | 'writev'
    | 'sync'
    | 'truncate'
    | 'close'
    | 'rename'
    | 'remove'
    | 'mkdir'
    | 'syncDirectory'
    | 'lock'
  readonly path: string
  readonly detail: string
}

/** Operations that change the disk, or ask for a change to last. */
export const changingOperations: ReadonlySet<DiskCall['operation']> = new Set([
  'create',
  'writev',
  'sync',
  'truncate',
  'rename',
  'remove',
  'mkdir',
  'syncDirectory',
  'lock',
])

/** The code of the error that a call ends with, as `EIO`; undefined when it succeeds. */
export type Fault = (call: DiskCall) => string | undefined

export function formatCall({ number, operation, path, detail }: DiskCall): string {
  return `${number} ${operation} ${path} ${detail}`.trim()
}
