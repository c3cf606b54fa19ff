import type { FileSystem } from '@milena/runtime'
import { hasErrorCode } from '@milena/runtime'
import { CorruptFileError } from '../storage-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { topicPartitionName } from '../topic-partition.ts'

const VERSION = 0

/**
 * The text of a checkpoint of offsets (Kafka's OffsetCheckpointFile): `0`, the number of entries, and a line
 * `topic partition offset` for each.
 */
export function formatOffsetCheckpoint(entries: Iterable<readonly [TopicPartition, number]>): string {
  const lines: string[] = []
  for (const [{ topic, partition }, offset] of entries) lines.push(`${topic} ${partition} ${offset}\n`)
  return `${VERSION}\n${lines.length}\n${lines.join('')}`
}

/** Offsets by {@link topicPartitionName}. Throws {@link CorruptFileError} for any other text. */
export function parseOffsetCheckpoint(text: string): Map<string, number> {
  const [version, count, ...rest] = text.split('\n')
  if (version !== String(VERSION)) throw new CorruptFileError(`offset checkpoint of version ${version}`)
  const lines = rest.filter((line) => line !== '')
  if (lines.length !== Number(count)) {
    throw new CorruptFileError(`offset checkpoint with ${lines.length} entries that says ${count}`)
  }
  const offsets = new Map<string, number>()
  for (const line of lines) {
    const match = /^(\S+) (\d+) (\d+)$/.exec(line)
    if (match === null) throw new CorruptFileError(`offset checkpoint with the line '${line}'`)
    offsets.set(topicPartitionName({ topic: match[1]!, partition: Number(match[2]) }), Number(match[3]))
  }
  return offsets
}

/** Reads a checkpoint; one that does not exist is empty. */
export async function readOffsetCheckpoint(fs: FileSystem, path: string): Promise<Map<string, number>> {
  const text = await readTextIfPresent(fs, path)
  return text === undefined ? new Map() : parseOffsetCheckpoint(text)
}

/** The text of a file, or undefined when there is none. */
export async function readTextIfPresent(fs: FileSystem, path: string): Promise<string | undefined> {
  try {
    return Buffer.from(await fs.readFile(path)).toString('utf8')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}
