import { KafkaError, partitionKey, type TopicPartition } from '@milena/client'
import { javaException } from '../java-exceptions.ts'
import { cell, widthOf } from '../table.ts'
import { print } from '../tool-io.ts'
import { selectedGroups, type GroupService } from './group-service.ts'
import { parsePartitions } from './topic-arguments.ts'

const quoted = (groups: readonly string[]): string => groups.map((group) => `'${group}'`).join(', ')

export async function deleteGroups(service: GroupService): Promise<void> {
  const { admin, io, timeoutMs } = service
  const outcomes = await admin.deleteGroups(await selectedGroups(service), { timeoutMs })
  const deleted = Array.from(outcomes).flatMap(([group, { ok }]) => (ok ? [group] : []))
  if (deleted.length === outcomes.size) {
    print(io.stdout, `Deletion of requested consumer groups (${quoted(deleted)}) was successful.`)
    return
  }
  print(io.stdout, '\nError: Deletion of some consumer groups failed:')
  for (const [group, outcome] of outcomes) {
    if (!outcome.ok) print(io.stdout, `* Group '${group}' could not be deleted due to: ${javaException(outcome.error)}`)
  }
  if (deleted.length > 0) print(io.stdout, `\nThese consumer groups were deleted successfully: ${quoted(deleted)}`)
}

interface Result extends TopicPartition {
  readonly error: KafkaError | undefined
}

export async function deleteOffsets(service: GroupService): Promise<void> {
  const { admin, options, io, timeoutMs } = service
  const groupId = options.value('group')!
  const { partitions, unknown } = await partitionsToDelete(service)
  let failure: KafkaError | undefined
  let results: readonly Result[]
  try {
    const outcomes = await admin.deleteGroupOffsets(groupId, partitions, { timeoutMs })
    results = partitions.map((partition) => {
      const outcome = outcomes.get(partitionKey(partition))
      return { ...partition, error: outcome?.ok === false ? outcome.error : undefined }
    })
    failure = results.find(({ error }) => error !== undefined)?.error
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    failure = error
    results = partitions.map((partition) => ({ ...partition, error }))
  }
  print(io.stdout, headline(groupId, failure))
  for (const line of formatResults([...results, ...unknown])) io.stdout.write(`\n${line}`)
  print(io.stdout)
}

/** Partitions that are named, and all of topics that are; topics that are unknown are results already. */
async function partitionsToDelete({ admin, options, timeoutMs }: GroupService): Promise<{
  readonly partitions: readonly TopicPartition[]
  readonly unknown: readonly Result[]
}> {
  const { topics, partitions } = parsePartitions(options.values('topic'))
  const found: TopicPartition[] = [...partitions]
  const unknown: Result[] = []
  for (const [topic, outcome] of await admin.describeTopics(topics, { timeoutMs })) {
    if (outcome.ok) for (const { partition } of outcome.value.partitions) found.push({ topic, partition })
    else unknown.push({ topic, partition: -1, error: outcome.error })
  }
  return { partitions: found, unknown }
}

function headline(groupId: string, failure: KafkaError | undefined): string {
  if (failure === undefined) return `Request succeeded for deleting offsets from group ${groupId}.`
  switch (failure.name) {
    case 'INVALID_GROUP_ID':
    case 'GROUP_ID_NOT_FOUND':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'NON_EMPTY_GROUP':
      return `\nError: ${failure.message}`
    case 'GROUP_SUBSCRIBED_TO_TOPIC':
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return '\nError: Encountered some partition-level error, see the follow-up details.'
    default:
      return `\nError: Encountered some unknown error: ${failure.name}`
  }
}

function formatResults(results: readonly Result[]): readonly string[] {
  const width = widthOf(
    15,
    results.map(({ topic }) => topic),
  )
  const line = (topic: string, partition: string, status: string): string =>
    `${cell(topic, width)} ${cell(partition, 10)} ${cell(status, 15)}`
  const sortKey = ({ topic, partition }: Result): string => `${topic}${partition}`
  return [
    line('TOPIC', 'PARTITION', 'STATUS'),
    ...Array.from(results)
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      .map(({ topic, partition, error }) =>
        line(
          topic,
          partition < 0 ? '-' : String(partition),
          error === undefined ? 'Successful' : `Error: ${javaException(error)}`,
        ),
      ),
  ]
}
