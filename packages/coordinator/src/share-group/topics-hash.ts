import type { TopicsView } from '../group/group-types.ts'

const FNV_OFFSET_BASIS = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/**
 * A number that changes when a subscribed topic comes, goes, grows or is made anew: an int64, by FNV-1a. Kafka uses
 * another hash; whoever takes over a log finds that the topics have changed and assigns once more than needed.
 *
 * @returns 0 when none of the topics exists.
 */
export const topicsHash = (names: Iterable<string>, topics: TopicsView): bigint => {
  let hash: bigint | undefined
  for (const name of [...names].sort()) {
    const topicId = topics.topicId(name)
    if (topicId === undefined) continue
    hash ??= FNV_OFFSET_BASIS
    const text = `${topicId}:${name}:${topics.partitionCount(name)};`
    for (let index = 0; index < text.length; index++) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * FNV_PRIME)
    }
  }
  return BigInt.asIntN(64, hash ?? 0n)
}
