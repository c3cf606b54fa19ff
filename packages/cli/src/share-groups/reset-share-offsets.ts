import { KafkaError, partitionKey, valuesOf, type TopicPartition } from '@milena/client'
import { CommandFailure } from '../command-failure.ts'
import { parseDateTime } from '../config/durations.ts'
import { checkExist, fromTime, offsetsAt } from '../consumer-groups/partition-offsets.ts'
import { formatPlan, type NewOffset } from '../consumer-groups/reset-plan.ts'
import { parsePartitions } from '../consumer-groups/topic-arguments.ts'
import { messageOf } from '../java-exceptions.ts'
import { javaHashOrder, topicPartitionHash } from '../java-hash-order.ts'
import { ToolExit } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import type { ShareGroupService } from './share-group-service.ts'

/** Lets a group without members go on elsewhere, or shows where it would. */
export async function resetShareOffsets(service: ShareGroupService): Promise<void> {
  const { admin, options, io, timeoutMs } = service
  const groupId = options.value('group')!
  const described = (await admin.describeShareGroups([groupId], { timeoutMs })).get(groupId)!
  if (!described.ok && described.error.name !== 'GROUP_ID_NOT_FOUND') throw new ToolExit(1, messageOf(described.error))
  const state = described.ok ? described.value.state : 'Dead'
  if (state !== 'Empty' && state !== 'Dead') throw new ToolExit(1, `Share group '${groupId}' is not empty.`)
  const offsets = await inMessages(async () => {
    const planned = await newOffsets(service, await partitionsToReset(service, groupId))
    const ordered = javaHashOrder(planned, topicPartitionHash)
    if (options.has('execute')) await alter(service, groupId, ordered)
    return ordered
  })
  for (const line of formatPlan(new Map([[groupId, offsets]]))) io.stdout.write(`\n${line}`)
  print(io.stdout)
}

/** Here Apache's tool gives the message without the name of the exception. */
async function inMessages<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof KafkaError ? new CommandFailure(messageOf(error), { cause: error }) : error
  }
}

async function partitionsToReset(
  { admin, options, timeoutMs }: ShareGroupService,
  groupId: string,
): Promise<readonly TopicPartition[]> {
  if (!options.has('topic')) return admin.listShareGroupOffsets(groupId, { timeoutMs })
  const { partitions, topics } = parsePartitions(options.values('topic'))
  const described = valuesOf(await admin.describeTopics(topics, { timeoutMs }))
  const all = Array.from(described, ([topic, { partitions: list }]) =>
    list.map(({ partition }) => ({ topic, partition })),
  )
  return [...partitions, ...all.flat()]
}

async function newOffsets(
  service: ShareGroupService,
  partitions: readonly TopicPartition[],
): Promise<readonly NewOffset[]> {
  const { options } = service
  await checkExist(service, partitions)
  if (options.has('to-earliest')) return offsetsAt(service, partitions, 'earliest')
  if (options.has('to-latest')) return offsetsAt(service, partitions, 'latest')
  return fromTime(service, partitions, parseDateTime(options.value('to-datetime')!))
}

async function alter(
  { admin, timeoutMs }: ShareGroupService,
  groupId: string,
  offsets: readonly NewOffset[],
): Promise<void> {
  const failed = (partitions: readonly TopicPartition[], cause: unknown): CommandFailure =>
    new CommandFailure(
      `Failed altering group offsets for the following partitions: [${partitions.map(partitionKey).join(', ')}]`,
      { cause },
    )
  let outcomes
  try {
    outcomes = await admin.alterShareGroupOffsets(groupId, offsets, { timeoutMs })
  } catch (error) {
    throw error instanceof KafkaError ? failed(offsets, error) : error
  }
  const refused = offsets.filter((each) => outcomes.get(partitionKey(each))?.ok === false)
  if (refused.length > 0) throw failed(refused, undefined)
}
