import type { TopicsView } from '@milena/coordinator'
import type { MetadataImage } from '@milena/metadata'

/** What a coordinator may ask about topics, answered from the metadata of the moment. */
export function topicsViewOf(
  metadata: { readonly image: MetadataImage },
  /** The version of the metadata at which a topic was last created, for those who ask. */
  newTopicsVersion: () => number = () => metadata.image.offset,
): TopicsView {
  return {
    hasTopic: (name) => metadata.image.topics.has(name),
    hasPartition: (name, partition) => metadata.image.topics.get(name)?.partitions[partition] !== undefined,
    topicId: (name) => metadata.image.topics.get(name)?.topicId,
    topicName: (id) => metadata.image.topicNamesById.get(id),
    topicNames: () => metadata.image.topics.keys(),
    version: () => metadata.image.offset,
    newTopicsVersion,
    partitionCount: (name) => metadata.image.topics.get(name)?.partitions.length ?? 0,
  }
}
