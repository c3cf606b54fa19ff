import { commonOptions, refuseTogether, requireOptions } from '../options/checks.ts'
import { UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'
import { print, type ToolIo } from '../tool-io.ts'

export const groupSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'Where the cluster is, as host:port,… REQUIRED, except with --validate-regex.',
    type: 'String',
    argument: 'server to connect to',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
  list: { about: 'List the consumer groups.' },
  describe: { about: 'Show what groups have read, and how far they lag behind.' },
  delete: { about: 'Delete groups without members, and what they committed.' },
  'reset-offsets': {
    about:
      'Set what a group without members has committed. How is said by one of --to-datetime, --by-duration, ' +
      '--to-earliest, --to-latest, --shift-by, --from-file, --to-current, --to-offset; for which partitions by ' +
      '--all-topics or --topic. Nothing is changed without --execute.',
  },
  'delete-offsets': { about: 'Forget what a group has committed for topics.' },
  'validate-regex': {
    about: 'Say whether a regular expression is valid according to RE2.',
    type: 'String',
    argument: 'regex',
  },
  group: { about: 'The group. May be repeated.', type: 'String', argument: 'consumer group' },
  'all-groups': { about: 'Act on all consumer groups.' },
  topic: {
    about: 'The topic whose offsets are reset or deleted, or some of its partitions: `topic:0,1,2`. May be repeated.',
    type: 'String',
    argument: 'topic',
  },
  'all-topics': { about: 'Reset all that the group has committed.' },
  timeout: {
    about: 'How long each call may take.',
    type: 'Long',
    argument: 'timeout (ms)',
    default: '30000',
  },
  'dry-run': { about: 'With --reset-offsets: only show the new offsets.' },
  execute: { about: 'With --reset-offsets: change the offsets.' },
  export: { about: 'With --reset-offsets: print the new offsets as CSV.' },
  'to-offset': { about: 'Reset to this offset.', type: 'Long', argument: 'offset' },
  'from-file': { about: 'Reset to what a CSV file says.', type: 'String', argument: 'path to CSV file' },
  'to-datetime': {
    about: "Reset to a time, as 'YYYY-MM-DDThh:mm:ss.sss'.",
    type: 'String',
    argument: 'datetime',
  },
  'by-duration': { about: "Reset to so long ago, as 'PnDTnHnMnS'.", type: 'String', argument: 'duration' },
  'to-earliest': { about: 'Reset to the beginning.' },
  'to-latest': { about: 'Reset to the end.' },
  'to-current': { about: 'Reset to what is committed now.' },
  'shift-by': {
    about: 'Move what is committed forward, or with a negative number back.',
    type: 'Long',
    argument: 'number-of-offsets',
  },
  members: { about: 'With --describe: show the members.', availableIf: ['describe'] },
  offsets: { about: 'With --describe: show partitions and lag; the default.', availableIf: ['describe'] },
  state: {
    about: 'With --describe: show the state. With --list: show states, or only the groups in these (stable,empty,…).',
    type: 'String',
    optionalArgument: true,
    availableIf: ['describe', 'list'],
  },
  type: {
    about: 'With --list: show types, or only the groups of these (classic,consumer).',
    type: 'String',
    optionalArgument: true,
    availableIf: ['list'],
  },
  verbose: { about: 'With --describe: show more.', availableIf: ['describe'] },
} as const satisfies OptionSpecs

export type GroupOptions = ParsedOptions<typeof groupSpecs>

/** How offsets are reset; at most one of them. */
export const scenarios = [
  'to-offset',
  'shift-by',
  'to-datetime',
  'by-duration',
  'to-earliest',
  'to-latest',
  'to-current',
  'from-file',
] as const

const actions = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets', 'validate-regex'] as const

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkGroupOptions(options: GroupOptions, io: ToolIo): void {
  if (!options.has('validate-regex')) requireOptions(options, 'bootstrap-server')
  if (options.has('describe')) checkDescribe(options)
  if (options.has('delete')) {
    needsGroups(options, 'delete')
    if (options.has('topic')) {
      throw new UsageError('The consumer does not support topic-specific offset deletion from a consumer group.')
    }
  }
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic'))) {
    throw new UsageError('Option [delete-offsets] takes the following options: [topic], [group]')
  }
  if (options.has('reset-offsets')) checkReset(options, io)
  refuseTogether(options, 'group', ['all-groups'])
  refuseTogether(options, 'group', ['list'])
  refuseTogether(options, 'topic', ['list', 'describe'])
  if (actions.filter((action) => options.has(action)).length !== 1) {
    const names = actions.map((action) => `--${action}`).join(', ')
    throw new UsageError(`Command must include exactly one action: ${names}`)
  }
}

function needsGroups(options: GroupOptions, action: string): void {
  if (!options.has('group') && !options.has('all-groups')) {
    throw new UsageError(`Option [${action}] takes one of these options: [all-groups], [group]`)
  }
}

function checkDescribe(options: GroupOptions): void {
  needsGroups(options, 'describe')
  const shown = (['members', 'offsets', 'state'] as const).filter((name) => options.has(name))
  if (shown.length > 1) {
    throw new UsageError('Option [describe] takes at most one of these options: [members], [offsets], [state]')
  }
  if (options.has('state') && options.value('state') !== undefined) {
    throw new UsageError('Option [describe] does not take a value for [state]')
  }
}

function checkReset(options: GroupOptions, io: ToolIo): void {
  if (options.has('dry-run') && options.has('execute')) {
    throw new UsageError('Option [reset-offsets] only accepts one of [execute] and [dry-run]')
  }
  if (!options.has('dry-run') && !options.has('execute')) {
    print(
      io.stderr,
      'WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.',
    )
  }
  needsGroups(options, 'reset-offsets')
  for (const scenario of scenarios) {
    refuseTogether(
      options,
      scenario,
      scenarios.filter((other) => other !== scenario),
    )
  }
}
