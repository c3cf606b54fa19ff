import { existsSync } from 'node:fs'
import { Admin } from '@milena/client'
import { bootstrapOptions } from '../config/bootstrap.ts'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties, type Properties } from '../config/properties.ts'
import type { ParsedArguments } from '../options/argument-parser.ts'
import type { ArgumentSpec, ParserSpec } from '../options/argument-spec.ts'
import { ToolExit } from '../options/option-error.ts'
import { runCommandTool } from '../run-command-tool.ts'
import type { ToolIo } from '../tool-io.ts'

const dryRun: ArgumentSpec = { about: 'Say what would be done, and do nothing.' }

const metadataQuorumParser: ParserSpec = {
  prog: 'kafka-metadata-quorum',
  about: 'Shows the controllers that agree on the metadata, and changes who they are.',
  exclusive: [{ names: ['bootstrap-server', 'bootstrap-controller'], required: true }],
  arguments: {
    'bootstrap-server': { about: 'Where the brokers are, as host:port,…', type: 'String' },
    'bootstrap-controller': { about: 'Where the controllers are, as host:port,…', type: 'String' },
    'command-config': {
      about: 'A file of client properties; for add-controller, that of the controller to add.',
      type: 'String',
    },
  },
  commands: {
    describe: {
      about: 'Show the quorum.',
      arguments: {
        status: { about: 'Who leads, and how far the others are behind.' },
        replication: { about: 'Where each replica stands.' },
        'human-readable': { about: 'With --replication: times as how long ago.' },
      },
    },
    'add-controller': { about: 'Make a controller a voter.', arguments: { 'dry-run': dryRun } },
    'remove-controller': {
      about: 'Take a controller out of the voters.',
      arguments: {
        'controller-id': {
          about: 'Its id.',
          flags: ['--controller-id', '-i'],
          type: 'Integer',
          required: true,
        },
        'controller-directory-id': {
          about: 'The id of its folder.',
          flags: ['--controller-directory-id', '-d'],
          type: 'String',
          required: true,
        },
        'dry-run': dryRun,
      },
    },
  },
}

/** What the commands work with. */
export interface QuorumService {
  readonly admin: Admin
  readonly parsed: ParsedArguments
  readonly io: ToolIo
  /** Those of `--command-config`; undefined without it. */
  readonly properties: Properties | undefined
}

/** `kafka-metadata-quorum`: the controllers of a cluster. */
export function metadataQuorumCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  return runCommandTool({ parser: metadataQuorumParser, helpExitCode: 0, main }, argv, io)
}

async function main(parsed: ParsedArguments, io: ToolIo): Promise<number> {
  const file = parsed.text('command-config')
  if (file !== undefined && !existsSync(file)) throw new ToolExit(1, `Properties file ${file} does not exists!`)
  const properties = file === undefined ? undefined : loadProperties(file)
  await using admin = new Admin(bootstrapOptions(parsed, new ClientConfig(properties ?? new Map()), io))
  const service: QuorumService = { admin, parsed, io, properties }
  if (parsed.command === 'describe') {
    await (await import('./describe-quorum.ts')).describeQuorum(service)
  } else {
    const { addController, removeController } = await import('./change-quorum.ts')
    await (parsed.command === 'add-controller' ? addController(service) : removeController(service))
  }
  return 0
}
