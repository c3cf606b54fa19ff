import type { TopicPartition } from '@milena/client'

/** `String.hashCode` of Java. */
export function javaStringHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

/** `TopicPartition.hashCode` of Kafka. */
export const topicPartitionHash = ({ topic, partition }: TopicPartition): number =>
  (Math.imul(31, 31 + partition) + javaStringHash(topic)) | 0

/** `Long.hashCode` of Java; exact up to 2^53. */
export const javaLongHash = (value: number): number => (value ^ Math.floor(value / 2 ** 32)) | 0

/**
 * The order in which a HashMap of Java gives keys that were put one by one, so that two outputs can be compared line by
 * line.
 */
export function javaHashOrder<K>(keys: Iterable<K>, hashOf: (key: K) => number): readonly K[] {
  const all = [...keys]
  let capacity = 16
  while (all.length > capacity * 0.75) capacity *= 2
  const bucketOf = (hash: number): number => (hash ^ (hash >>> 16)) & (capacity - 1)
  return all
    .map((key) => ({ key, bucket: bucketOf(hashOf(key)) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ key }) => key)
}
