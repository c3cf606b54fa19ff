/**
 * A map from strings that is never changed: `set` and `delete` give a new one that shares all but a path of the old.
 * A hash array mapped trie with 32 branches a level, so a snapshot of ten thousand topics costs nothing and a change of
 * one costs a few small arrays. Iterates in hash order, which depends on the keys alone.
 */
export class PersistentMap<V> {
  readonly #root: Node<V> | null
  readonly size: number

  private constructor(root: Node<V> | null, size: number) {
    this.#root = root
    this.size = size
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(null, 0)
  }

  static from<V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> {
    let map = PersistentMap.empty<V>()
    for (const [key, value] of entries) map = map.set(key, value)
    return map
  }

  get(key: string): V | undefined {
    let node = this.#root
    let hash = hashOf(key)
    while (node?.kind === 'branch') {
      node = childAt(node, hash & 31)
      hash >>>= 5
    }
    return node?.entries.find((entry) => entry.key === key)?.value
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  set(key: string, value: V): PersistentMap<V> {
    const added = this.has(key) ? 0 : 1
    return new PersistentMap(insert(this.#root, { key, value }, hashOf(key), 0), this.size + added)
  }

  delete(key: string): PersistentMap<V> {
    if (!this.has(key)) return this
    return new PersistentMap(remove(this.#root!, key, hashOf(key)), this.size - 1)
  }

  *[Symbol.iterator](): IterableIterator<[string, V]> {
    if (this.#root !== null) yield* entriesOf(this.#root)
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value
  }
}

interface Entry<V> {
  readonly key: string
  readonly value: V
}

interface Leaf<V> {
  readonly kind: 'leaf'
  readonly hash: number
  /** More than one only when the whole hashes are equal. */
  readonly entries: readonly Entry<V>[]
}

interface Branch<V> {
  readonly kind: 'branch'
  /** Which of the 32 children exist; `children` holds these in order. */
  readonly bitmap: number
  readonly children: readonly Node<V>[]
}

type Node<V> = Leaf<V> | Branch<V>

/** FNV-1a over UTF-16 units, with a final mix so that its low bits, which the trie uses first, are well spread. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555)
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333)
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function childAt<V>(branch: Branch<V>, slot: number): Node<V> | null {
  const bit = 1 << slot
  if ((branch.bitmap & bit) === 0) return null
  return branch.children[countBits(branch.bitmap & (bit - 1))]!
}

function insert<V>(node: Node<V> | null, entry: Entry<V>, hash: number, depth: number): Node<V> {
  const fullHash = hashOf(entry.key)
  if (node === null) return { kind: 'leaf', hash: fullHash, entries: [entry] }
  if (node.kind === 'leaf') {
    if (node.hash === fullHash) {
      return { ...node, entries: [...node.entries.filter((other) => other.key !== entry.key), entry] }
    }
    const branch: Branch<V> = { kind: 'branch', bitmap: 1 << ((node.hash >>> (5 * depth)) & 31), children: [node] }
    return insert(branch, entry, hash, depth)
  }
  const child = insert(childAt(node, hash & 31), entry, hash >>> 5, depth + 1)
  return withChild(node, hash & 31, child)
}

function withChild<V>(branch: Branch<V>, slot: number, child: Node<V>): Branch<V> {
  const bit = 1 << slot
  const index = countBits(branch.bitmap & (bit - 1))
  const replaced = (branch.bitmap & bit) !== 0
  const children = branch.children.toSpliced(index, replaced ? 1 : 0, child)
  return { kind: 'branch', bitmap: branch.bitmap | bit, children }
}

/** The key is known to be there. Null when nothing is left. */
function remove<V>(node: Node<V>, key: string, hash: number): Node<V> | null {
  if (node.kind === 'leaf') {
    const entries = node.entries.filter((entry) => entry.key !== key)
    return entries.length === 0 ? null : { ...node, entries }
  }
  const slot = hash & 31
  const child = remove(childAt(node, slot)!, key, hash >>> 5)
  if (child !== null) return withChild(node, slot, child)
  const bit = 1 << slot
  if (node.bitmap === bit) return null
  const children = node.children.toSpliced(countBits(node.bitmap & (bit - 1)), 1)
  return { kind: 'branch', bitmap: node.bitmap & ~bit, children }
}

function* entriesOf<V>(node: Node<V>): IterableIterator<[string, V]> {
  if (node.kind === 'leaf') {
    for (const { key, value } of node.entries) yield [key, value]
    return
  }
  for (const child of node.children) yield* entriesOf(child)
}
