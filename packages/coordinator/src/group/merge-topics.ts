/**
 * One list of what several say of topics: each topic stands there once, where it came first, with all of its
 * partitions. A topic may be named as often as a request is long, hence one array for each that grows.
 */
export const mergeTopics = <Partition, Topic extends { readonly partitions: readonly Partition[] }>(
  lists: readonly (readonly Topic[])[],
  keyOf: (topic: Topic) => string,
): Topic[] => {
  const merged = new Map<string, { readonly topic: Topic; readonly partitions: Partition[] }>()
  for (const list of lists) {
    for (const topic of list) {
      const known = merged.get(keyOf(topic))
      if (known === undefined) merged.set(keyOf(topic), { topic, partitions: [...topic.partitions] })
      else for (const partition of topic.partitions) known.partitions.push(partition)
    }
  }
  return Array.from(merged.values(), ({ topic, partitions }) => ({ ...topic, partitions }))
}
