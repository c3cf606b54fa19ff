import { Admin, KafkaError, valuesOf, type NewTopic, type TopicDescription } from '@milena/client'
import { CommandFailure } from '../command-failure.ts'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { messageOf } from '../java-exceptions.ts'
import { OptionError, ToolExit, UsageError } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { printTopics } from './describe-topics.ts'
import { topicFilter } from './topic-filter.ts'
import { checkTopicOptions, topicSpecs, type TopicOptions } from './topic-options.ts'

/** `kafka-topics`: creates, lists, describes, alters and deletes topics. */
export function topicCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: topicSpecs,
      about: 'This tool helps to create, delete, describe, or change a topic.',
      whenEmpty: 'Create, delete, describe, or change a topic.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

async function main(options: TopicOptions, io: ToolIo): Promise<number> {
  checkTopicOptions(options, io)
  try {
    const file = options.value('command-config')
    const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
    await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'))
    if (options.has('create')) await createTopic(admin, options, io)
    else if (options.has('alter')) await alterTopics(admin, options)
    else if (options.has('list')) print(io.stdout, (await topicNames(admin, options)).join('\n'))
    else if (options.has('describe')) await describeTopics(admin, options, io)
    else await deleteTopics(admin, options)
    return 0
  } catch (error) {
    if (error instanceof UsageError || error instanceof ToolExit) throw error
    if (!(error instanceof KafkaError || error instanceof OptionError || error instanceof CommandFailure)) throw error
    print(io.stdout, `Error while executing topic command : ${messageOf(error)}`)
    return 1
  }
}

async function createTopic(admin: Admin, options: TopicOptions, io: ToolIo): Promise<void> {
  const topic = newTopic(options)
  if (/[._]/.test(topic.name)) {
    print(
      io.stdout,
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
    )
  }
  if (topic.replicationFactor !== undefined && !(topic.replicationFactor >= 1 && topic.replicationFactor <= 32_767)) {
    throw new CommandFailure('The replication factor must be between 1 and 32767 inclusive')
  }
  if (topic.numPartitions !== undefined && topic.numPartitions < 1) {
    throw new CommandFailure('The partitions must be greater than 0')
  }
  const outcome = (await admin.createTopics([topic], { retryOnQuotaViolation: false })).get(topic.name)!
  if (outcome.ok) print(io.stdout, `Created topic ${topic.name}.`)
  else if (outcome.error.name !== 'TOPIC_ALREADY_EXISTS' || !options.has('if-not-exists')) throw outcome.error
}

function newTopic(options: TopicOptions): NewTopic {
  const numPartitions = options.number('partitions')
  const replicationFactor = options.number('replication-factor')
  const assignments = replicaAssignment(options)
  return {
    name: options.value('topic')!,
    configs: topicConfigs(options.values('config')),
    ...(numPartitions !== undefined && { numPartitions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    ...(assignments !== undefined && { assignments }),
  }
}

function topicConfigs(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const parts = setting.split(/\s*=\s*/)
      // Java's split leaves trailing empty parts out, so `key=` is one part there.
      while (parts.length > 0 && parts.at(-1) === '') parts.pop()
      if (parts.length !== 2) {
        throw new CommandFailure(
          'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
        )
      }
      return [parts[0]!.trim(), parts[1]!.trim()]
    }),
  )
}

/** `1:2,2:3`: partitions separated by commas, their replicas by colons. */
function replicaAssignment(options: TopicOptions): ReadonlyMap<number, readonly number[]> | undefined {
  const text = options.value('replica-assignment')
  if (text === undefined || text === '') return undefined
  const partitions = text.split(',').map((list) => list.split(':').map((id) => brokerId(id.trim())))
  partitions.forEach((replicas, partition) => {
    const duplicates = replicas.filter((id, index) => replicas.indexOf(id) < index)
    if (duplicates.length > 0) {
      const ids = Array.from(new Set(duplicates)).join(',')
      throw new CommandFailure(`Partition replica lists may not contain duplicate entries: ${ids}`)
    }
    if (replicas.length !== partitions[0]!.length) {
      throw new CommandFailure(`Partition ${partition} has different replication factor: [${replicas.join(', ')}]`)
    }
  })
  return new Map(partitions.entries())
}

function brokerId(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new CommandFailure(`For input string: "${text}"`)
  return Number(text)
}

async function alterTopics(admin: Admin, options: TopicOptions): Promise<void> {
  const totalCount = options.number('partitions')!
  const assignment = replicaAssignment(options)
  topicConfigs(options.values('config'))
  const names = await existingTopics(admin, options)
  if (names.length === 0) return
  const topics = valuesOf(await admin.describeTopics(names))
  const newPartitions = names.map((topic) => {
    if (assignment === undefined) return { topic, totalCount }
    // The list speaks of all partitions; those that exist keep their replicas.
    const assignments = Array.from(assignment.values()).slice(topics.get(topic)!.partitions.length)
    return { topic, totalCount, assignments }
  })
  valuesOf(await admin.createPartitions(newPartitions, { retryOnQuotaViolation: false }))
}

async function deleteTopics(admin: Admin, options: TopicOptions): Promise<void> {
  valuesOf(await admin.deleteTopics(await existingTopics(admin, options), { retryOnQuotaViolation: false }))
}

async function describeTopics(admin: Admin, options: TopicOptions, io: ToolIo): Promise<void> {
  const topicId = options.value('topic-id')
  const topics =
    topicId !== undefined && topicId !== 'AAAAAAAAAAAAAAAAAAAAAA'
      ? await topicsById(admin, topicId, options)
      : await topicsByName(admin, options)
  await printTopics(admin, topics, options, io)
}

async function topicsById(admin: Admin, topicId: string, options: TopicOptions): Promise<readonly TopicDescription[]> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(topicId)) {
    throw new CommandFailure(`Input string \`${topicId}\` decoded as a topic id does not have 16 bytes.`)
  }
  const listed = await admin.listTopics({ listInternal: !options.has('exclude-internal') })
  if (!listed.some((topic) => topic.topicId === topicId)) {
    if (options.has('if-exists')) return []
    throw new CommandFailure(`TopicId '${topicId}' does not exist as expected`)
  }
  return Array.from(valuesOf(await admin.describeTopicsById([topicId])).values())
}

async function topicsByName(admin: Admin, options: TopicOptions): Promise<readonly TopicDescription[]> {
  const limit = options.number('partition-size-limit-per-response')
  const names = await existingTopics(admin, options)
  const described = await admin.describeTopics(names, {
    ...(limit !== undefined && { partitionSizeLimitPerResponse: limit }),
  })
  return Array.from(valuesOf(described).values())
}

async function topicNames(admin: Admin, options: TopicOptions): Promise<readonly string[]> {
  const excludeInternal = options.has('exclude-internal')
  const listed = await admin.listTopics({ listInternal: !excludeInternal })
  return listed
    .map(({ name }) => name)
    .sort()
    .filter(topicFilter(options.value('topic'), excludeInternal))
}

/** The topics that `--topic` finds; that there is none is a failure, unless `--if-exists` allows it. */
async function existingTopics(admin: Admin, options: TopicOptions): Promise<readonly string[]> {
  const names = await topicNames(admin, options)
  const wanted = options.value('topic')
  if (names.length === 0 && wanted !== undefined && wanted !== '' && !options.has('if-exists')) {
    throw new CommandFailure(`Topic '${wanted}' does not exist as expected`)
  }
  return names
}
