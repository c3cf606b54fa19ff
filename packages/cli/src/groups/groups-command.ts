import { Admin, KafkaError, type GroupListing } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { messageOf } from '../java-exceptions.ts'
import { commonOptions, refuseTogether } from '../options/checks.ts'
import { ToolExit, UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { runTool } from '../run-tool.ts'
import { cell, row, widthOf } from '../table.ts'
import { print, type ToolIo } from '../tool-io.ts'

const groupsSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
    required: true,
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
  list: { about: 'List the groups.' },
  'group-type': {
    about: "Only groups of this type: 'classic', 'consumer', 'share' or 'streams'.",
    type: 'String',
    argument: 'type',
  },
  protocol: { about: 'Only groups of this protocol.', type: 'String', argument: 'protocol' },
  consumer: { about: 'Only groups of consumers: of type consumer, or classic with the protocol consumer or none.' },
  share: { about: 'Only share groups.' },
  streams: { about: 'Only streams groups.' },
} as const satisfies OptionSpecs

type GroupsOptions = ParsedOptions<typeof groupsSpecs>

const types = ['Consumer', 'Classic', 'Share', 'Streams'] as const

/** `kafka-groups`: lists groups of all types. */
export function groupsCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const about = 'This tool helps to list groups of all types.'
  return runTool({ specs: groupsSpecs, about, usageOnOptionError: true, main }, argv, io)
}

async function main(options: GroupsOptions, io: ToolIo): Promise<number> {
  if (!options.has('list')) throw new UsageError('Command must include exactly one action: --list.')
  const asked = options.value('group-type')
  if (asked !== undefined && typeName(asked) === 'Unknown') {
    throw new ToolExit(1, '--group-type must be a valid group type.')
  }
  refuseTogether(options, 'consumer', ['group-type', 'protocol', 'share', 'streams'])
  refuseTogether(options, 'share', ['consumer', 'group-type', 'protocol', 'streams'])
  refuseTogether(options, 'streams', ['consumer', 'group-type', 'protocol', 'share'])
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  try {
    await using admin = new Admin(config.clientOptions(io, options.value('bootstrap-server')!, 'adminclient-1'))
    const groups = (await admin.listGroups({ timeoutMs: 30_000 })).filter(groupFilter(options))
    for (const line of formatGroupList(groups)) print(io.stdout, line)
    return 0
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw new ToolExit(1, `Error while executing groups command : ${messageOf(error)}`, 'stdout')
  }
}

/** As Kafka writes the type; '' when the broker did not say. */
function typeName(type: string): string {
  if (type === '') return ''
  return types.find((name) => name.toLowerCase() === type.toLowerCase()) ?? 'Unknown'
}

function groupFilter(options: GroupsOptions): (group: GroupListing) => boolean {
  const asked = options.value('group-type')
  const protocol = options.value('protocol')
  return ({ type, protocolType }) => {
    const name = typeName(type)
    if (asked !== undefined) {
      return name === typeName(asked) && (protocol === undefined || protocol === protocolType)
    }
    if (protocol !== undefined) return protocolType === protocol
    if (options.has('consumer')) return protocolType === 'consumer' || protocolType === '' || name === 'Consumer'
    if (options.has('share')) return name === 'Share'
    if (options.has('streams')) return name === 'Streams'
    return true
  }
}

export function formatGroupList(groups: readonly GroupListing[]): readonly string[] {
  const rows = groups.map(({ groupId, type, protocolType }) => [groupId, typeName(type), protocolType])
  const width = widthOf(20, rows.flat())
  const headers = ['GROUP', 'TYPE', 'PROTOCOL'].map((text) => [text, width] as const)
  return [row(headers), ...rows.map((cells) => cells.map((text) => `${cell(text, width)} `).join(''))]
}
