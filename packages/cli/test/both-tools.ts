// Runs the same command line with Apache's tool and with ours, and makes what they print comparable.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { jvmOptions } from './apache-broker.ts'

export type Side = 'apache' | 'milena'

export interface Result {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** In the package of tools, unless it is another one's. */
const classes: Readonly<Record<string, string>> = {
  'broker-api-versions': 'BrokerApiVersionsCommand',
  cluster: 'ClusterTool',
  features: 'FeatureCommand',
  'metadata-quorum': 'MetadataQuorumCommand',
  topics: 'TopicCommand',
  'console-producer': 'ConsoleProducer',
  configs: 'kafka.admin.ConfigCommand',
  'console-consumer': 'consumer.ConsoleConsumer',
  'console-share-consumer': 'consumer.ConsoleShareConsumer',
  'consumer-groups': 'consumer.group.ConsumerGroupCommand',
  'consumer-perf-test': 'ConsumerPerformance',
  'delete-records': 'DeleteRecordsCommand',
  'get-offsets': 'GetOffsetShell',
  groups: 'GroupsCommand',
  'leader-election': 'LeaderElectionCommand',
  'log-dirs': 'LogDirsCommand',
  'producer-perf-test': 'ProducerPerformance',
  'reassign-partitions': 'reassign.ReassignPartitionsCommand',
  'share-groups': 'consumer.group.ShareGroupCommand',
  transactions: 'TransactionsCommand',
}

const classOf = (tool: string): string => {
  const name = classes[tool]!
  return name.startsWith('kafka.') ? name : `org.apache.kafka.tools.${name}`
}

/** What `%` stands for at each side: names of equal length, so that columns are equally wide. */
const prefixes: Readonly<Record<Side, string>> = { apache: 'ap-', milena: 'mi-' }

/** A command line of one side: `%` before a name makes it that side's own. */
export function commandOf(
  lib: string,
  side: Side,
  tool: string,
  argv: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  const own = argv.map((arg) => arg.replaceAll('%', prefixes[side]))
  return side === 'apache'
    ? {
        command: 'java',
        args: [...jvmOptions, '-Dlog4j2.level=OFF', '-cp', path.join(lib, '*'), classOf(tool), ...own],
      }
    : {
        command: process.execPath,
        args: [path.resolve(import.meta.dirname, '../../milena/bin', `kafka-${tool}.js`), ...own],
      }
}

export async function runSide(
  lib: string,
  side: Side,
  tool: string,
  argv: readonly string[],
  input: string,
): Promise<Result> {
  const { command, args } = commandOf(lib, side, tool, argv)
  const child = spawn(command, args, { stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  child.stdin.on('error', () => undefined) // A tool that ends early does not read its input.
  child.stdin.end(input)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const neutral = (text: string): string => normalise(text.replaceAll(/\b(ap|mi)-/g, 'xx-'))
  const shown = neutral(stdout)
  return { exitCode, stdout: withoutPrintedTrace(shown), stderr: withoutTraces(neutral(stderr)) }
}

export interface Comparison {
  readonly input?: string
  /** Lines may come in any order (Java prints what its hash maps give). */
  readonly anyOrder?: boolean
  /** Also what is printed to standard error must be the same. */
  readonly stderr?: boolean
  /** What of the lines of either side is a measurement, and what stands for it. */
  readonly measured?: readonly (readonly [measurement: RegExp, placeholder: string])[]
}

/** Runs both at the same time, since each changes only what is its own. @returns what Apache's tool said */
export async function compareSides(
  lib: string,
  tool: string,
  argv: readonly string[],
  comparison: Comparison = {},
): Promise<Result> {
  const { input = '', anyOrder = false, stderr = true, measured = [] } = comparison
  const [apache, milena] = await Promise.all([
    runSide(lib, 'apache', tool, argv, input),
    runSide(lib, 'milena', tool, argv, input),
  ])
  const still = (text: string): string =>
    measured.reduce((now, [found, placeholder]) => now.replaceAll(found, placeholder), text)
  const shown = (result: Result) => ({
    exitCode: result.exitCode,
    stdout: still(anyOrder ? sortedLines(result.stdout) : result.stdout),
    ...(stderr && { stderr: still(result.stderr) }),
  })
  assert.deepEqual(shown(milena), shown(apache), `${tool} ${argv.join(' ')}`)
  return apache
}

/** Sentences of the table of errors, of which ours are our own. */
const sentences: readonly (readonly [apache: string, milena: string])[] = [
  [
    'DescribeTransactions request for transactionalId `xx-nothing` failed because the ID could not be found',
    'The transactional id is not known',
  ],
  ['The group id does not exist.', 'There is no group of this id.'],
  ['The group is not empty.', 'The group still has members.'],
  [
    'Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.',
    'A group that is subscribed to the topic may not lose its offsets of it.',
  ],
  [
    'The requested offset is not within the range of offsets maintained by the server.',
    'The log holds no such offset: it was already deleted or has not been written yet.',
  ],
  ['This server does not host this topic-partition.', 'This broker does not know the topic or the partition.'],
]

/**
 * Takes away what may differ: log lines and stack traces, the table of options (whose words are our own), the sentences of the table
 * of errors (of which the exception's name is what scripts look for), and orders that depend on Java's hash maps.
 */
function normalise(text: string): string {
  // Of the help of tools with commands only the usage is theirs; what follows is in our own words.
  const table = text.search(/^Option(?: \(\* = required\))? +Description *$|\n\n(?=[^]*^optional arguments:$)/m)
  return (
    (table < 0 ? text : text.slice(0, table))
      // argparse4j breaks an error into lines, also behind hyphens, and fills them up with blanks.
      .replace(/(?:^|\n)[\w.-]+: +error: [^]*?(?=\n\n|$)/, (error) => `\n${error.replaceAll(/\s+/g, '')}`)
      .replaceAll(/(Configs: )(.*)/g, (_, name: string, list: string) => name + list.split(',').sort().join(','))
      // Java gives the members of a set in another order at each start.
      .replaceAll(/\[[\w-]+\](?:, \[[\w-]+\])+/g, (set) => set.split(', ').toSorted().join(', '))
      .replaceAll(/(Valid (?:states|types) are: |one of the following scenarios: ).*/g, '$1')
      .replaceAll(/.+/g, (line) => sentences.reduce((now, [apache, milena]) => now.replace(apache, milena), line))
      .replace(/\n+$/, '')
  )
}

/** A trace that a tool prints to standard output, with the line that says what it is of. */
const withoutPrintedTrace = (text: string): string =>
  text
    .replaceAll(/\n.*(?:\n\tat .*|\nCaused by: .*|\n\t\.\.\. \d+ more)+/g, '')
    .replaceAll(/\norg\.apache\.kafka\.common\.errors\..*/g, '')
    .replace(/\n+$/, '')

/** Java says first what a trace is of, and Apache's tools often have said it already. */
function withoutTraces(text: string): string {
  return text
    .replaceAll(/^java\.(util\.concurrent\.ExecutionException|lang\.RuntimeException).*\n(?=\tat )/gm, '')
    .split('\n')
    .filter(
      (line) =>
        !/^\[\d{4}-\d\d-\d\d |^\t+at |^\tSuppressed: |^Caused by: |^\t\.\.\. \d+ more|^org\.apache\.kafka\.common\.errors\./.test(
          line,
        ),
    )
    .filter((line) => !line.startsWith('The consumer rebalance protocol (KIP-848)'))
    .map((line) =>
      line
        .replace(/^Exception in thread "main" /, '')
        .replace(
          /^(java\.lang\.\w+|joptsimple\.\w+|net\.sourceforge\.argparse4j\.inf\.\w+|org\.apache\.kafka\.(common\.config|tools)\.\w+Exception): /,
          '',
        ),
    )
    .filter((line, index, lines) => line === '' || line !== lines[index - 1])
    .join('\n')
    .replace(/\n+$/, '')
}

export const sortedLines = (text: string): string => text.split('\n').sort().join('\n')
