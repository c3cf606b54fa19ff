/**
 * The order in which quotas and their values are told: clients' tests compare the arrays as they come, and Kafka's is
 * that of the HashMaps in ClientQuotasDelta and ClientQuotaDelta, which the keys decide and no chance.
 */
import type { ClientQuotaImage } from './metadata-image.ts'

/** Changes are gathered in a map of Java's default size. */
const CHANGES_CAPACITY = 16
const LOAD_FACTOR = 0.75

/** `values` after a change, `kept` the keys from before it, in the order that they had. */
export function inQuotaOrder(kept: Iterable<string>, values: ReadonlyMap<string, number>): Map<string, number> {
  const old = [...kept].filter((key) => values.has(key))
  const added = [...values.keys()].filter((key) => !old.includes(key))
  // What falls into one bucket stays in the order in which it came, also when the table grows.
  const keys = byBucket([...old, ...byBucket(added, hashOf, CHANGES_CAPACITY)], hashOf, capacityFor(values.size, 1))
  return new Map(keys.map((key) => [key, values.get(key) as number]))
}

/** All quotas there are, as a Kafka tells them that has read them from a snapshot. */
export function inEntityOrder(quotas: Iterable<ClientQuotaImage>): ClientQuotaImage[] {
  const all = [...quotas]
  const asChanges = byBucket(all, entityHash, capacityFor(all.length, CHANGES_CAPACITY))
  return byBucket(asChanges, entityHash, capacityFor(all.length, 1))
}

/** A map doubles whenever it is filled beyond its load factor. */
function capacityFor(size: number, initial: number): number {
  let capacity = initial
  while (size > Math.floor(capacity * LOAD_FACTOR)) capacity *= 2
  return capacity
}

function byBucket<K>(keys: readonly K[], hash: (key: K) => number, capacity: number): K[] {
  const bucketOf = (key: K): number => (hash(key) ^ (hash(key) >>> 16)) & (capacity - 1)
  return keys.toSorted((a, b) => bucketOf(a) - bucketOf(b))
}

/** Java's hash of a map from types to names, as the only field of an object. */
function entityHash({ entity }: ClientQuotaImage): number {
  const nameHash = (name: string | null): number => (name === null ? 0 : hashOf(name))
  return entity.reduce((sum, { entityType, entityName }) => sum + (hashOf(entityType) ^ nameHash(entityName)), 31) | 0
}

/** Java's `String.hashCode`. */
function hashOf(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}
