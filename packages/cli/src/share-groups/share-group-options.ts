import { commonOptions, refuseTogether, requireOptions } from '../options/checks.ts'
import { UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'

export const shareGroupSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'REQUIRED: Where the cluster is, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
  list: { about: 'List the share groups.' },
  describe: { about: 'Show where groups stand, their members or their state.' },
  delete: { about: 'Delete groups without members.' },
  'reset-offsets': {
    about:
      'Let a group without members go on elsewhere. Where is said by one of --to-datetime, --to-earliest, ' +
      '--to-latest; for which partitions by --all-topics or --topic. Needs --dry-run or --execute.',
  },
  'delete-offsets': { about: 'Let a group without members begin anew with topics.' },
  group: { about: 'The share group. May be repeated.', type: 'String', argument: 'share group' },
  'all-groups': { about: 'Act on all share groups.' },
  topic: {
    about:
      'The topic whose offsets are reset or deleted, or when resetting some of its partitions: `topic:0,1,2`. May be repeated.',
    type: 'String',
    argument: 'topic',
  },
  'all-topics': { about: 'Reset all topics of the group.' },
  timeout: { about: 'How long each call may take.', type: 'Long', argument: 'timeout (ms)', default: '30000' },
  'dry-run': { about: 'With --reset-offsets: only show the new offsets.' },
  execute: { about: 'With --reset-offsets: change the offsets.' },
  'to-datetime': { about: "Reset to a time, as 'YYYY-MM-DDThh:mm:ss.sss'.", type: 'String', argument: 'datetime' },
  'to-earliest': { about: 'Reset to the beginning.' },
  'to-latest': { about: 'Reset to the end.' },
  members: { about: 'With --describe: show the members.', availableIf: ['describe'] },
  offsets: { about: 'With --describe: show where the group stands; the default.', availableIf: ['describe'] },
  state: {
    about:
      'With --describe: show the state. With --list: show states, or only the groups in these (empty,stable,dead).',
    type: 'String',
    optionalArgument: true,
    availableIf: ['describe', 'list'],
  },
  verbose: { about: 'With --describe: show more.', availableIf: ['describe'] },
} as const satisfies OptionSpecs

export type ShareGroupOptions = ParsedOptions<typeof shareGroupSpecs>

const actions = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets'] as const
const scenarios = ['to-datetime', 'to-earliest', 'to-latest'] as const

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkShareGroupOptions(options: ShareGroupOptions): void {
  requireOptions(options, 'bootstrap-server')
  if (options.has('describe')) checkDescribe(options)
  if (options.has('delete')) checkDelete(options)
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic'))) {
    throw new UsageError('Option [delete-offsets] takes the following options: [group], [topic]')
  }
  if (options.has('reset-offsets')) checkReset(options)
  refuseTogether(options, 'group', ['all-groups'])
  refuseTogether(options, 'group', ['list'])
  refuseTogether(options, 'topic', ['list', 'describe'])
  if (actions.filter((action) => options.has(action)).length !== 1) {
    const names = actions.map((action) => `--${action}`).join(', ')
    throw new UsageError(`Command must include exactly one action: ${names}.`)
  }
}

function checkDescribe(options: ShareGroupOptions): void {
  if (!options.has('group') && !options.has('all-groups')) {
    throw new UsageError('Option [describe] takes one of these options: [all-groups], [group]')
  }
  const shown = (['members', 'offsets', 'state'] as const).filter((name) => options.has(name))
  if (shown.length > 1) {
    throw new UsageError('Option [describe] takes at most one of these options: [members], [offsets], [state]')
  }
  if (options.has('state') && options.value('state') !== undefined) {
    throw new UsageError('Option [describe] does not take a value for [state]')
  }
}

function checkDelete(options: ShareGroupOptions): void {
  if (!options.has('group') && !options.has('all-groups')) {
    throw new UsageError('Option [delete] takes the options [group] or [all-groups]')
  }
  if (options.has('group') && options.has('all-groups')) {
    throw new UsageError('Option [delete] takes either [group] or [all-groups], not both.')
  }
  if (options.has('topic')) throw new UsageError('Option [delete] does not take the option: [topic]')
}

function checkReset(options: ShareGroupOptions): void {
  if (options.has('dry-run') && options.has('execute')) {
    throw new UsageError('Option [reset-offsets] only accepts one of [execute] and [dry-run]')
  }
  if (!options.has('dry-run') && !options.has('execute')) {
    throw new UsageError('Option [reset-offsets] takes the option: [execute] or [dry-run]')
  }
  if (!options.has('group')) throw new UsageError('Option [reset-offsets] takes the option: [group]')
  if (!options.has('topic') && !options.has('all-topics')) {
    throw new UsageError('Option [reset-offsets] takes one of these options: [all-topics], [topic]')
  }
  if (!scenarios.some((scenario) => options.has(scenario))) {
    const names = scenarios.map((scenario) => `[${scenario}]`).join(', ')
    throw new UsageError(`Option [reset-offsets] takes one of these options: ${names}`)
  }
  for (const scenario of scenarios) {
    const others = scenarios.filter((other) => other !== scenario)
    refuseTogether(options, scenario, others)
  }
}
