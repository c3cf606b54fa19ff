import { KafkaError } from '@milena/client'
import { javaException, messageOf } from '../java-exceptions.ts'
import { javaHashOrder, javaStringHash } from '../java-hash-order.ts'
import { row, widthOf } from '../table.ts'
import { print } from '../tool-io.ts'
import { shareGroups, type ShareGroupService } from './share-group-service.ts'

const quoted = (groups: readonly string[]): string =>
  javaHashOrder(groups, javaStringHash)
    .map((group) => `'${group}'`)
    .join(', ')

export async function deleteShareGroups(service: ShareGroupService): Promise<void> {
  const { admin, options, io, timeoutMs } = service
  const states = new Map((await shareGroups(service)).map(({ groupId, state }) => [groupId, state]))
  const wanted = options.has('all-groups') ? Array.from(states.keys()) : Array.from(new Set(options.values('group')))
  const failed = new Map<string, string>()
  for (const groupId of wanted) {
    const refusal = refusalOf(groupId, states.get(groupId))
    if (refusal !== undefined) failed.set(groupId, refusal)
  }
  const deleted: string[] = []
  const deletable = wanted.filter((groupId) => !failed.has(groupId))
  for (const [groupId, outcome] of await admin.deleteGroups(deletable, { timeoutMs })) {
    if (outcome.ok) deleted.push(groupId)
    else failed.set(groupId, javaException(outcome.error))
  }
  if (failed.size === 0) {
    print(io.stdout, `Deletion of requested share groups (${quoted(deleted)}) was successful.`)
    return
  }
  print(io.stdout, '\nError: Deletion of some share groups failed:')
  for (const groupId of javaHashOrder(failed.keys(), javaStringHash)) {
    print(io.stdout, `* Group '${groupId}' could not be deleted due to: ${failed.get(groupId)!}`)
  }
  if (deleted.length > 0) print(io.stdout, `\nThese share groups were deleted successfully: ${quoted(deleted)}`)
}

/** Why the group is not even asked to be deleted, as Apache's tool prints it. */
function refusalOf(groupId: string, state: string | undefined): string | undefined {
  switch (state) {
    case undefined:
      return `java.lang.IllegalArgumentException: Group '${groupId}' is not a share group.`
    case 'Empty':
    case '':
      return undefined
    case 'Dead':
      return `java.lang.IllegalStateException: Share group '${groupId}' group state is DEAD.`
    default:
      return `org.apache.kafka.common.errors.GroupNotEmptyException: Share group '${groupId}' is not EMPTY.`
  }
}

export async function deleteShareOffsets({ admin, options, io, timeoutMs }: ShareGroupService): Promise<void> {
  const groupId = options.value('group')!
  const topics = Array.from(new Set(options.values('topic')))
  const failures = new Map<string, KafkaError | undefined>()
  try {
    const outcomes = await admin.deleteShareGroupOffsets(groupId, topics, { timeoutMs })
    for (const topic of topics) {
      const outcome = outcomes.get(topic)
      failures.set(topic, outcome?.ok === false ? outcome.error : undefined)
    }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    for (const topic of topics) failures.set(topic, error)
  }
  const failure = Array.from(failures.values()).find((error) => error !== undefined)
  const headline = failure === undefined ? undefined : headlineOf(failure)
  if (headline !== undefined) print(io.stdout, `\nError: ${headline}`)
  const width = widthOf(15, topics)
  const line = (topic: string, status: string): string =>
    row([
      [topic, width],
      [status, 0],
    ])
  io.stdout.write(`\n${line('TOPIC', 'STATUS')}`)
  for (const topic of topics.toSorted()) {
    const error = failures.get(topic)
    io.stdout.write(`\n${line(topic, error === undefined ? 'Successful' : `Error: ${messageOf(error)}`)}`)
  }
  print(io.stdout)
}

/** What is said above the table; nothing of failures of single topics, which are in it. */
function headlineOf(failure: KafkaError): string | undefined {
  switch (failure.name) {
    case 'INVALID_GROUP_ID':
    case 'GROUP_ID_NOT_FOUND':
    case 'GROUP_AUTHORIZATION_FAILED':
    case 'NON_EMPTY_GROUP':
      return messageOf(failure)
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return undefined
    default:
      return `Encounter some unknown error: ${javaException(failure)}`
  }
}
