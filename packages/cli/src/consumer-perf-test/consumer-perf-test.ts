import { Consumer, KafkaError } from '@milena/client'
import { systemClock, systemRandom } from '@milena/runtime'
import { ClientConfig } from '../config/client-config.ts'
import { consumerOptionsOf } from '../config/consumer-config.ts'
import { javaException } from '../java-exceptions.ts'
import { OptionError, ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import {
  checkConsumerPerfOptions,
  consumerPerfProperties,
  consumerPerfSpecs,
  reportingIntervalMs,
  type ConsumerPerfOptions,
} from './consumer-perf-options.ts'
import { formatProgress, formatSummary, header, type ReadSoFar } from './consumer-perf-report.ts'
import { JoinTimer } from './join-timer.ts'
import { simpleDateFormat } from './simple-date-format.ts'

const pollTimeoutMs = 100

/** `kafka-consumer-perf-test`: reads records, and says how fast that was. */
export function consumerPerfTest(argv: readonly string[], io: ToolIo): Promise<number> {
  const about = 'This tool is used to verify the consumer performance.'
  return runTool({ specs: consumerPerfSpecs, about, whenEmpty: about, usageOnOptionError: true, main }, argv, io)
}

async function main(options: ConsumerPerfOptions, io: ToolIo): Promise<number> {
  checkConsumerPerfOptions(options, io)
  try {
    const isDetailed = options.has('show-detailed-stats')
    if (!options.has('hide-header')) print(io.stdout, header(isDetailed))
    await measure(options, io, isDetailed)
    if (options.has('print-metrics')) print(io.stderr, 'There are no metrics: this client keeps none.')
    return 0
  } catch (error) {
    // What is wrong only when it is read is told without the usage.
    if (error instanceof OptionError) throw new ToolExit(1, error.message)
    if (error instanceof KafkaError) throw new ToolExit(1, javaException(error))
    throw error
  }
}

async function measure(options: ConsumerPerfOptions, io: ToolIo, isDetailed: boolean): Promise<void> {
  const config = new ClientConfig(consumerPerfProperties(options, (max) => systemRandom.int(max)))
  const formatDate = simpleDateFormat(options.value('date-format')!)
  await using consumer = new Consumer(
    config.clientOptions(io, options.value('bootstrap-server')!, 'perf-consumer-client'),
    consumerOptionsOf(config),
  )
  const startMs = systemClock.nowMs()
  const joining = new JoinTimer(() => systemClock.nowMs())
  const report = isDetailed ? (line: string) => print(io.stdout, line) : undefined
  const { records, bytes } = await consume({ consumer, options, io, joining, formatDate, report })
  const end = { records, bytes, atMs: systemClock.nowMs() }
  if (!isDetailed) print(io.stdout, formatSummary({ startMs, end, joinTimeMs: joining.totalMs, formatDate }))
}

async function consume(run: {
  readonly consumer: Consumer
  readonly options: ConsumerPerfOptions
  readonly io: ToolIo
  readonly joining: JoinTimer
  readonly formatDate: (timeMs: number) => string
  readonly report: ((line: string) => void) | undefined
}): Promise<ReadSoFar> {
  const { consumer, options, io, joining, formatDate, report } = run
  const wanted = options.number('messages') ?? options.number('num-records')!
  const timeoutMs = options.number('timeout')!
  const intervalMs = reportingIntervalMs(options)
  const topic = options.value('topic')
  consumer.subscribe(topic === undefined ? topicPattern(options.value('include')!) : [topic], joining)
  let now: ReadSoFar = { records: 0, bytes: 0, atMs: systemClock.nowMs() }
  let last = now
  let lastRecordMs = now.atMs
  while (now.records < wanted && now.atMs - lastRecordMs <= timeoutMs && io.signal?.aborted !== true) {
    const polled = await consumer.poll({ timeoutMs: pollTimeoutMs })
    const atMs = systemClock.nowMs()
    let bytes = now.bytes
    for (const { key, value } of polled) bytes += (key?.length ?? 0) + (value?.length ?? 0)
    now = { records: now.records + polled.length, bytes, atMs }
    if (polled.length === 0) continue
    lastRecordMs = atMs
    if (atMs - last.atMs >= intervalMs) {
      report?.(formatProgress({ last, now, joinTimeMs: joining.roundMs, formatDate }))
      joining.roundMs = 0
      last = now
    }
  }
  if (now.records < wanted) {
    print(
      io.stdout,
      `WARNING: Exiting before consuming the expected number of records: timeout (${timeoutMs} ms) exceeded. You can use the --timeout option to increase the timeout.`,
    )
  }
  return now
}

function topicPattern(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u')
  } catch (error) {
    throw new ToolExit(1, (error as Error).message)
  }
}
