/** A map that stays empty. */
class NoEntries extends Map<never, never> {
  override set(): never {
    throw new Error('this map is shared by all who have none of their own')
  }
}

/** A set that stays empty. */
class NoMembers extends Set<never> {
  override add(): never {
    throw new Error('this set is shared by all who have none of their own')
  }
}

/**
 * Stand in for collections that most logs never put anything in, until they do: an empty one takes two hundred bytes,
 * and ten thousand logs have half a dozen each. What reads, deletes and clears need not know the difference.
 */
export const NO_ENTRIES: Map<never, never> = new NoEntries()
export const NO_MEMBERS: Set<never> = new NoMembers()

/** The map itself, or one that can be written. */
export function writable<K, V>(map: Map<K, V>): Map<K, V> {
  return (map as unknown) === NO_ENTRIES ? new Map() : map
}

/** The set itself, or one that can be written. */
export function writableSet<T>(set: Set<T>): Set<T> {
  return (set as unknown) === NO_MEMBERS ? new Set() : set
}
