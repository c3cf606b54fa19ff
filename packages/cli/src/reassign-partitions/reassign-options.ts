import { commonOptions, requireOptions } from '../options/checks.ts'
import { UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'

export const reassignSpecs = {
  ...commonOptions,
  verify: { about: 'Show how far --reassignment-json-file has come; when it is done, throttles are taken off.' },
  generate: { about: 'Propose a reassignment, and do nothing.' },
  execute: { about: 'Begin with --reassignment-json-file.' },
  cancel: { about: 'Give up what of --reassignment-json-file is under way.' },
  list: { about: 'List the reassignments under way.' },
  'bootstrap-server': {
    about: 'Where the brokers are, as host:port,…',
    type: 'String',
    argument: 'Server(s) to use for bootstrapping',
    optionalArgument: true,
  },
  'bootstrap-controller': {
    about: 'Where the controllers are, as host:port,…; for --cancel and --list.',
    type: 'String',
    argument: 'bootstrap controller to connect to',
    optionalArgument: true,
  },
  'command-config': {
    about: 'A file of client properties.',
    type: 'String',
    argument: 'Admin client property file',
  },
  'reassignment-json-file': {
    about:
      'Where replicas shall be, as JSON:\n' +
      '{"partitions":\n  [{"topic": "foo", "partition": 1,\n    "replicas": [1,2], "log_dirs": ["/a","any"]}],\n"version":1}\n' +
      'Without log_dirs, or with "any" in it, brokers choose the folder.',
    type: 'String',
    argument: 'manual assignment json file path',
  },
  'topics-to-move-json-file': {
    about: 'For --generate, the topics, as JSON:\n{"topics": [{"topic": "foo"}],\n"version":1}',
    type: 'String',
    argument: 'topics to reassign json file path',
  },
  'broker-list': {
    about: 'For --generate, the brokers that shall have them, as "0,1,2".',
    type: 'String',
    argument: 'brokerlist',
  },
  'disable-rack-aware': { about: 'With --generate: racks do not matter.' },
  throttle: {
    about: 'With --execute: how many bytes a second may move between brokers.',
    type: 'Long',
    argument: 'throttle',
    default: '-1',
  },
  'replica-alter-log-dirs-throttle': {
    about: 'With --execute: how many bytes a second may move between the folders of a broker.',
    type: 'Long',
    argument: 'replicaAlterLogDirsThrottle',
    default: '-1',
  },
  timeout: {
    about: 'How many milliseconds replicas may take to begin to move between folders.',
    type: 'Long',
    argument: 'timeout',
    default: '10000',
  },
  additional: { about: 'With --execute: besides the reassignments that are under way.' },
  'preserve-throttles': { about: 'Leave throttles as they are.' },
  'disallow-replication-factor-change': {
    about: 'With --execute: partitions must keep as many replicas as they have.',
  },
} as const satisfies OptionSpecs

export type ReassignOptions = ParsedOptions<typeof reassignSpecs>
type Name = keyof typeof reassignSpecs

const actions = ['generate', 'execute', 'verify', 'cancel', 'list'] as const
export type ReassignAction = (typeof actions)[number]

const required: Readonly<Record<ReassignAction, readonly Name[]>> = {
  verify: ['reassignment-json-file'],
  generate: ['topics-to-move-json-file', 'broker-list'],
  execute: ['reassignment-json-file'],
  cancel: ['reassignment-json-file'],
  list: [],
}

/** Besides what is required, and where the cluster is. */
const permitted: Readonly<Record<ReassignAction, readonly Name[]>> = {
  verify: ['command-config', 'preserve-throttles'],
  generate: ['command-config', 'disable-rack-aware'],
  execute: [
    'additional',
    'command-config',
    'throttle',
    'replica-alter-log-dirs-throttle',
    'timeout',
    'disallow-replication-factor-change',
  ],
  cancel: ['command-config', 'preserve-throttles', 'timeout'],
  list: ['command-config'],
}

/** Refuses command lines that make no sense, in Apache's order and words. @returns what is to be done */
export function checkReassignOptions(options: ReassignOptions): ReassignAction {
  const [action, ...more] = actions.filter((name) => options.has(name))
  if (action === undefined || more.length > 0) {
    const names = actions.map((name) => `--${name}`).join(', ')
    throw new UsageError(`Command must include exactly one action: ${names}`)
  }
  const [servers, controllers] = [options.has('bootstrap-server'), options.has('bootstrap-controller')]
  if (servers && controllers) {
    throw new UsageError("Please don't specify both --bootstrap-server and --bootstrap-controller")
  }
  if (!servers && !controllers) {
    throw new UsageError('Please specify either --bootstrap-server or --bootstrap-controller')
  }
  requireOptions(options, ...required[action])
  const reachedBy: Name =
    controllers && (action === 'cancel' || action === 'list') ? 'bootstrap-controller' : 'bootstrap-server'
  const allowed: readonly string[] = [action, reachedBy, ...required[action], ...permitted[action]]
  for (const name of options.given()) {
    if (!allowed.includes(name)) throw new UsageError(`Option "[${name}]" can't be used with action "[${action}]"`)
  }
  return action
}
