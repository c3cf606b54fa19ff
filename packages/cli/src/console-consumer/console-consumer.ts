import { Consumer, KafkaError, type ConsumerRecord } from '@milena/client'
import { systemRandom } from '@milena/runtime'
import { ClientConfig } from '../config/client-config.ts'
import { consumerOptionsOf } from '../config/consumer-config.ts'
import { javaException } from '../java-exceptions.ts'
import { ToolExit, UsageError } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import {
  checkConsumerOptions,
  consumerPropertiesOf,
  consumerSpecs,
  formatterPropertiesOf,
  parseOffset,
  type ConsoleConsumerOptions,
} from './consumer-options.ts'
import { formatterOf, type MessageFormatter } from './formatters/message-formatter.ts'
import { RecordPrinter } from '../record-printer.ts'

/** `kafka-console-consumer`: prints the records of topics. */
export function consoleConsumer(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: consumerSpecs,
      about: 'This tool helps to read data from Kafka topics and outputs it to standard output.',
      usageOnOptionError: true,
      main,
    },
    argv,
    io,
  )
}

async function main(options: ConsoleConsumerOptions, io: ToolIo): Promise<number> {
  checkConsumerOptions(options, io)
  const offset = parseOffset(options)
  const properties = consumerPropertiesOf(options, (max) => systemRandom.int(max))
  const formatter = await newFormatter(options, io)
  const printer = new RecordPrinter(io.stdout)
  try {
    await using consumer = newConsumer(new ClientConfig(properties), options, io)
    start(consumer, options, offset)
    await printRecords({ consumer, formatter, printer, options, io })
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw new ToolExit(1, `Unknown error when running consumer: ${javaException(error)}`)
  } finally {
    await printer.flush()
    print(io.stderr, `Processed a total of ${printer.count} messages`)
  }
  if (options.has('enable-systest-events')) print(io.stdout, 'shutdown_complete')
  return 0
}

async function newFormatter(options: ConsoleConsumerOptions, io: ToolIo): Promise<MessageFormatter> {
  const className = options.value('formatter')!
  const properties = formatterPropertiesOf(options)
  const formatter = await formatterOf(className, { properties, warn: (message) => print(io.stderr, message) })
  if (formatter === undefined) throw new UsageError(className)
  return formatter
}

function newConsumer(config: ClientConfig, options: ConsoleConsumerOptions, io: ToolIo): Consumer {
  return new Consumer(
    config.clientOptions(io, options.value('bootstrap-server')!, 'console-consumer'),
    consumerOptionsOf(config),
  )
}

function start(consumer: Consumer, options: ConsoleConsumerOptions, offset: 'earliest' | 'latest' | number): void {
  const topic = options.value('topic')
  const partition = options.number('partition')
  if (topic === undefined) consumer.subscribe(topicPattern(options.value('include')!))
  else if (partition === undefined) consumer.subscribe([topic])
  else {
    const at = { topic, partition }
    consumer.assign([at])
    if (typeof offset === 'number') consumer.seek(at, offset)
    else consumer.seekTo([at], offset)
  }
}

function topicPattern(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u')
  } catch (error) {
    throw new ToolExit(1, `${source} is an invalid regex: ${(error as Error).message}`)
  }
}

/** Until there are enough, none come any more, nobody reads what is printed, or the tool is told to stop. */
async function printRecords(run: {
  readonly consumer: Consumer
  readonly formatter: MessageFormatter
  readonly printer: RecordPrinter
  readonly options: ConsoleConsumerOptions
  readonly io: ToolIo
}): Promise<void> {
  const { consumer, formatter, printer, options, io } = run
  const maxMessages = options.number('max-messages') ?? -1
  const timeout = options.number('timeout-ms') ?? -1
  const skipOnError = options.has('skip-message-on-error')
  const clock = consumer.client.clock
  let lastMs = clock.monotonicMs()
  const enough = (): boolean => maxMessages !== -1 && printer.count >= maxMessages
  while (!enough()) {
    const waitMs = timeout < 0 ? 60_000 : Math.max(0, timeout - (clock.monotonicMs() - lastMs))
    const records = await pollUnlessStopped(consumer, waitMs, io)
    if (records === undefined) return
    if (records.length === 0 && timeout >= 0 && clock.monotonicMs() - lastMs >= timeout) {
      print(
        io.stderr,
        'Error processing message, terminating consumer process: org.apache.kafka.common.errors.TimeoutException',
      )
      return
    }
    let given = 0
    for (const record of records) {
      if (enough()) break
      given++
      printer.count++
      printOne(record, { formatter, printer, skipOnError, io })
    }
    await printer.flush()
    if (records.length > 0) lastMs = clock.monotonicMs()
    giveBack(consumer, records.slice(given))
    if (printer.closed) {
      print(io.stderr, 'Unable to write to standard out, closing consumer.')
      return
    }
  }
}

/** @returns undefined when the tool was told to stop, or reading failed and it was said why */
async function pollUnlessStopped(
  consumer: Consumer,
  timeoutMs: number,
  io: ToolIo,
): Promise<readonly ConsumerRecord[] | undefined> {
  try {
    return await consumer.poll({ timeoutMs, ...(io.signal && { signal: io.signal }) })
  } catch (error) {
    if (KafkaError.is(error, 'ABORTED')) return undefined
    if (!(error instanceof KafkaError)) throw error
    print(io.stderr, `Error processing message, terminating consumer process: ${javaException(error)}`)
    return undefined
  }
}

function printOne(
  record: ConsumerRecord,
  to: {
    readonly formatter: MessageFormatter
    readonly printer: RecordPrinter
    readonly skipOnError: boolean
    readonly io: ToolIo
  },
): void {
  try {
    const bytes = to.formatter(record)
    if (bytes !== undefined) to.printer.add(bytes)
  } catch (error) {
    if (!to.skipOnError) throw new ToolExit(1, `Unknown error when running consumer: ${(error as Error).message}`)
    print(to.io.stderr, `Error processing message, skipping this message: ${(error as Error).message}`)
  }
}

/** What was read but not printed shall not count as consumed. */
function giveBack(consumer: Consumer, records: readonly ConsumerRecord[]): void {
  const seen = new Set<string>()
  for (const { topic, partition, offset } of records) {
    const key = `${topic}-${partition}`
    if (!seen.has(key)) consumer.seek({ topic, partition }, offset)
    seen.add(key)
  }
}
