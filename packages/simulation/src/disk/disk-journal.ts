import path from 'node:path'
import type { DiskOperation, NodeId } from './disk-operation.ts'
import { ROOT } from './disk-operation.ts'
import { DiskState } from './disk-state.ts'

/**
 * Everything that was done to a disk, in order, and which file or folder has which name at the end of it. The disk at
 * any point of its history can be made again from here.
 */
export class DiskJournal {
  readonly operations: DiskOperation[] = []
  /** By absolute path; the root has the empty one. */
  readonly #nodes = new Map<string, NodeId>([['', ROOT]])
  readonly #sizes = new Map<NodeId, number>()
  #nextNode = ROOT + 1

  /** How many operations have taken effect. */
  get length(): number {
    return this.operations.length
  }

  /** The length of all files that have a name. */
  get usedBytes(): number {
    let used = 0
    for (const node of this.#nodes.values()) used += this.#sizes.get(node) ?? 0
    return used
  }

  has(file: string): boolean {
    return this.#nodes.has(keyOf(file))
  }

  node(file: string): NodeId {
    const node = this.#nodes.get(keyOf(file))
    if (node === undefined) throw new Error(`the journal knows nothing of ${file}`)
    return node
  }

  sizeOf(node: NodeId): number {
    return this.#sizes.get(node) ?? 0
  }

  /** Notes a file or folder that is new; nothing happens when the name stands for one already. */
  make(file: string, isDirectory: boolean): NodeId {
    const key = keyOf(file)
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const node = this.#nextNode++
    this.operations.push({ kind: 'make', node, isDirectory })
    this.#setName(key, node)
    return node
  }

  remove(file: string): void {
    this.#setName(keyOf(file), undefined)
  }

  rename(from: string, to: string): void {
    const [source, target] = [keyOf(from), keyOf(to)]
    if (source === target) return
    const node = this.node(from)
    const moved = [...this.#nodes].filter(([key]) => key.startsWith(`${source}/`))
    const [directory, name] = this.#split(source)
    const [newDirectory, newName] = this.#split(target)
    const isGone = { directory, name, node: undefined }
    const isThere = { directory: newDirectory, name: newName, node }
    // Between two folders nothing keeps the halves together: each is in the folder that it changes.
    if (directory === newDirectory) this.operations.push({ kind: 'names', changes: [isGone, isThere] })
    else this.operations.push({ kind: 'names', changes: [isThere] }, { kind: 'names', changes: [isGone] })
    this.#nodes.delete(source)
    this.#nodes.set(target, node)
    for (const [key, child] of moved) {
      this.#nodes.delete(key)
      this.#nodes.set(target + key.slice(source.length), child)
    }
  }

  write(node: NodeId, position: number, bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.operations.push({ kind: 'write', node, position, bytes })
    this.#sizes.set(node, Math.max(this.sizeOf(node), position + bytes.byteLength))
  }

  truncate(node: NodeId, size: number): void {
    this.operations.push({ kind: 'truncate', node, size })
    this.#sizes.set(node, size)
  }

  /** What had taken effect when the sync was asked for is on disk. */
  sync(node: NodeId, covers: number): void {
    this.operations.push({ kind: 'sync', node, covers })
  }

  /** The sync failed, and the caches forgot what they held. */
  drop(node: NodeId, covers: number): void {
    this.operations.push({ kind: 'drop', node, covers })
  }

  /** The disk as it was when `count` operations had taken effect. */
  stateAfter(count: number): DiskState {
    const state = new DiskState()
    for (let index = 0; index < count; index++) state.apply(index, this.operations[index]!)
    return state
  }

  #setName(key: string, node: NodeId | undefined): void {
    const [directory, name] = this.#split(key)
    this.operations.push({ kind: 'names', changes: [{ directory, name, node }] })
    if (node === undefined) this.#nodes.delete(key)
    else this.#nodes.set(key, node)
  }

  #split(key: string): [directory: NodeId, name: string] {
    const slash = key.lastIndexOf('/')
    return [this.#nodes.get(key.slice(0, slash))!, key.slice(slash + 1)]
  }
}

/** `/a/b` on every system; the empty string for the root. */
export function keyOf(file: string): string {
  const known = keys.get(file)
  if (known !== undefined) return known
  const absolute = path.resolve(file)
  const names = absolute.slice(path.parse(absolute).root.length).split(path.sep)
  const key = names.map((name) => (name === '' ? '' : `/${name}`)).join('')
  if (keys.size === KEYS_MAX) keys.clear()
  keys.set(file, key)
  return key
}

/** Paths that were asked for, since each call asks for one. */
const keys = new Map<string, string>()
const KEYS_MAX = 10_000
