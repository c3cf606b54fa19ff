import type { DiskCall } from '../disk/disk-call.ts'
import { changingOperations } from '../disk/disk-call.ts'
import type { SimulatedDisk } from '../disk/simulated-disk.ts'

/** Something that the disk does from one call on. */
export interface DiskFault {
  readonly name: string
  /** The disk goes on refusing until it is mended; else it is the one call alone that fails. */
  readonly lasts: boolean
  /** Whether the call can fail like this. */
  readonly concerns: (operation: DiskCall['operation']) => boolean
  /** Done at the call; gives the code that it fails with, if it does. */
  readonly strike: (disk: SimulatedDisk) => string | undefined
}

/** What needs room: also a sync, where the file system puts off finding it. */
const needsRoom = new Set<DiskCall['operation']>(['create', 'writev', 'sync', 'rename', 'mkdir', 'syncDirectory'])
const changes = (operation: DiskCall['operation']): boolean => changingOperations.has(operation)

/** Bytes that a full disk has left: a write that begins does not end. */
const LAST_BYTES = 10

export const diskFaults: readonly DiskFault[] = [
  // A sync that fails so has lost what it was to bring to the disk.
  { name: 'EIO once', lasts: false, concerns: (operation) => operation !== 'close', strike: () => 'EIO' },
  { name: 'ENOSPC once', lasts: false, concerns: (operation) => needsRoom.has(operation), strike: () => 'ENOSPC' },
  { name: 'EROFS once', lasts: false, concerns: changes, strike: () => 'EROFS' },
  {
    name: 'a full disk, until there is room again',
    lasts: true,
    concerns: (operation) => operation === 'writev',
    strike: (disk) => {
      disk.capacityBytes = disk.journal.usedBytes + LAST_BYTES
      return undefined
    },
  },
  {
    name: 'EIO for all that changes anything, until the disk is mended',
    lasts: true,
    concerns: changes,
    strike: (disk) => {
      disk.fault = ({ operation }) => (changes(operation) ? 'EIO' : undefined)
      return 'EIO'
    },
  },
  {
    name: 'a disk that is read-only, until it is mounted anew',
    lasts: true,
    concerns: changes,
    strike: (disk) => {
      disk.isReadOnly = true
      return 'EROFS'
    },
  },
]

/** Lets the fault strike at the first call that is meant and can fail like that; tells whether it has. */
export function arm(
  disk: SimulatedDisk,
  fault: DiskFault,
  isMeant: (call: DiskCall) => boolean,
  onStrike: () => void = () => undefined,
): { readonly hasStruck: () => boolean } {
  let hasStruck = false
  disk.fault = (call) => {
    if (hasStruck || !isMeant(call) || !fault.concerns(call.operation)) return undefined
    hasStruck = true
    onStrike()
    return fault.strike(disk)
  }
  return { hasStruck: () => hasStruck }
}

/** The disk takes everything again. */
export function mend(disk: SimulatedDisk): void {
  disk.fault = () => undefined
  disk.isReadOnly = false
  disk.capacityBytes = Infinity
}
