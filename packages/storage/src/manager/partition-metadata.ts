import { ZERO_UUID } from '@milena/protocol/messages'
import { CorruptFileError } from '../storage-error.ts'

/** The text of `partition.metadata`: which topic the folder belongs to, beyond the name that another may take. */
export function formatPartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`
}

/** The topic id in a `partition.metadata`. Throws {@link CorruptFileError} for any other text. */
export function parsePartitionMetadata(text: string): string {
  const match = /^version: (\d+)\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/.exec(text)
  if (match === null) throw new CorruptFileError('partition.metadata is not of the form `version: 0`, `topic_id: …`')
  if (match[1] !== '0') throw new CorruptFileError(`partition.metadata of version ${match[1]}`)
  return match[2]!
}

/** Whether this is what a loss of power leaves of a text that was not on disk: nothing, zeros, or only its begin. */
export function isUnwrittenMetadata(text: string): boolean {
  const written = text.replace(/\0+$/, '')
  const head = formatPartitionMetadata('')
  return written.length < formatPartitionMetadata(ZERO_UUID).length && head.startsWith(written.slice(0, head.length))
}
