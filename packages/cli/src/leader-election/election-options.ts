import type { ElectionType } from '@milena/client'
import { commonOptions, refuseTogether } from '../options/checks.ts'
import { OptionError, ToolExit } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'

export const electionSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'host:port',
  },
  'admin.config': { about: 'The old name of --command-config.', type: 'String', argument: 'config file' },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'Config file' },
  'path-to-json-file': {
    about:
      'A file of JSON that names the partitions, for instance:\n' +
      '{"partitions":\n  [{"topic": "foo", "partition": 1}]\n}\n' +
      'Not together with --all-topic-partitions or --topic.',
    type: 'String',
    argument: 'Path to JSON file',
  },
  topic: {
    about: 'The topic of the partition. Not together with --all-topic-partitions or --path-to-json-file.',
    type: 'String',
    argument: 'topic name',
  },
  partition: { about: 'The number of the partition; needed with --topic.', type: 'Integer', argument: 'partition id' },
  'all-topic-partitions': { about: 'All partitions. Not together with --topic or --path-to-json-file.' },
  'election-type': {
    about:
      'REQUIRED: "preferred" gives partitions the leader that they should have; "unclean" gives those without a ' +
      'leader any replica that is alive, which may lose records.',
    type: 'String',
    argument: 'election type',
  },
} as const satisfies OptionSpecs

export type ElectionOptions = ParsedOptions<typeof electionSpecs>

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkElectionOptions(options: ElectionOptions): void {
  const missing = (['bootstrap-server', 'election-type'] as const).filter((name) => !options.has(name))
  if (missing.length > 0) throw new ToolExit(1, `Missing required option(s): ${missing.join(', ')}`)
  refuseTogether(options, 'admin.config', ['command-config'])
  const scopes = ['topic', 'all-topic-partitions', 'path-to-json-file'] as const
  if (scopes.filter((name) => options.has(name)).length !== 1) {
    throw new ToolExit(1, `One and only one of the following options is required: ${scopes.join(', ')}`)
  }
  if (options.has('topic') && !options.has('partition')) {
    throw new ToolExit(1, 'Missing required option(s): partition')
  }
  if (!options.has('topic') && options.has('partition')) {
    throw new ToolExit(1, 'Option partition is only allowed if topic is used')
  }
}

export function electionType(options: ElectionOptions): ElectionType {
  const text = options.value('election-type')!
  const type = (['preferred', 'unclean'] as const).find((name) => name === text.toLowerCase())
  if (type === undefined) throw new OptionError(`Cannot parse argument '${text}' of option election-type`)
  return type
}
