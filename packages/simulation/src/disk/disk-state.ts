import type { DiskOperation, NameChange, NodeId } from './disk-operation.ts'
import { ROOT } from './disk-operation.ts'

/** A write or a truncation that no sync has covered. */
export interface PendingBytes {
  readonly index: number
  readonly operation: Extract<DiskOperation, { kind: 'write' | 'truncate' }>
}

/** A change of names that no sync has covered. */
export interface PendingNames {
  readonly index: number
  readonly changes: readonly NameChange[]
}

export interface FileOnDisk {
  /** What surely survives. */
  durable: Uint8Array
  pending: PendingBytes[]
}

export interface FolderOnDisk {
  readonly durable: Map<string, NodeId>
  pending: PendingNames[]
}

/**
 * A disk as a loss of power would find it: what is surely on it, and what is only in the caches. It is moved on by one
 * operation after the other, so that one run of a history gives the disk at every point of it.
 */
export class DiskState {
  readonly files = new Map<NodeId, FileOnDisk>()
  readonly folders = new Map<NodeId, FolderOnDisk>([[ROOT, { durable: new Map(), pending: [] }]])

  /** Moves the disk on by the operation with this number. */
  apply(index: number, operation: DiskOperation): void {
    switch (operation.kind) {
      case 'make':
        if (operation.isDirectory) this.folders.set(operation.node, { durable: new Map(), pending: [] })
        else this.files.set(operation.node, { durable: new Uint8Array(0), pending: [] })
        return
      case 'names':
        this.#folder(operation.changes[0]!.directory).pending.push({ index, changes: operation.changes })
        return
      case 'write':
      case 'truncate':
        this.#file(operation.node).pending.push({ index, operation })
        return
      case 'sync':
        this.#sync(operation.node, operation.covers)
        return
      case 'drop': {
        const file = this.#file(operation.node)
        file.pending = file.pending.filter((pending) => pending.index >= operation.covers)
      }
    }
  }

  #sync(node: NodeId, covers: number): void {
    const folder = this.folders.get(node)
    if (folder === undefined) {
      const file = this.#file(node)
      for (const { index, operation } of file.pending) {
        if (index < covers) file.durable = changed(file.durable, operation)
      }
      file.pending = file.pending.filter(({ index }) => index >= covers)
      return
    }
    for (const { index, changes } of folder.pending) if (index < covers) rename(folder.durable, changes)
    folder.pending = folder.pending.filter(({ index }) => index >= covers)
  }

  #file(node: NodeId): FileOnDisk {
    const file = this.files.get(node)
    if (file === undefined) throw new Error(`there is no file ${node} on the disk`)
    return file
  }

  #folder(node: NodeId): FolderOnDisk {
    const folder = this.folders.get(node)
    if (folder === undefined) throw new Error(`there is no folder ${node} on the disk`)
    return folder
  }
}

/** The content of a file after a write or a truncation. */
export function changed(content: Uint8Array, operation: PendingBytes['operation']): Uint8Array {
  if (operation.kind === 'truncate') {
    const cut = new Uint8Array(operation.size)
    cut.set(content.subarray(0, operation.size))
    return cut
  }
  const { position, bytes } = operation
  const written = new Uint8Array(Math.max(content.byteLength, position + bytes.byteLength))
  written.set(content)
  written.set(bytes, position)
  return written
}

export function rename(entries: Map<string, NodeId>, changes: readonly NameChange[]): void {
  for (const { name, node } of changes) {
    if (node === undefined) entries.delete(name)
    else entries.set(name, node)
  }
}
