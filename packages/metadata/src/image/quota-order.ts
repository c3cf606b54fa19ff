/**
 * The order in which a quota's values are told: clients' tests compare the array as it comes, and Kafka's is that of the
 * HashMaps in ClientQuotaDelta, which the keys decide and no chance.
 */

/** Changes are gathered in a map of Java's default size. */
const CHANGES_CAPACITY = 16
const LOAD_FACTOR = 0.75

/** `values` after a change, `kept` the keys from before it, in the order that they had. */
export function inQuotaOrder(kept: Iterable<string>, values: ReadonlyMap<string, number>): Map<string, number> {
  const old = [...kept].filter((key) => values.has(key))
  const added = [...values.keys()].filter((key) => !old.includes(key))
  // What falls into one bucket stays in the order in which it came, also when the table grows.
  const keys = byBucket([...old, ...byBucket(added, CHANGES_CAPACITY)], capacityFor(values.size))
  return new Map(keys.map((key) => [key, values.get(key) as number]))
}

/** A map that begins with room for nothing doubles whenever it is filled beyond its load factor. */
function capacityFor(size: number): number {
  let capacity = 1
  while (size > Math.floor(capacity * LOAD_FACTOR)) capacity *= 2
  return capacity
}

function byBucket(keys: readonly string[], capacity: number): string[] {
  return keys.toSorted((a, b) => bucketOf(a, capacity) - bucketOf(b, capacity))
}

/** Java's `String.hashCode`, spread as HashMap spreads it. */
function bucketOf(key: string, capacity: number): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (Math.imul(31, hash) + key.charCodeAt(index)) | 0
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}
