import { Admin, KafkaError, parseBootstrapServers, type Broker, type LevelRange } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException } from '../java-exceptions.ts'
import { commonOptions, requireOptions } from '../options/checks.ts'
import { ToolExit } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { knownApis } from './known-apis.ts'

const brokerApiVersionsSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server(s) to use for bootstrapping',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
} as const satisfies OptionSpecs

/** How long a broker may take to answer, unless the properties say otherwise. */
const defaultRequestTimeoutMs = 5_000

/** `kafka-broker-api-versions`: which APIs each broker speaks, and which version of them a client of Kafka 4.3 uses. */
export function brokerApiVersionsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const about = 'This tool helps to retrieve broker version information.'
  return runTool({ specs: brokerApiVersionsSpecs, about, whenEmpty: about, usageOnOptionError: false, main }, argv, io)
}

async function main(options: ParsedOptions<typeof brokerApiVersionsSpecs>, io: ToolIo): Promise<number> {
  requireOptions(options, 'bootstrap-server')
  const servers = options.value('bootstrap-server')!
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  const clientOptions = config.clientOptions(io, servers, 'admin-1')
  const timeoutMs = config.number('request.timeout.ms') ?? defaultRequestTimeoutMs
  await using admin = new Admin({ ...clientOptions, requestTimeoutMs: timeoutMs })
  for (const broker of await allBrokers(admin, servers, timeoutMs)) {
    try {
      const versions = await admin.describeApiVersions(broker.nodeId, { timeoutMs })
      print(io.stdout, `${nodeText(broker)} -> ${formatApiVersions(versions)}`)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      print(io.stdout, `${nodeText(broker)} -> ERROR: ${javaException(error)}`)
    }
  }
  return 0
}

async function allBrokers(admin: Admin, servers: string, timeoutMs: number): Promise<readonly Broker[]> {
  try {
    const { client } = admin
    const { brokers } = await client.refreshMetadata({ topics: 'all', deadline: client.deadline(timeoutMs) })
    return Array.from(brokers.values())
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const asked = parseBootstrapServers(servers).map((address, index) =>
      nodeText({ ...address, nodeId: -1 - index, rack: null }),
    )
    throw new ToolExit(1, `Request METADATA failed on brokers [${asked.join(', ')}]`)
  }
}

const nodeText = ({ host, port, nodeId, rack }: Broker): string =>
  `${host}:${port} (id: ${nodeId} rack: ${rack} isFenced: false)`

/** An API a line, by key; those of brokers that the broker does not have, too. */
export function formatApiVersions(versions: ReadonlyMap<number, LevelRange>): string {
  const missing = Array.from(knownApis)
    .filter(([key, { isOfBrokers }]) => isOfBrokers && !versions.has(key))
    .map(([key]) => key)
  const lines = [...versions.keys(), ...missing]
    .sort((a, b) => a - b)
    .map((key) => {
      const range = versions.get(key)
      const name = `${knownApis.get(key)?.name ?? 'UNKNOWN'}(${key}): `
      return range === undefined ? `${name}UNSUPPORTED` : name + rangeText(key, range)
    })
  return `(\n\t${lines.join(',\n\t')}\n)`
}

function rangeText(key: number, { min, max }: LevelRange): string {
  const range = min === max ? `${min}` : `${min} to ${max}`
  const known = knownApis.get(key)
  if (known === undefined) return range
  if (known.latest < min) return `${range} [unusable: node too new]`
  if (max < known.oldest) return `${range} [unusable: node too old]`
  return `${range} [usable: ${Math.min(known.latest, max)}]`
}
