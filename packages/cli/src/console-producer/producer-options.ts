import { commonOptions, requireOptions } from '../options/checks.ts'
import { refuseBothNames } from '../options/deprecated.ts'
import { UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { loadProperties, parseKeyValues, type Properties } from '../config/properties.ts'
import { print, type ToolIo } from '../tool-io.ts'

export const lineMessageReader = 'org.apache.kafka.tools.LineMessageReader'

const readerProperties = `Properties of the reader, as key=value. They are, with their defaults:
 parse.key=false
 parse.headers=false
 ignore.error=false
 key.separator=\\t
 headers.delimiter=\\t
 headers.separator=,
 headers.key.separator=:
 null.marker=   what stands for null
With parse.headers and parse.key a line is
 "h1:v1,h2:v2...\\tkey\\tvalue"`

export const producerSpecs = {
  ...commonOptions,
  topic: { about: 'REQUIRED: The topic to write to.', type: 'String', argument: 'topic' },
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  sync: { about: 'Send each message only after the one before it is written.' },
  'compression-codec': {
    about: "How to compress: 'none', 'gzip', 'snappy', 'lz4' or 'zstd'; without a value 'gzip'.",
    type: 'String',
    argument: 'compression-codec',
    optionalArgument: true,
  },
  'batch-size': {
    about: 'batch.size: bytes that are sent together.',
    type: 'Integer',
    argument: 'size',
    default: '16384',
  },
  'message-send-max-retries': { about: 'retries: how often a message is sent again.', type: 'Integer', default: '3' },
  'retry-backoff-ms': { about: 'retry.backoff.ms: the pause before that.', type: 'Long', default: '100' },
  timeout: {
    about: 'linger.ms: how long messages wait for others to be sent with.',
    type: 'Long',
    argument: 'timeout_ms',
    default: '1000',
  },
  'request-required-acks': {
    about: 'acks: who must have a message before it counts as written.',
    type: 'String',
    argument: 'request required acks',
    default: '-1',
  },
  'request-timeout-ms': {
    about: 'request.timeout.ms: how long a request may go unanswered.',
    type: 'Integer',
    argument: 'request timeout ms',
    default: '1500',
  },
  'metadata-expiry-ms': {
    about: 'metadata.max.age.ms: when to ask anew who leads the partitions.',
    type: 'Long',
    argument: 'metadata expiration interval',
    default: '300000',
  },
  'max-block-ms': {
    about: 'max.block.ms: how long a message may wait for metadata and for room.',
    type: 'Long',
    argument: 'max block on send',
    default: '60000',
  },
  'max-memory-bytes': {
    about: 'buffer.memory: bytes of messages that may wait.',
    type: 'Long',
    argument: 'total memory in bytes',
    default: '33554432',
  },
  'max-partition-memory-bytes': {
    about: '(DEPRECATED) batch.size; goes before --batch-size.',
    type: 'Integer',
    argument: 'memory in bytes per partition',
  },
  'socket-buffer-size': {
    about: 'send.buffer.bytes; the operating system decides here.',
    type: 'Integer',
    argument: 'size',
    default: '102400',
  },
  'line-reader': {
    about: `What makes messages of lines; there is only ${lineMessageReader}.`,
    type: 'String',
    argument: 'reader_class',
    default: lineMessageReader,
  },
  'reader-property': { about: readerProperties, type: 'String', argument: 'prop' },
  property: { about: '(DEPRECATED) Use --reader-property.', type: 'String', argument: 'prop' },
  'reader-config': { about: 'A file of properties of the reader.', type: 'String', argument: 'config file' },
  'command-property': {
    about: 'A property of the producer, as key=value.',
    type: 'String',
    argument: 'producer_prop',
  },
  'producer-property': { about: '(DEPRECATED) Use --command-property.', type: 'String', argument: 'producer_prop' },
  'command-config': { about: 'A file of producer properties.', type: 'String', argument: 'config file' },
  'producer.config': { about: '(DEPRECATED) Use --command-config.', type: 'String', argument: 'config file' },
} as const satisfies OptionSpecs

export type ConsoleProducerOptions = ParsedOptions<typeof producerSpecs>

/** Old names (4.1 and before) with the new ones, in the order of Apache's warnings. */
const renamed = [
  ['producer-property', 'command-property'],
  ['producer.config', 'command-config'],
  ['property', 'reader-property'],
] as const

export function checkProducerOptions(options: ConsoleProducerOptions, io: ToolIo): void {
  requireOptions(options, 'topic')
  refuseBothNames(options, 'command-config', 'producer.config')
  refuseBothNames(options, 'command-property', 'producer-property')
  refuseBothNames(options, 'reader-property', 'property')
  for (const [old, current] of renamed) {
    if (options.has(old)) {
      print(
        io.stdout,
        `Warning: --${old} is deprecated and will be removed in a future version. Use --${current} instead.`,
      )
    }
  }
  checkBootstrapServer(options.value('bootstrap-server'))
}

function checkBootstrapServer(servers: string | undefined): void {
  if (servers === undefined || servers === '') throw new UsageError('Error while validating the bootstrap address\n')
  const valid = servers.split(',').some((server) => /^.+:\d+$/.test(server.trim()))
  if (!valid) throw new UsageError('Please provide valid host:port like host1:9091,host2:9092\n')
}

/** The reader's properties: the file's, and above them those of the command line. */
export function readerPropertiesOf(options: ConsoleProducerOptions): Properties {
  const file = options.value('reader-config')
  return new Map([
    ...(file === undefined ? [] : loadProperties(file)),
    ...parseKeyValues([...options.values('property'), ...options.values('reader-property')]),
  ])
}

/** Options that are producer properties by another name. */
const propertyNames = [
  ['timeout', 'linger.ms'],
  ['request-required-acks', 'acks'],
  ['request-timeout-ms', 'request.timeout.ms'],
  ['message-send-max-retries', 'retries'],
  ['retry-backoff-ms', 'retry.backoff.ms'],
  ['socket-buffer-size', 'send.buffer.bytes'],
  ['max-memory-bytes', 'buffer.memory'],
  ['batch-size', 'batch.size'],
  ['max-partition-memory-bytes', 'batch.size'],
  ['metadata-expiry-ms', 'metadata.max.age.ms'],
  ['max-block-ms', 'max.block.ms'],
] as const

/** The producer's properties: the file's, those of the command line, options that were given, and options' defaults. */
export function producerPropertiesOf(options: ConsoleProducerOptions): Properties {
  const file = options.value('command-config') ?? options.value('producer.config')
  const properties: Properties = new Map([
    ...(file === undefined ? [] : loadProperties(file)),
    ...parseKeyValues([...options.values('producer-property'), ...options.values('command-property')]),
  ])
  const codec = options.has('compression-codec') ? (options.value('compression-codec') ?? 'gzip') : 'none'
  properties.set('compression.type', codec)
  for (const [option, property] of propertyNames) {
    const isNumber = producerSpecs[option].type !== 'String'
    if (isNumber) options.number(option) // Complains of what is no number.
    const value = options.value(option)
    if (value !== undefined && (options.has(option) || !properties.has(property))) properties.set(property, value)
  }
  return properties
}
