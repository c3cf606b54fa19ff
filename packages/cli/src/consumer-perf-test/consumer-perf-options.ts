import { loadProperties, parseKeyValues, type Properties } from '../config/properties.ts'
import { commonOptions, refuseTogether, requireOptions } from '../options/checks.ts'
import { ToolExit, UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { print, type ToolIo } from '../tool-io.ts'

export const consumerPerfSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  topic: { about: 'The topic to read.', type: 'String', argument: 'topic' },
  include: {
    about: 'Read all topics whose names the regular expression matches.',
    type: 'String',
    argument: 'Java regex (String)',
  },
  group: { about: 'The group to read in; without it, one that is made up.', type: 'String', argument: 'gid' },
  'fetch-size': {
    about: 'How many bytes of a partition to ask for at once.',
    type: 'Integer',
    argument: 'size',
    default: '1048576',
  },
  'command-property': { about: 'A property of the consumer, as key=value.', type: 'String', argument: 'prop1=val1' },
  'from-latest': { about: 'Where the group has not read yet, begin at the end.' },
  'socket-buffer-size': {
    about: 'receive.buffer.bytes; the operating system decides here.',
    type: 'Integer',
    argument: 'size',
    default: '2097152',
  },
  'consumer.config': { about: '(DEPRECATED) Use --command-config.', type: 'String', argument: 'config file' },
  'command-config': { about: 'A file of consumer properties.', type: 'String', argument: 'config file' },
  'print-metrics': { about: 'Without effect: this client keeps no metrics.' },
  'show-detailed-stats': { about: 'Report now and then, as --reporting-interval says, and not at the end.' },
  timeout: {
    about: 'How many milliseconds may pass without a record.',
    type: 'Long',
    argument: 'milliseconds',
    optionalArgument: true,
    default: '10000',
  },
  messages: { about: '(DEPRECATED) Use --num-records.', type: 'Long', argument: 'count' },
  'num-records': { about: 'REQUIRED: How many records to read.', type: 'Long', argument: 'count' },
  'reporting-interval': {
    about: 'How many milliseconds lie between reports.',
    type: 'Long',
    argument: 'interval_ms',
    default: '5000',
  },
  'date-format': {
    about: "How times are written, in the letters of Java's SimpleDateFormat.",
    type: 'String',
    argument: 'date format',
    default: 'yyyy-MM-dd HH:mm:ss:SSS',
  },
  'hide-header': { about: 'Without the line that names the columns.' },
} as const satisfies OptionSpecs

export type ConsumerPerfOptions = ParsedOptions<typeof consumerPerfSpecs>

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkConsumerPerfOptions(options: ConsumerPerfOptions, io: ToolIo): void {
  requireOptions(options, 'bootstrap-server')
  for (const names of [
    ['topic', 'include'],
    ['messages', 'num-records'],
  ] as const) {
    if (names.filter((name) => options.has(name)).length !== 1) {
      const all = names.map((name) => `[${name}]`).join(', ')
      throw new UsageError(`Exactly one of the following arguments is required: ${all}`)
    }
  }
  refuseTogether(options, 'consumer.config', ['command-config'])
  if (options.has('messages')) print(io.stdout, 'Warning: --messages is deprecated. Use --num-records instead.')
  if (options.has('consumer.config')) {
    print(io.stdout, 'Warning: --consumer.config is deprecated. Use --command-config instead.')
  }
}

/** The consumer's properties; what options say goes before the file and the other properties. */
export function consumerPerfProperties(options: ConsumerPerfOptions, random: (max: number) => number): Properties {
  const file = options.value('consumer.config') ?? options.value('command-config')
  const properties = new Map([
    ...(file === undefined ? [] : loadProperties(file)),
    ...parseKeyValues(options.values('command-property')),
  ])
  properties.set('group.id', options.value('group') ?? `perf-consumer-${random(100_000)}`)
  properties.set('max.partition.fetch.bytes', String(options.number('fetch-size')!))
  properties.set('auto.offset.reset', options.has('from-latest') ? 'latest' : 'earliest')
  properties.set('check.crcs', 'false')
  return properties
}

export function reportingIntervalMs(options: ConsumerPerfOptions): number {
  const value = options.number('reporting-interval')!
  if (value <= 0) throw new ToolExit(1, 'Reporting interval must be greater than 0.')
  return value
}
