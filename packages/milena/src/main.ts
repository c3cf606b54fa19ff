// Which command it is. Only what the command needs is loaded: a broker's start is counted in milliseconds.
import { VERSION } from './version.ts'

/** The command line tools, by the word after `milena`. */
const TOOLS: Readonly<Record<string, string>> = {
  topics: 'kafka-topics',
  'consumer-groups': 'kafka-consumer-groups',
  'console-producer': 'kafka-console-producer',
  'console-consumer': 'kafka-console-consumer',
  'dump-log': 'kafka-dump-log',
  'log-dirs': 'kafka-log-dirs',
  'delete-records': 'kafka-delete-records',
  'get-offsets': 'kafka-get-offsets',
  transactions: 'kafka-transactions',
  'share-groups': 'kafka-share-groups',
  groups: 'kafka-groups',
  'broker-api-versions': 'kafka-broker-api-versions',
  cluster: 'kafka-cluster',
  features: 'kafka-features',
  'metadata-quorum': 'kafka-metadata-quorum',
  'leader-election': 'kafka-leader-election',
  'reassign-partitions': 'kafka-reassign-partitions',
  'producer-perf-test': 'kafka-producer-perf-test',
  'consumer-perf-test': 'kafka-consumer-perf-test',
  configs: 'kafka-configs',
}

/**
 * Runs a command line; sets the exit code of the process and leaves the exit to Node, so that what is still to be
 * printed is printed.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const [command = 'start', ...rest] = argv
  if (command === '--version') {
    console.log(`milena ${VERSION}`)
  } else if (command === '--help' || command === '-h' || command === 'help') {
    const { HELP } = await import('./help.ts')
    console.log(HELP)
  } else if (command in TOOLS) {
    const { run } = await import('@milena/cli')
    process.exitCode = await run(TOOLS[command]!, rest)
  } else if (command === 'start') {
    await start(rest)
  } else if (command === 'import') {
    const { importCommand } = await import('./import/import-command.ts')
    process.exitCode = await importCommand(rest)
  } else if (command.startsWith('-') || command.endsWith('.properties')) {
    await start(argv)
  } else {
    console.error(
      `milena: '${command}' is not a command; there are start, import, ${Object.keys(TOOLS).join(', ')}, and --help.`,
    )
    process.exitCode = 1
  }
}

async function start(argv: readonly string[]): Promise<void> {
  const { startCommand } = await import('./start-command.ts')
  process.exitCode = await startCommand(argv)
}
