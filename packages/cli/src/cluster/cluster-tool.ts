import { Admin, KafkaError, type ClusterDescription } from '@milena/client'
import { bootstrapOptions, commandConfig } from '../config/bootstrap.ts'
import { javaHashOrder } from '../java-hash-order.ts'
import { messageOf } from '../java-exceptions.ts'
import type { ParsedArguments } from '../options/argument-parser.ts'
import type { ArgumentSpecs, CommandSpec, ParserSpec } from '../options/argument-spec.ts'
import { ToolExit } from '../options/option-error.ts'
import { runCommandTool } from '../run-command-tool.ts'
import { row } from '../table.ts'
import { print, type ToolIo } from '../tool-io.ts'

const command = (about: string, own: ArgumentSpecs): CommandSpec => ({
  about,
  exclusive: [{ names: ['bootstrap-server', 'bootstrap-controller'], required: true }],
  arguments: {
    'bootstrap-server': {
      about: 'Where the brokers are, as host:port,…',
      flags: ['--bootstrap-server', '-b'],
      type: 'String',
    },
    'bootstrap-controller': {
      about: 'Where the controllers are, as host:port,…',
      flags: ['--bootstrap-controller', '-C'],
      type: 'String',
    },
    config: { about: 'The old name of --command-config.', type: 'String' },
    'command-config': {
      about: 'A file of client properties.',
      flags: ['--command-config', '-c'],
      type: 'String',
    },
    ...own,
  },
})

const clusterParser: ParserSpec = {
  prog: 'kafka-cluster',
  about: 'Says what a cluster is, where its nodes are, and forgets brokers.',
  arguments: {},
  commands: {
    'cluster-id': command('Show the id of the cluster.', {}),
    unregister: command('Forget a broker that will not come back.', {
      id: { about: 'The id of the broker.', flags: ['--id', '-i'], type: 'Integer', required: true },
    }),
    'list-endpoints': command('List the nodes of the cluster.', {
      'include-fenced-brokers': { about: 'Also brokers that are registered and not alive.' },
    }),
  },
}

/** `kafka-cluster`: the id of a cluster, its endpoints, and brokers that are forgotten. */
export function clusterTool(argv: readonly string[], io: ToolIo): Promise<number> {
  return runCommandTool({ parser: clusterParser, helpExitCode: 1, main }, argv, io)
}

async function main(parsed: ParsedArguments, io: ToolIo): Promise<number> {
  if (parsed.has('config') && parsed.has('command-config')) {
    throw new ToolExit(1, '--config and --command-config cannot be specified together.')
  }
  if (parsed.has('config')) {
    print(
      io.stdout,
      'Option --config has been deprecated and will be removed in a future version. Use --command-config instead.',
    )
  }
  const config = commandConfig(parsed.text('config') ?? parsed.text('command-config'))
  await using admin = new Admin(bootstrapOptions(parsed, config, io))
  if (parsed.command === 'cluster-id') await clusterId(admin, io)
  else if (parsed.command === 'unregister') await unregister(admin, io, parsed.number('id')!)
  else await listEndpoints(admin, io, parsed)
  return 0
}

async function clusterId(admin: Admin, io: ToolIo): Promise<void> {
  const { clusterId: id } = await admin.describeCluster()
  print(io.stdout, id === null ? 'No cluster ID found. The Kafka version is probably too old.' : `Cluster ID: ${id}`)
}

async function unregister(admin: Admin, io: ToolIo, id: number): Promise<void> {
  try {
    await admin.unregisterBroker(id)
    print(io.stdout, `Broker ${id} is no longer registered.`)
  } catch (error) {
    if (!KafkaError.is(error, 'UNSUPPORTED_VERSION')) throw error
    print(io.stdout, 'The target cluster does not support the broker unregistration API.')
  }
}

async function listEndpoints(admin: Admin, io: ToolIo, parsed: ParsedArguments): Promise<void> {
  const includeFencedBrokers = parsed.has('include-fenced-brokers')
  const ofControllers = parsed.has('bootstrap-controller')
  if (includeFencedBrokers && ofControllers) {
    throw new ToolExit(1, 'The option --include-fenced-brokers is only supported with --bootstrap-server option')
  }
  try {
    const { brokers } = await admin.describeCluster({ includeFencedBrokers })
    for (const line of formatEndpoints(brokers, ofControllers)) print(io.stdout, line)
  } catch (error) {
    if (!KafkaError.is(error, 'UNSUPPORTED_VERSION')) throw error
    print(io.stdout, messageOf(error))
  }
}

export function formatEndpoints(nodes: ClusterDescription['brokers'], ofControllers: boolean): readonly string[] {
  const hosts = nodes.map(({ host }) => host.length)
  const racks = nodes.flatMap(({ rack }) => (rack === null ? [] : [rack.length]))
  const widths = [
    10,
    hosts.length === 0 ? 100 : Math.max(...hosts),
    10,
    racks.length === 0 ? 10 : Math.max(...racks),
    ...(ofControllers ? [] : [10]),
    15,
  ]
  const line = (cells: readonly (string | number)[]): string => row(cells.map((text, index) => [text, widths[index]!]))
  const state = (text: string): readonly string[] => (ofControllers ? [] : [text])
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  return [
    line(['ID', 'HOST', 'PORT', 'RACK', ...state('STATE'), 'ENDPOINT_TYPE']),
    ...javaHashOrder(byId.keys(), (id) => id).map((id) => {
      const { host, port, rack, isFenced } = byId.get(id)!
      const kind = ofControllers ? 'controller' : 'broker'
      return line([id, host, port, String(rack), ...state(isFenced ? 'fenced' : 'unfenced'), kind])
    }),
  ]
}
