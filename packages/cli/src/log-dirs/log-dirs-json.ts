import type { LogDirDescription } from '@milena/client'
import { exceptionClass } from '../java-exceptions.ts'
import { javaHashOrder, javaStringHash, topicPartitionHash } from '../java-hash-order.ts'
import { longText, textJson } from '../message-json.ts'

/**
 * Log folders by broker as Kafka's tool prints them: in one line, everything in the order of Java's hash maps.
 * @param topics only these; all when it is empty
 */
export function logDirsJson(
  brokers: ReadonlyMap<number, readonly LogDirDescription[]>,
  topics: ReadonlySet<string>,
): string {
  const shown = javaHashOrder(brokers.keys(), (id) => id).map((broker) => {
    const dirs = new Map(brokers.get(broker)!.map((dir) => [dir.path, dir]))
    const logDirs = javaHashOrder(dirs.keys(), javaStringHash).map((path) => logDirJson(dirs.get(path)!, topics))
    return objectJson({ broker: String(broker), logDirs: `[${logDirs.join(',')}]` })
  })
  return objectJson({ version: '1', brokers: `[${shown.join(',')}]` })
}

function logDirJson({ path, error, replicas }: LogDirDescription, topics: ReadonlySet<string>): string {
  // One map is made of another, which only then is filtered.
  const all = javaHashOrder(replicas.values(), topicPartitionHash)
  const wanted = all.filter(({ topic }) => topics.size === 0 || topics.has(topic))
  const partitions = javaHashOrder(wanted, topicPartitionHash).map((replica) =>
    objectJson({
      partition: textJson(`${replica.topic}-${replica.partition}`),
      size: longText(replica.sizeInBytes),
      offsetLag: longText(replica.offsetLag),
      isFuture: String(replica.isFuture),
    }),
  )
  return objectJson({
    logDir: textJson(path),
    error: error === undefined ? 'null' : textJson(exceptionClass(error)),
    partitions: `[${partitions.join(',')}]`,
  })
}

/** An object of values that are JSON already. */
function objectJson(values: Readonly<Record<string, string>>): string {
  const entries = javaHashOrder(Object.keys(values), javaStringHash).map((key) => `${textJson(key)}:${values[key]!}`)
  return `{${entries.join(',')}}`
}
