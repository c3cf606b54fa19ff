/** Java's `String.hashCode`: over UTF-16 units, as an int32. */
export const javaHashCode = (text: string): number => {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

/**
 * The partition of `__consumer_offsets` that a group lives in. Kafka's `Utils.abs` takes the absolute value, with the
 * one number that has none counted as 0.
 */
export const partitionForGroup = (groupId: string, partitionCount: number): number => {
  const hash = javaHashCode(groupId)
  return (hash === -2_147_483_648 ? 0 : Math.abs(hash)) % partitionCount
}
