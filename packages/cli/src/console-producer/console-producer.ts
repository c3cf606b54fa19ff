import { KafkaError, Producer, type ProducerRecord } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { producerOptionsOf } from '../config/producer-config.ts'
import { javaException } from '../java-exceptions.ts'
import { linesOf } from '../lines.ts'
import { ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { LineMessageReader, ReaderError } from './line-message-reader.ts'
import {
  checkProducerOptions,
  lineMessageReader,
  producerPropertiesOf,
  producerSpecs,
  readerPropertiesOf,
  type ConsoleProducerOptions,
} from './producer-options.ts'

/** `kafka-console-producer`: writes each line of standard input to a topic. */
export function consoleProducer(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: producerSpecs,
      about: 'This tool helps to read data from standard input and publish it to Kafka.',
      usageOnOptionError: true,
      main,
    },
    argv,
    io,
  )
}

async function main(options: ConsoleProducerOptions, io: ToolIo): Promise<number> {
  checkProducerOptions(options, io)
  const readerClass = options.value('line-reader')
  if (readerClass !== lineMessageReader) throw new ToolExit(1, `java.lang.ClassNotFoundException: ${readerClass}`)
  try {
    const reader = new LineMessageReader(options.value('topic')!, readerPropertiesOf(options))
    const producer = newProducer(options, io)
    try {
      await sendLines({ producer, reader, io, sync: options.has('sync') })
    } finally {
      await producer.close() // Delivers what is still on its way.
    }
    return 0
  } catch (error) {
    if (error instanceof ReaderError) throw new ToolExit(1, `org.apache.kafka.common.KafkaException: ${error.message}`)
    if (error instanceof KafkaError) throw new ToolExit(1, javaException(error))
    throw error
  }
}

function newProducer(options: ConsoleProducerOptions, io: ToolIo): Producer {
  const config = new ClientConfig(producerPropertiesOf(options))
  return new Producer(
    config.clientOptions(io, options.value('bootstrap-server')!, 'console-producer'),
    producerOptionsOf(config),
  )
}

async function sendLines(options: {
  readonly producer: Producer
  readonly reader: LineMessageReader
  readonly io: ToolIo
  readonly sync: boolean
}): Promise<void> {
  const { producer, reader, io, sync } = options
  const prompt = (): void => {
    if (io.stdin.isTTY === true) io.stdout.write('>')
  }
  const stop = (): void => void io.stdin.destroy()
  io.signal?.addEventListener('abort', stop, { once: true })
  try {
    prompt()
    for await (const lines of linesOf(io.stdin)) {
      for (const line of lines) {
        const record = reader.read(line)
        const sent = producer.send(record)
        if (sync) await sent
        else sent.catch((error: unknown) => reportFailure(error, record, io))
        if (producer.backlogged) await producer.room()
        prompt()
      }
    }
  } catch (error) {
    if (io.signal?.aborted !== true) throw error
  } finally {
    io.signal?.removeEventListener('abort', stop)
  }
}

function reportFailure(error: unknown, { topic, key = null, value }: ProducerRecord, io: ToolIo): void {
  const size = (bytes: ProducerRecord['value']): string =>
    bytes === null ? 'null' : `${Buffer.byteLength(bytes)} bytes`
  print(
    io.stderr,
    `Error when sending message to topic ${topic} with key: ${size(key)}, value: ${size(value)} with error: ${javaException(error)}`,
  )
}
