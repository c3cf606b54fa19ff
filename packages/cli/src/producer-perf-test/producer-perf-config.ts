import { loadProperties, type Properties } from '../config/properties.ts'
import { ArgumentError, type ParsedArguments } from '../options/argument-parser.ts'
import { ToolExit } from '../options/option-error.ts'
import { print, type ToolIo } from '../tool-io.ts'

export interface ProducerPerfConfig {
  readonly topic: string
  readonly numRecords: number
  readonly warmupRecords: number
  /** Records a second; negative for no limit. */
  readonly throughput: number
  readonly reportingIntervalMs: number
  readonly properties: Properties
  readonly bootstrapServers: string
}

/** @throws ArgumentError for what makes no sense, in Apache's order and words */
export function producerPerfConfig(parsed: ParsedArguments, io: ToolIo): ProducerPerfConfig {
  const numRecords = parsed.number('num-records')!
  const warmupRecords = Math.max(0, parsed.number('warmup-records')!)
  check(parsed, numRecords, warmupRecords)
  if (parsed.has('producer-props')) {
    print(
      io.stdout,
      'Option --producer-props has been deprecated and will be removed in a future version. Use --command-property instead.',
    )
  }
  if (parsed.has('producer.config')) {
    print(
      io.stdout,
      'Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.',
    )
  }
  const file = parsed.text('producer.config') ?? parsed.text('command-config')
  const pairs = parsed.values('producer-props') ?? parsed.values('command-property') ?? []
  const properties = new Map([...(file === undefined ? [] : loadProperties(file)), ...pairs.map(parsePair)])
  const isTransactional =
    parsed.has('transactional-id') || parsed.has('transaction-duration-ms') || properties.has('transactional.id')
  if (isTransactional) throw new ToolExit(1, 'This client has no transactions yet.')
  const bootstrapServers = parsed.text('bootstrap-server') ?? properties.get('bootstrap.servers')
  if (bootstrapServers === undefined) {
    throw new ToolExit(1, 'Missing required configuration "bootstrap.servers" which has no default value.')
  }
  return {
    topic: parsed.text('topic')!,
    numRecords,
    warmupRecords,
    throughput: parsed.number('throughput')!,
    reportingIntervalMs: parsed.number('reporting-interval')!,
    properties,
    bootstrapServers,
  }
}

function check(parsed: ParsedArguments, numRecords: number, warmupRecords: number): void {
  const refuse = (isWrong: boolean, message: string): void => {
    if (isWrong) throw new ArgumentError(parsed.parser, message)
  }
  const isNotPositive = (name: string): boolean => (parsed.number(name) ?? 1) <= 0
  refuse(numRecords <= 0, '--num-records should be greater than zero.')
  refuse(
    warmupRecords >= numRecords,
    'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.',
  )
  refuse(isNotPositive('record-size'), '--record-size should be greater than zero.')
  const sources = ['bootstrap-server', 'command-property', 'producer-props', 'producer.config', 'command-config']
  refuse(
    !sources.some((name) => parsed.has(name)),
    'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.',
  )
  refuse(
    parsed.has('command-property') && parsed.has('producer-props'),
    '--command-property and --producer-props cannot be specified together.',
  )
  refuse(
    parsed.has('command-config') && parsed.has('producer.config'),
    '--command-config and --producer.config cannot be specified together.',
  )
  refuse(isNotPositive('transaction-duration-ms'), '--transaction-duration-ms should be greater than zero.')
  refuse(isNotPositive('reporting-interval'), '--reporting-interval should be greater than zero.')
}

function parsePair(text: string): readonly [string, string] {
  const pieces = text.split('=')
  // As Java splits: what is empty at the end does not count.
  while (pieces.at(-1) === '') pieces.pop()
  if (pieces.length !== 2) throw new ToolExit(1, `Invalid property: ${text}`)
  return [pieces[0]!, pieces[1]!]
}
