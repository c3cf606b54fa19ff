import { commonOptions, refuseTogether, requireOptions } from '../options/checks.ts'
import { UsageError, ToolExit } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { print, type ToolIo } from '../tool-io.ts'

const configsHint = '(To alter topic configurations, the kafka-configs tool can be used.)'

export const topicSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
  list: { about: 'List the topics.' },
  create: { about: 'Create a topic.' },
  delete: { about: 'Delete topics.' },
  alter: { about: `Give topics more partitions. ${configsHint}` },
  describe: { about: 'Show the partitions of topics, their leaders and their replicas.' },
  topic: {
    about: 'The topic; except with --create, a regular expression.',
    type: 'String',
    argument: 'topic',
  },
  'topic-id': { about: 'The id of the topic to describe.', type: 'String', argument: 'topic-id' },
  config: {
    about: `A topic configuration to set when creating. May be repeated. ${configsHint}`,
    type: 'String',
    argument: 'name=value',
  },
  'delete-config': { about: 'Without effect since 4.0.', type: 'String', argument: 'name' },
  partitions: {
    about:
      'How many partitions to create, or to have after altering; without it, the default of the cluster. ' +
      '(WARNING: With more partitions, keys go to other partitions than before.)',
    type: 'Integer',
    argument: '# of partitions',
  },
  'replication-factor': {
    about: 'How many replicas each partition shall have; without it, the default of the cluster.',
    type: 'Integer',
    argument: 'replication factor',
  },
  'replica-assignment': {
    about: 'On which brokers the replicas of each partition shall be.',
    type: 'String',
    argument:
      'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...',
  },
  'under-replicated-partitions': { about: 'Describe only partitions whose replicas are not all in sync.' },
  'unavailable-partitions': { about: 'Describe only partitions whose leader is not available.' },
  'under-min-isr-partitions': { about: 'Describe only partitions with fewer in-sync replicas than the minimum.' },
  'at-min-isr-partitions': { about: 'Describe only partitions with exactly the minimum of in-sync replicas.' },
  'topics-with-overrides': { about: 'Describe only topics with configurations of their own.' },
  'if-exists': { about: 'Alter, delete or describe only if the topic exists.' },
  'if-not-exists': { about: 'It is no failure to create a topic that exists.' },
  'exclude-internal': { about: 'List and describe without the topics that Kafka keeps for itself.' },
  'partition-size-limit-per-response': {
    about: 'How many partitions a broker may describe in one response.',
    type: 'Integer',
    argument: 'maximum number of partitions per response',
  },
} as const satisfies OptionSpecs

export type TopicOptions = ParsedOptions<typeof topicSpecs>

const actions = ['alter', 'create', 'describe', 'list', 'delete'] as const
const reports = [
  'under-replicated-partitions',
  'under-min-isr-partitions',
  'at-min-isr-partitions',
  'unavailable-partitions',
] as const

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkTopicOptions(options: TopicOptions, io: ToolIo): void {
  if (actions.filter((action) => options.has(action)).length !== 1) {
    throw new UsageError('Command must include exactly one action: --list, --describe, --create, --alter or --delete')
  }
  if (options.has('delete-config')) {
    print(
      io.stderr,
      'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.',
    )
  }
  checkRequired(options, io)
  checkCombinations(options)
}

function checkRequired(options: TopicOptions, io: ToolIo): void {
  if (!options.has('bootstrap-server')) throw new ToolExit(1, '--bootstrap-server must be specified')
  if (options.has('describe') && options.has('if-exists')) {
    if (!options.has('topic') && !options.has('topic-id')) {
      throw new UsageError('--topic or --topic-id is required to describe a topic')
    }
    if (options.has('topic') && options.has('topic-id')) {
      print(
        io.stdout,
        'Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID',
      )
    }
  }
  if (!options.has('list') && !options.has('describe')) requireOptions(options, 'topic')
  if (options.has('alter')) {
    if (options.has('config')) {
      throw new UsageError(
        `Option combination "[[bootstrap-server], [config]]" can't be used with option "[alter]" ${configsHint}`,
      )
    }
    requireOptions(options, 'partitions')
  }
}

function checkCombinations(options: TopicOptions): void {
  const allActionsBut = (...allowed: readonly (typeof actions)[number][]) =>
    actions.filter((action) => !allowed.includes(action))
  refuseTogether(options, 'config', allActionsBut('alter', 'create'))
  refuseTogether(options, 'partitions', allActionsBut('alter', 'create'))
  refuseTogether(options, 'replication-factor', allActionsBut('create'))
  refuseTogether(options, 'replica-assignment', allActionsBut('alter', 'create'))
  if (options.has('create')) refuseTogether(options, 'replica-assignment', ['partitions', 'replication-factor'])
  for (const report of reports) {
    refuseTogether(options, report, [...allActionsBut('describe'), 'topics-with-overrides'])
  }
  refuseTogether(options, 'topics-with-overrides', [...allActionsBut('describe'), ...reports])
  refuseTogether(options, 'if-exists', allActionsBut('alter', 'delete', 'describe'))
  refuseTogether(options, 'if-not-exists', allActionsBut('create'))
  refuseTogether(options, 'exclude-internal', allActionsBut('list', 'describe'))
}
