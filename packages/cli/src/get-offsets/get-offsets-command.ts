import { Admin, KafkaError, OffsetSpec, partitionKey, type TopicPartition, valuesOf } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { longText } from '../message-json.ts'
import { commonOptions, requireOptions } from '../options/checks.ts'
import { UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { TerseFailure } from './terse-failure.ts'
import { patternListFilter, topicAndPartitionsFilter, type TopicPartitionFilter } from './topic-partition-filter.ts'

const times =
  '-1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload'

const getOffsetsSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as HOST1:PORT1,HOST2:PORT2.',
    type: 'String',
    argument: 'HOST1:PORT1,...,HOST3:PORT3',
  },
  'topic-partitions': {
    about:
      'The partitions, as patterns separated by commas: a regular expression for topics, and behind a colon a number, NUMBER-NUMBER (without the upper one), NUMBER- or -NUMBER.',
    type: 'String',
    argument: 'topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3',
  },
  topic: { about: 'The topic, or a regular expression; without it, all.', type: 'String', argument: 'topic' },
  partitions: {
    about: 'The partitions, separated by commas; without it, all.',
    type: 'String',
    argument: 'partition ids',
  },
  time: {
    about: 'Which offset: of the first record at or after this time, or a place in the log.',
    type: 'String',
    argument: `<timestamp> / ${times}`,
    default: 'latest',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'config file' },
  'exclude-internal-topics': { about: 'Without the topics that Kafka keeps for itself.' },
} as const satisfies OptionSpecs

type GetOffsetsOptions = ParsedOptions<typeof getOffsetsSpecs>

/** `kafka-get-offsets`: the offsets of partitions at a time, one `topic:partition:offset` a line. */
export async function getOffsetsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: getOffsetsSpecs,
      about: 'An interactive shell for getting topic-partition offsets.',
      whenEmpty: 'An interactive shell for getting topic-partition offsets.',
      usageOnOptionError: false,
      optionErrorPrefix: 'Error occurred: ',
      main: (options, toolIo) => main(options, toolIo).catch(tersely),
    },
    argv,
    io,
  )
}

function tersely(error: unknown): never {
  if (error instanceof KafkaError) throw new TerseFailure(javaException(error))
  throw error
}

async function main(options: GetOffsetsOptions, io: ToolIo): Promise<number> {
  requireOptions(options, 'bootstrap-server')
  const servers = options.value('bootstrap-server')!
  if (!servers.split(',').every((server) => /^(?:.*?)\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/.test(server))) {
    throw new UsageError('Please provide valid host:port like host1:9091,host2:9092\n')
  }
  if (options.has('topic-partitions') && (options.has('topic') || options.has('partitions'))) {
    throw new TerseFailure('--topic-partitions cannot be used with --topic or --partitions')
  }
  const at = offsetSpec(options.value('time')!)
  const filter = options.has('topic-partitions')
    ? patternListFilter(options.value('topic-partitions')!)
    : topicAndPartitionsFilter(options.value('topic'), options.value('partitions'))
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  await using admin = new Admin(config.clientOptions(io, servers, 'GetOffsetShell'))
  const partitions = await selectedPartitions(admin, filter, !options.has('exclude-internal-topics'))
  if (partitions.length === 0) throw new TerseFailure('Could not match any topic-partitions with the specified filters')
  const offsets = await admin.listOffsets(partitions.map((each) => ({ ...each, at })))
  const byName = partitions.toSorted((a, b) => (partitionKey(a) < partitionKey(b) ? -1 : 1))
  for (const each of byName) {
    const outcome = offsets.get(partitionKey(each))!
    if (!outcome.ok) {
      const name = partitionKey(each)
      print(io.stderr, `Skip getting offsets for topic-partition ${name} due to error: ${javaException(outcome.error)}`)
    } else if (outcome.value.offset !== -1) {
      print(io.stdout, `${each.topic}:${each.partition}:${longText(outcome.value.offset)}`)
    }
  }
  return 0
}

async function selectedPartitions(
  admin: Admin,
  filter: TopicPartitionFilter,
  listInternal: boolean,
): Promise<readonly TopicPartition[]> {
  const topics = (await admin.listTopics({ listInternal })).map(({ name }) => name).filter(filter.isTopicAllowed)
  const described = valuesOf(await admin.describeTopics(topics))
  return Array.from(described.values()).flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })).filter(filter.isAllowed),
  )
}

const places: Readonly<Record<string, OffsetSpec>> = {
  latest: 'latest',
  earliest: 'earliest',
  'max-timestamp': 'maxTimestamp',
  'earliest-local': 'earliestLocal',
  'latest-tiered': 'latestTiered',
  'earliest-pending-upload': 'earliestPendingUpload',
}

export function offsetSpec(text: string): OffsetSpec {
  if (Object.hasOwn(places, text)) return places[text]!
  if (!/^[+-]?\d+$/.test(text)) {
    throw new TerseFailure(`Malformed time argument ${text}. Please use ${times}, or a specified long format timestamp`)
  }
  const known = Object.entries(OffsetSpec).find(([, number]) => number === Number(text))
  return known === undefined ? Number(text) : (known[0] as OffsetSpec)
}
