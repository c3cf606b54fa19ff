import { systemClock } from '@milena/runtime'
import type { ToolIo } from './tool-io.ts'

export type RunOptions = Partial<ToolIo>

type Main = (argv: readonly string[], io: ToolIo) => Promise<number>

/** Each tool is loaded when it is run: none needs the others' code, and starting should take no time. */
const tools = {
  topics: async () => (await import('./topics/topic-command.ts')).topicCommand,
  'console-producer': async () => (await import('./console-producer/console-producer.ts')).consoleProducer,
  'console-consumer': async () => (await import('./console-consumer/console-consumer.ts')).consoleConsumer,
  'consumer-groups': async () => (await import('./consumer-groups/consumer-group-command.ts')).consumerGroupCommand,
  'dump-log': async () => (await import('./dump-log/dump-log.ts')).dumpLog,
  'log-dirs': async () => (await import('./log-dirs/log-dirs-command.ts')).logDirsCommand,
  'delete-records': async () => (await import('./delete-records/delete-records-command.ts')).deleteRecordsCommand,
  'get-offsets': async () => (await import('./get-offsets/get-offsets-command.ts')).getOffsetsCommand,
  transactions: async () => (await import('./transactions/transactions-command.ts')).transactionsCommand,
  'share-groups': async () => (await import('./share-groups/share-groups-command.ts')).shareGroupsCommand,
  groups: async () => (await import('./groups/groups-command.ts')).groupsCommand,
  'broker-api-versions': async () =>
    (await import('./broker-api-versions/broker-api-versions-command.ts')).brokerApiVersionsCommand,
  cluster: async () => (await import('./cluster/cluster-tool.ts')).clusterTool,
  features: async () => (await import('./features/feature-command.ts')).featureCommand,
  'metadata-quorum': async () => (await import('./metadata-quorum/metadata-quorum-command.ts')).metadataQuorumCommand,
  'leader-election': async () => (await import('./leader-election/leader-election-command.ts')).leaderElectionCommand,
  'reassign-partitions': async () =>
    (await import('./reassign-partitions/reassign-partitions-command.ts')).reassignPartitionsCommand,
  'producer-perf-test': async () => (await import('./producer-perf-test/producer-perf-test.ts')).producerPerfTest,
  'consumer-perf-test': async () => (await import('./consumer-perf-test/consumer-perf-test.ts')).consumerPerfTest,
  configs: async () => (await import('./configs/config-command.ts')).configCommand,
} satisfies Record<string, () => Promise<Main>>

export type ToolName = keyof typeof tools

/** The tools by their names without `kafka-`. */
export const toolNames = Object.keys(tools) as readonly ToolName[]

/**
 * Runs a tool as Apache Kafka's of the same name runs.
 * @param tool with or without `kafka-` in front and `.sh` behind
 * @returns the exit code
 */
export async function run(tool: string, argv: readonly string[], options: RunOptions = {}): Promise<number> {
  const name = tool.replace(/^kafka-/, '').replace(/\.(sh|bat)$/, '')
  const io: ToolIo = {
    stdout: options.stdout ?? process.stdout,
    stderr: options.stderr ?? process.stderr,
    stdin: options.stdin ?? process.stdin,
    ...(options.signal && { signal: options.signal }),
  }
  // A reader that has gone away (`| head -1`) is no reason for a stack trace.
  for (const output of [io.stdout, io.stderr]) output.on('error', () => undefined)
  if (!Object.hasOwn(tools, name)) {
    io.stderr.write(`There is no tool '${tool}'. There are: ${toolNames.join(', ')}.\n`)
    return 1
  }
  const main: Main = await tools[name as ToolName]()
  return io.signal === undefined ? runUntilSignal(main, argv, io) : main(argv, io)
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const
type SignalName = keyof typeof signals

/** Ctrl-C reaches a whole process group, and npm hands it on once more: within this time it is the same one. */
const sameSignalMs = 1_000

/** A first Ctrl-C lets the tool come to an orderly end, a second ends it at once; the exit code is the signal's. */
async function runUntilSignal(main: Main, argv: readonly string[], io: ToolIo): Promise<number> {
  const abort = new AbortController()
  let exitCode: number | undefined
  let firstMs = 0
  const onSignal = (signal: SignalName): void => {
    if (exitCode === undefined) {
      exitCode = signals[signal]
      firstMs = systemClock.monotonicMs()
      abort.abort()
    } else if (systemClock.monotonicMs() - firstMs > sameSignalMs) {
      removeHandlers()
      process.kill(process.pid, signal)
    }
  }
  const names = Object.keys(signals) as readonly SignalName[]
  const removeHandlers = (): void => names.forEach((name) => process.off(name, onSignal))
  for (const name of names) process.on(name, onSignal)
  try {
    const result = await main(argv, { ...io, signal: abort.signal })
    return exitCode ?? result
  } finally {
    removeHandlers()
  }
}
