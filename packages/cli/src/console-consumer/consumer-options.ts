import { commonOptions, requireOptions } from '../options/checks.ts'
import { refuseBothNames } from '../options/deprecated.ts'
import { ToolExit, UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { loadProperties, parseKeyValues, type Properties } from '../config/properties.ts'
import { print, type ToolIo } from '../tool-io.ts'

const formatterProperties = `Properties of the formatter, as key=value. They are:
 print.timestamp=true|false
 print.key=true|false
 print.offset=true|false
 print.epoch=true|false
 print.partition=true|false
 print.headers=true|false
 print.value=true|false
 key.separator=<key.separator>
 line.separator=<line.separator>
 headers.separator=<headers.separator>
 null.literal=<null.literal>
 key.deserializer=<key.deserializer>
 value.deserializer=<value.deserializer>
 headers.deserializer=<headers.deserializer>`

export const consumerSpecs = {
  ...commonOptions,
  topic: { about: 'The topic to read.', type: 'String', argument: 'topic' },
  include: {
    about: 'Read all topics whose names this regular expression matches.',
    type: 'String',
    argument: 'Java regex (String)',
  },
  partition: {
    about: 'Read only this partition; from its end, unless --offset says otherwise.',
    type: 'Integer',
    argument: 'partition',
  },
  offset: {
    about: "With --partition: where to begin, 'earliest', 'latest' or an offset.",
    type: 'String',
    argument: 'consume offset',
    default: 'latest',
  },
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  group: { about: 'The group to be a member of.', type: 'String', argument: 'consumer group id' },
  'from-beginning': {
    about: 'Begin with the first message instead of the next new one, where the group has committed nothing.',
  },
  'max-messages': { about: 'End after so many messages.', type: 'Integer', argument: 'num_messages' },
  'timeout-ms': { about: 'End when no message comes for so long.', type: 'Long', argument: 'timeout_ms' },
  'skip-message-on-error': { about: 'Go on after a message that cannot be shown.' },
  'isolation-level': {
    about: "'read_committed' to leave out what a transaction has not committed; otherwise 'read_uncommitted'.",
    type: 'String',
    default: 'read_uncommitted',
  },
  'key-deserializer': { about: 'The class that reads keys.', type: 'String', argument: 'deserializer for keys' },
  'value-deserializer': { about: 'The class that reads values.', type: 'String', argument: 'deserializer for values' },
  formatter: {
    about: 'The class that shows messages.',
    type: 'String',
    argument: 'class',
    default: 'org.apache.kafka.tools.consumer.DefaultMessageFormatter',
  },
  'formatter-property': { about: formatterProperties, type: 'String', argument: 'prop' },
  property: { about: '(DEPRECATED) Use --formatter-property.', type: 'String', argument: 'prop' },
  'formatter-config': { about: 'A file of properties of the formatter.', type: 'String', argument: 'config file' },
  'command-property': { about: 'A property of the consumer, as key=value.', type: 'String', argument: 'consumer_prop' },
  'consumer-property': { about: '(DEPRECATED) Use --command-property.', type: 'String', argument: 'consumer_prop' },
  'command-config': { about: 'A file of consumer properties.', type: 'String', argument: 'config file' },
  'consumer.config': { about: '(DEPRECATED) Use --command-config.', type: 'String', argument: 'config file' },
  'enable-systest-events': { about: "Print 'shutdown_complete' at the end." },
} as const satisfies OptionSpecs

export type ConsoleConsumerOptions = ParsedOptions<typeof consumerSpecs>

const renamed = [
  ['property', 'formatter-property'],
  ['consumer-property', 'command-property'],
  ['consumer.config', 'command-config'],
] as const

export function checkConsumerOptions(options: ConsoleConsumerOptions, io: ToolIo): void {
  if (options.has('topic') === options.has('include')) {
    throw new UsageError('Exactly one of the following arguments is required: [topic], [include]')
  }
  if (options.has('partition')) {
    if (!options.has('topic')) throw new UsageError('The topic is required when partition is specified.')
    if (options.has('from-beginning') && options.has('offset')) {
      throw new UsageError('Options from-beginning and offset cannot be specified together.')
    }
  } else if (options.has('offset')) throw new UsageError('The partition is required when offset is specified.')
  requireOptions(options, 'bootstrap-server')
  for (const [old, current] of renamed) refuseBothNames(options, old, current)
  for (const [old, current] of renamed) {
    if (options.has(old)) {
      print(
        io.stdout,
        `Option --${old} is deprecated and will be removed in a future version. Use --${current} instead.`,
      )
    }
  }
}

/** Where to begin in the partition that `--partition` names. */
export function parseOffset(options: ConsoleConsumerOptions): 'earliest' | 'latest' | number {
  if (!options.has('offset')) return options.has('from-beginning') ? 'earliest' : 'latest'
  const text = options.value('offset')!
  const place = text.toLowerCase()
  if (place === 'earliest' || place === 'latest') return place
  if (/^\+?\d+$/.test(text)) return Number(text)
  throw new UsageError(
    `The provided offset value '${text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
  )
}

/** The consumer's properties. A group that nobody named is made up, and then nothing is committed automatically. */
export function consumerPropertiesOf(options: ConsoleConsumerOptions, random: (max: number) => number): Properties {
  const file = options.value('command-config') ?? options.value('consumer.config')
  const fromFile = file === undefined ? new Map<string, string>() : loadProperties(file)
  const extra = parseKeyValues([...options.values('consumer-property'), ...options.values('command-property')])
  const properties = new Map([...fromFile, ...extra])
  setAutoOffsetReset(options, properties)
  if (options.has('isolation-level') || !properties.has('isolation.level')) {
    properties.set('isolation.level', options.value('isolation-level')!)
  }
  const groups = new Set(
    [options.value('group'), fromFile.get('group.id'), extra.get('group.id')].filter((group) => group !== undefined),
  )
  if (groups.size > 1) {
    throw new UsageError(
      "The group ids provided in different places (directly using '--group', via '--command-property', or via " +
        `'--command-config') do not match. Detected group ids: ${Array.from(groups, (group) => `'${group}'`).join(', ')}`,
    )
  }
  const [group] = groups
  if (group !== undefined && options.has('partition')) {
    throw new UsageError('Options group and partition cannot be specified together.')
  }
  if (group === undefined && !properties.has('enable.auto.commit')) properties.set('enable.auto.commit', 'false')
  properties.set('group.id', group ?? `console-consumer-${random(100_000)}`)
  return properties
}

function setAutoOffsetReset(options: ConsoleConsumerOptions, properties: Properties): void {
  const fromBeginning = options.has('from-beginning')
  const given = properties.get('auto.offset.reset')
  if (given === undefined) properties.set('auto.offset.reset', fromBeginning ? 'earliest' : 'latest')
  else if (fromBeginning && given !== 'earliest') {
    throw new ToolExit(
      1,
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${given}', please remove one option`,
    )
  }
}

/** The formatter's properties: the file's, the deserializers', and above them those of the command line. */
export function formatterPropertiesOf(options: ConsoleConsumerOptions): Properties {
  const file = options.value('formatter-config')
  const properties = file === undefined ? new Map<string, string>() : loadProperties(file)
  for (const side of ['key', 'value'] as const) {
    const deserializer = options.value(`${side}-deserializer`)
    if (deserializer !== undefined && deserializer !== '') properties.set(`${side}.deserializer`, deserializer)
  }
  return new Map([
    ...properties,
    ...parseKeyValues([...options.values('property'), ...options.values('formatter-property')]),
  ])
}
