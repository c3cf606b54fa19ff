import { Admin, KafkaError, valuesOf } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { javaHashOrder } from '../java-hash-order.ts'
import { commonOptions, requireOptions } from '../options/checks.ts'
import { ToolExit } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { logDirsJson } from './log-dirs-json.ts'

const logDirsSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'The server(s) to use for bootstrapping',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'Admin client property file' },
  describe: { about: 'Describe the log folders of the brokers.' },
  'topic-list': {
    about: 'The topics to ask for, as topic1,topic2,topic3; without it, all.',
    type: 'String',
    argument: 'Topic list',
    default: '',
  },
  'broker-list': {
    about: 'The brokers to ask, as 0,1,2; without it, all.',
    type: 'String',
    argument: 'Broker list',
    default: '',
  },
} as const satisfies OptionSpecs

/** `kafka-log-dirs`: which replicas lie in which log folders of which brokers, as JSON. */
export function logDirsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runTool(
    {
      specs: logDirsSpecs,
      about: 'This tool helps to query log directory usage on the specified brokers.',
      usageOnOptionError: false,
      main,
    },
    argv,
    io,
  )
}

const listOf = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')
const inOrder = (brokers: Iterable<number>): readonly number[] => javaHashOrder(new Set(brokers), (id) => id)

async function main(options: ParsedOptions<typeof logDirsSpecs>, io: ToolIo): Promise<number> {
  requireOptions(options, 'bootstrap-server', 'describe')
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'log-dirs-tool'))
  try {
    const topics = new Set(listOf(options.value('topic-list')!))
    const existing = inOrder((await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId))
    const wanted = inOrder(listOf(options.value('broker-list')!).map(brokerId))
    const missing = wanted.filter((id) => !existing.includes(id))
    if (missing.length > 0) {
      throw new ToolExit(
        1,
        `ERROR: The given brokers do not exist from --broker-list: ${missing.join(',')}. Current existent brokers: ${existing.join(',')}`,
      )
    }
    const asked = wanted.length === 0 ? existing : wanted
    print(io.stdout, 'Querying brokers for log directories information')
    const described = valuesOf(await admin.describeLogDirs(asked))
    print(io.stdout, `Received log directory information from brokers ${asked.join(',')}`)
    print(io.stdout, logDirsJson(described, topics))
    return 0
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw new ToolExit(1, javaException(error))
  }
}

function brokerId(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new ToolExit(1, `For input string: "${text}"`)
  return Number(text)
}
