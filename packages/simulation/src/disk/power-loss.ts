import type { Random } from '@milena/runtime'
import { SeededRandom } from '@milena/runtime'
import type { NodeId } from './disk-operation.ts'
import { ROOT } from './disk-operation.ts'
import type { DiskState, FileOnDisk, FolderOnDisk, PendingBytes, PendingNames } from './disk-state.ts'
import { changed, rename } from './disk-state.ts'

/** Files by absolute path; `undefined` for a folder. What stands in a folder comes behind it. */
export type DiskImage = ReadonlyMap<string, Uint8Array | undefined>

/** What a loss of power leaves of a write: all, nothing, the file's new length with zeros in it, or a part. */
export type WriteSurvival =
  | 'all'
  | 'nothing'
  | 'length'
  | { readonly kind: 'begin'; readonly bytes: number }
  | { readonly kind: 'sectors'; readonly survives: (sector: number) => boolean }

/** Decides what a loss of power leaves of what no sync has covered. */
export interface PowerLoss {
  readonly name: string
  keepsNames(pending: PendingNames, place: Place): boolean
  keepsBytes(pending: PendingBytes, place: Place): WriteSurvival
}

/** The place of an operation among the pending ones of its file or folder. */
export interface Place {
  readonly position: number
  readonly count: number
}

const SECTOR_BYTES = 512

const isLast = ({ position, count }: Place): boolean => position === count - 1

/** The losses that find most mistakes, each the same every time. */
export const powerLosses: readonly PowerLoss[] = [
  { name: 'all that no sync covered is lost', keepsNames: () => false, keepsBytes: () => 'nothing' },
  { name: 'nothing is lost, as when the process alone dies', keepsNames: () => true, keepsBytes: () => 'all' },
  { name: 'bytes survive, names do not', keepsNames: () => false, keepsBytes: () => 'all' },
  { name: 'names survive, bytes do not', keepsNames: () => true, keepsBytes: () => 'nothing' },
  { name: 'lengths survive, bytes are zeros', keepsNames: () => true, keepsBytes: () => 'length' },
  {
    name: 'the last write of each file is torn',
    keepsNames: () => true,
    keepsBytes: (pending, place) => (isLast(place) ? torn(pending) : 'all'),
  },
  {
    name: 'only the last of each came to the disk',
    keepsNames: (_, place) => isLast(place),
    keepsBytes: (_, place) => (isLast(place) ? 'all' : 'nothing'),
  },
  {
    name: 'the first of each did not come to the disk',
    keepsNames: (_, place) => place.position > 0,
    keepsBytes: (_, place) => (place.position > 0 ? 'all' : 'length'),
  },
  {
    name: 'every other one came to the disk',
    keepsNames: (pending) => pending.index % 2 === 0,
    keepsBytes: (pending) => (pending.index % 2 === 0 ? 'all' : 'nothing'),
  },
]

/** Half of the write's bytes, and a few more: seldom at a boundary of anything. */
function torn({ operation }: PendingBytes): WriteSurvival {
  if (operation.kind === 'truncate') return 'nothing'
  return { kind: 'begin', bytes: Math.floor(operation.bytes.byteLength / 2) + 3 }
}

/** A loss by chance: each name change and each write has a fate of its own, but for files and folders that have one. */
export function randomPowerLoss(seed: number): PowerLoss {
  const random = new SeededRandom(seed)
  const likelihood = random.int(5)
  const chance = (): boolean => random.int(4) < likelihood
  return {
    name: `by chance, seed ${seed}`,
    keepsNames: () => chance(),
    keepsBytes: ({ operation }) => {
      if (operation.kind === 'truncate') return chance() ? 'all' : 'nothing'
      return chance() ? 'all' : partOf(operation.bytes.byteLength, random)
    },
  }
}

function partOf(size: number, random: Random): WriteSurvival {
  const kind = random.int(4)
  if (kind === 0) return 'nothing'
  if (kind === 1) return 'length'
  if (kind === 2) return { kind: 'begin', bytes: random.int(size + 1) }
  const sectors = Array.from({ length: Math.ceil(size / SECTOR_BYTES) + 1 }, () => random.int(2) === 0)
  return { kind: 'sectors', survives: (sector) => sectors[sector]! }
}

/** What is on the disk when the power is back. */
export function survivors(disk: DiskState, loss: PowerLoss): DiskImage {
  const image = new Map<string, Uint8Array | undefined>()
  // A file that two names stand for, because a rename was half lost, is asked about once.
  const contents = new Map<NodeId, Uint8Array>()
  const visit = (folder: FolderOnDisk, path: string): void => {
    for (const [name, node] of [...namesAfter(folder, loss)].sort(byName)) {
      const child = disk.folders.get(node)
      const file = disk.files.get(node)
      if (child !== undefined) {
        image.set(`${path}/${name}`, undefined)
        visit(child, `${path}/${name}`)
      } else if (file !== undefined) {
        const content = contents.get(node) ?? contentAfter(file, loss)
        contents.set(node, content)
        image.set(`${path}/${name}`, content)
      }
    }
  }
  visit(disk.folders.get(ROOT)!, '')
  return image
}

function byName([left]: readonly [string, NodeId], [right]: readonly [string, NodeId]): number {
  return left < right ? -1 : 1
}

function namesAfter(folder: FolderOnDisk, loss: PowerLoss): Map<string, NodeId> {
  const entries = new Map(folder.durable)
  const count = folder.pending.length
  for (const [position, pending] of folder.pending.entries()) {
    if (loss.keepsNames(pending, { position, count })) rename(entries, pending.changes)
  }
  return entries
}

function contentAfter(file: FileOnDisk, loss: PowerLoss): Uint8Array {
  let content = file.durable
  const count = file.pending.length
  for (const [position, pending] of file.pending.entries()) {
    content = surviving(content, pending.operation, loss.keepsBytes(pending, { position, count }))
  }
  return content
}

function surviving(content: Uint8Array, operation: PendingBytes['operation'], kept: WriteSurvival): Uint8Array {
  if (kept === 'nothing') return content
  if (kept === 'all' || operation.kind === 'truncate') return changed(content, operation)
  const { position, bytes } = operation
  const end = position + bytes.byteLength
  if (kept === 'length')
    return content.byteLength >= end ? content : changed(content, { ...operation, kind: 'truncate', size: end })
  if (kept.kind === 'begin') return changed(content, { ...operation, bytes: bytes.subarray(0, kept.bytes) })
  // Sectors are those of the file, wherever in one of them the write begins.
  let result = content
  const first = Math.floor(position / SECTOR_BYTES)
  for (let sector = first; sector * SECTOR_BYTES < end; sector++) {
    if (!kept.survives(sector - first)) continue
    const from = Math.max(position, sector * SECTOR_BYTES)
    const to = Math.min(end, (sector + 1) * SECTOR_BYTES)
    result = changed(result, { ...operation, position: from, bytes: bytes.subarray(from - position, to - position) })
  }
  return result
}
