import { setImmediate as nextTurn } from 'node:timers/promises'
import { KafkaError, Producer } from '@milena/client'
import { SeededRandom, systemClock } from '@milena/runtime'
import { ClientConfig } from '../config/client-config.ts'
import { producerOptionsOf } from '../config/producer-config.ts'
import { javaException } from '../java-exceptions.ts'
import type { ParsedArguments } from '../options/argument-parser.ts'
import { runCommandTool } from '../run-command-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { payloadOf, type Payload } from './payloads.ts'
import { producerPerfConfig, type ProducerPerfConfig } from './producer-perf-config.ts'
import { producerPerfParser } from './producer-perf-parser.ts'
import { ProducerPerfStats } from './producer-perf-stats.ts'
import { ThroughputThrottler } from './throughput-throttler.ts'

/** After so many records the sockets get their turn, without which nothing is sent and latencies mean nothing. */
const recordsPerTurn = 128

/** `kafka-producer-perf-test`: writes records, and says how fast that was. */
export function producerPerfTest(argv: readonly string[], io: ToolIo): Promise<number> {
  return runCommandTool({ parser: producerPerfParser, helpExitCode: 1, helpWhenEmpty: true, main }, argv, io)
}

async function main(parsed: ParsedArguments, io: ToolIo): Promise<number> {
  const config = producerPerfConfig(parsed, io)
  const payload = payloadOf(parsed, new SeededRandom(0), io)
  const client = new ClientConfig(config.properties)
  const producer = new Producer(
    client.clientOptions(io, config.bootstrapServers, 'perf-producer-client'),
    producerOptionsOf(client),
  )
  const stats = await sendAll({ producer, config, payload, io })
  await producer.close()
  for (const each of stats) each.printTotal()
  if (parsed.has('print-metrics')) print(io.stderr, 'There are no metrics: this client keeps none.')
  return 0
}

/** @returns the statistics of all, and with a warm-up also those of what came behind it */
async function sendAll(run: {
  readonly producer: Producer
  readonly config: ProducerPerfConfig
  readonly payload: Payload
  readonly io: ToolIo
}): Promise<readonly ProducerPerfStats[]> {
  const { producer, config, payload, io } = run
  const { topic, numRecords, warmupRecords } = config
  const newStats = (count: number, isSteadyState: boolean): ProducerPerfStats =>
    new ProducerPerfStats({
      numRecords: count,
      reportingIntervalMs: config.reportingIntervalMs,
      isSteadyState,
      nowMs: () => systemClock.nowMs(),
      print: (line) => print(io.stdout, line),
    })
  if (warmupRecords > 0) {
    print(
      io.stdout,
      `Warmup first ${warmupRecords} records. Steady state results will print after the complete test summary.`,
    )
  }
  let stats = [newStats(numRecords, false)]
  const throttler = new ThroughputThrottler(config.throughput, systemClock.nowMs())
  for (let index = 0; index < numRecords && io.signal?.aborted !== true; index++) {
    const value = payload(index)
    const sentMs = systemClock.nowMs()
    if (warmupRecords > 0 && index === warmupRecords) {
      stats[0]!.suppressReports()
      stats = [stats[0]!, newStats(numRecords - warmupRecords, true)]
    }
    const counted = stats
    producer.send({ topic, value }).then(
      () => {
        const latencyMs = systemClock.nowMs() - sentMs
        for (const each of counted) each.record(latencyMs, value.length)
      },
      (error: unknown) => print(io.stderr, javaException(error instanceof KafkaError ? error : String(error))),
    )
    if (producer.backlogged) await producer.room()
    else if (index % recordsPerTurn === recordsPerTurn - 1) await nextTurn()
    await pause(throttler.pauseMs(index, sentMs), io)
  }
  await producer.flush()
  return stats
}

/** Waits, or until the tool shall come to an end. */
async function pause(pauseMs: number, { signal }: ToolIo): Promise<void> {
  if (pauseMs === 0 || signal?.aborted === true) return
  await new Promise<void>((resolve) => {
    const timer = Number.isFinite(pauseMs) ? systemClock.setTimer(pauseMs, done) : undefined
    function done(): void {
      timer?.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
  })
}
