/** A partition of a topic; the name and number under which everyone speaks of a log. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** `topic-partition`, Kafka's printed form and the name of the partition's folder. */
export function topicPartitionName(topicPartition: TopicPartition): string {
  return `${topicPartition.topic}-${topicPartition.partition}`
}

/** The suffix of a folder that waits to be deleted (Kafka: `<topic>-<partition>.<uuid>-delete`). */
export const DELETE_DIR_SUFFIX = '-delete'

/** The suffix of a replica that moves between folders, and of one that belongs to nobody. */
export const FUTURE_DIR_SUFFIX = '-future'
export const STRAY_DIR_SUFFIX = '-stray'

/** Linux and Windows allow 255 bytes in a name; topics are ASCII, so characters are bytes. */
const DIR_NAME_LENGTH_MAX = 255

/** The partition whose folder this is; undefined for a name that no partition's folder has. */
export function parsePartitionDirName(name: string): TopicPartition | undefined {
  const match = /^(.+)-(\d{1,10})$/.exec(name)
  if (match === null || !/^[a-zA-Z0-9._-]{1,249}$/.test(match[1]!)) return undefined
  const partition = Number(match[2])
  if (partition > 0x7fff_ffff || String(partition) !== match[2]) return undefined
  return { topic: match[1]!, partition }
}

/** The name of the folder into which a log moves; undefined when it would be too long. */
export function futureDirName(topicPartition: TopicPartition, uniqueId: string): string | undefined {
  const name = `${topicPartitionName(topicPartition)}.${uniqueId}${FUTURE_DIR_SUFFIX}`
  return name.length > DIR_NAME_LENGTH_MAX ? undefined : name
}

/** The partition whose log was moving into this folder. */
export function parseFutureDirName(name: string): TopicPartition | undefined {
  const match = /^(.+)\.[0-9a-f]{32}-future$/.exec(name)
  return match === null ? undefined : parsePartitionDirName(match[1]!)
}

/** The name a folder takes before its deletion; `uniqueId` keeps a topic made anew apart from its forerunners. */
export function deletedDirName(topicPartition: TopicPartition, uniqueId: string): string {
  const tail = `-${topicPartition.partition}.${uniqueId}${DELETE_DIR_SUFFIX}`
  return topicPartition.topic.slice(0, DIR_NAME_LENGTH_MAX - tail.length) + tail
}
