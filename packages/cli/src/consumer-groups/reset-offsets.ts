import { CommandFailure } from '../command-failure.ts'
import { KafkaError, partitionKey, valuesOf, type OffsetSpec, type TopicPartition } from '@milena/client'
import { UsageError } from '../options/option-error.ts'
import { print } from '../tool-io.ts'
import { checkExist, fromTime, offsetsAt } from './partition-offsets.ts'
import { parseDateTime, parseDuration } from '../config/durations.ts'
import { committedOffsets, selectedGroups, type GroupService } from './group-service.ts'
import { scenarios } from './group-options.ts'
import { formatCsv, formatPlan, readResetPlan, type NewOffset, type ResetPlan } from './reset-plan.ts'
import { parsePartitions } from './topic-arguments.ts'

/** Sets what groups without members have committed, or shows what would be set. */
export async function resetOffsets(service: GroupService): Promise<void> {
  const { options, io } = service
  const plan = await makePlan(service)
  if (options.has('export')) print(io.stdout, formatCsv(plan, options.values('group')))
  else {
    for (const line of formatPlan(plan)) io.stdout.write(`\n${line}`)
    print(io.stdout)
  }
}

async function makePlan(service: GroupService): Promise<ResetPlan> {
  const { admin, io, timeoutMs } = service
  const groupIds = await selectedGroups(service)
  const described = await admin.describeConsumerGroups(groupIds, { timeoutMs })
  const plan = new Map<string, readonly NewOffset[]>()
  for (const [groupId, outcome] of described) {
    if (!outcome.ok && outcome.error.name !== 'GROUP_ID_NOT_FOUND') throw outcome.error
    const state = outcome.ok ? outcome.value.state : 'Dead'
    if (state === 'Empty' || state === 'Dead') plan.set(groupId, await resetGroup(service, groupId))
    else {
      print(
        io.stdout,
        `\nError: Assignments can only be reset if the group '${groupId}' is inactive, but the current state is ${state}.`,
      )
      plan.set(groupId, [])
    }
  }
  return plan
}

async function resetGroup(service: GroupService, groupId: string): Promise<readonly NewOffset[]> {
  const { admin, options, timeoutMs } = service
  try {
    const partitions = await partitionsToReset(service, groupId)
    const offsets = await newOffsets(service, groupId, partitions)
    if (options.has('execute') && !options.has('dry-run')) {
      valuesOf(await admin.alterGroupOffsets(groupId, offsets, { timeoutMs }))
    }
    return offsets
  } catch (error) {
    // Here Apache's tool gives the message without the name of the exception.
    throw error instanceof KafkaError ? new CommandFailure(error.message, { cause: error }) : error
  }
}

async function partitionsToReset(service: GroupService, groupId: string): Promise<readonly TopicPartition[]> {
  const { admin, options, timeoutMs } = service
  if (options.has('all-topics')) {
    return Array.from((await committedOffsets(service, groupId)).values(), ({ topic, partition }) => ({
      topic,
      partition,
    }))
  }
  if (options.has('topic')) {
    const { partitions, topics } = parsePartitions(options.values('topic'))
    const described = valuesOf(await admin.describeTopics(topics, { timeoutMs }))
    const all = Array.from(described, ([topic, { partitions: list }]) =>
      list.map(({ partition }) => ({ topic, partition })),
    ).flat()
    return [...partitions, ...all]
  }
  if (!options.has('from-file')) {
    throw new UsageError('One of the reset scopes should be defined: --all-topics, --topic.')
  }
  return []
}

async function newOffsets(
  service: GroupService,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly NewOffset[]> {
  const { options } = service
  await checkExist(service, partitions)
  const at = (place: OffsetSpec): Promise<readonly NewOffset[]> => offsetsAt(service, partitions, place)
  if (options.has('to-offset')) {
    const offset = options.number('to-offset')!
    return inRange(
      service,
      partitions.map((partition) => ({ ...partition, offset })),
    )
  }
  if (options.has('to-earliest')) return at('earliest')
  if (options.has('to-latest')) return at('latest')
  if (options.has('shift-by')) {
    const shift = options.number('shift-by')!
    const committed = await committedOffsets(service, groupId)
    return inRange(
      service,
      partitions.map((partition) => {
        const current = committed.get(partitionKey(partition))
        if (current === undefined) {
          const key = partitionKey(partition)
          throw new UsageError(`Cannot shift offset for partition ${key} since there is no current committed offset`)
        }
        return { ...partition, offset: current.offset + shift }
      }),
    )
  }
  if (options.has('to-datetime')) return fromTime(service, partitions, parseDateTime(options.value('to-datetime')!))
  if (options.has('by-duration')) {
    const agoMs = parseDuration(options.value('by-duration')!)
    return fromTime(service, partitions, service.admin.client.clock.nowMs() - agoMs)
  }
  if (options.has('from-file')) {
    const plan = readResetPlan(options.value('from-file')!, options.values('group'))
    return inRange(service, plan.get(groupId) ?? [])
  }
  if (options.has('to-current')) return toCurrent(service, groupId, partitions)
  const names = scenarios.map((scenario) => `[${scenario}]`).join(', ')
  throw new UsageError(`Option '[reset-offsets]' requires one of the following scenarios: [${names}]`)
}

/** What is committed, cut to what there is; the end, where nothing is committed. */
async function toCurrent(
  service: GroupService,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly NewOffset[]> {
  const committed = await committedOffsets(service, groupId)
  const known: NewOffset[] = []
  const unknown: TopicPartition[] = []
  for (const { topic, partition } of partitions) {
    const current = committed.get(partitionKey({ topic, partition }))
    if (current === undefined) unknown.push({ topic, partition })
    else known.push({ topic, partition, offset: current.offset })
  }
  return [...(await inRange(service, known)), ...(await offsetsAt(service, unknown, 'latest'))]
}

/** Offsets beyond an end of the log become that end. */
async function inRange(service: GroupService, wanted: readonly NewOffset[]): Promise<readonly NewOffset[]> {
  if (wanted.length === 0) return []
  const byKey = (offsets: readonly NewOffset[]): ReadonlyMap<string, number> =>
    new Map(offsets.map((entry) => [partitionKey(entry), entry.offset]))
  const starts = byKey(await offsetsAt(service, wanted, 'earliest'))
  const ends = byKey(await offsetsAt(service, wanted, 'latest'))
  return wanted.map((entry) => {
    const { topic, partition, offset } = entry
    const key = partitionKey(entry)
    const clamped = Math.max(starts.get(key)!, Math.min(ends.get(key)!, offset))
    if (clamped !== offset) {
      const relation = clamped < offset ? 'higher than latest' : 'lower than earliest'
      service.admin.client.logger.warn(
        `New offset (${offset}) is ${relation} offset for topic partition ${key}. Value will be set to ${clamped}.`,
      )
    }
    return { topic, partition, offset: clamped }
  })
}
