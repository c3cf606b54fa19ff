import { commonOptions, refuseTogether } from '../options/checks.ts'
import { ToolExit, UsageError } from '../options/option-error.ts'
import type { OptionSpecs, ParsedOptions } from '../options/option-parser.ts'

export const configSpecs = {
  ...commonOptions,
  'bootstrap-server': {
    about: 'Where the brokers are, as host:port,…',
    type: 'String',
    argument: 'server to connect to',
  },
  'bootstrap-controller': {
    about: 'Where the controllers are, as host:port,…',
    type: 'String',
    argument: 'controller to connect to',
  },
  'command-config': { about: 'A file of client properties.', type: 'String', argument: 'command config property file' },
  alter: { about: 'Change configs.' },
  describe: { about: 'Show configs.' },
  all: { about: 'With --describe: also those that nobody has set.' },
  'entity-type': {
    about: 'What has the configs: topics, clients, users, brokers, broker-loggers, ips, client-metrics or groups.',
    type: 'String',
  },
  'entity-name': { about: 'Its name.', type: 'String' },
  'entity-default': { about: 'All that have no config of their own: of clients, users, brokers or ips.' },
  'add-config': {
    about: "What to set, as 'k1=v1,k2=[v1,v2]': brackets hold values with commas.",
    type: 'String',
  },
  'add-config-file': { about: 'A file of properties to set.', type: 'String' },
  'delete-config': { about: "What to take back, as 'k1,k2'.", type: 'String' },
  topic: { about: 'A topic.', type: 'String' },
  client: { about: 'A client id.', type: 'String' },
  'client-defaults': { about: 'All clients.' },
  user: { about: 'A user.', type: 'String' },
  'user-defaults': { about: 'All users.' },
  broker: { about: 'The id of a broker.', type: 'String' },
  'broker-defaults': { about: 'All brokers.' },
  'broker-logger': { about: 'The id of a broker, for its loggers.', type: 'String' },
  'ip-defaults': { about: 'All addresses.' },
  ip: { about: 'An address.', type: 'String' },
  group: { about: 'A group.', type: 'String' },
  'client-metrics': { about: 'A subscription to the metrics of clients.', type: 'String' },
} as const satisfies OptionSpecs

export type ConfigOptions = ParsedOptions<typeof configSpecs>

const entityFlags = [
  ['topic', 'topics'],
  ['client', 'clients'],
  ['user', 'users'],
  ['broker', 'brokers'],
  ['broker-logger', 'broker-loggers'],
  ['ip', 'ips'],
  ['client-metrics', 'client-metrics'],
  ['group', 'groups'],
] as const

const defaultFlags = [
  ['client-defaults', 'clients'],
  ['user-defaults', 'users'],
  ['broker-defaults', 'brokers'],
  ['ip-defaults', 'ips'],
] as const

/** In Kafka's order. */
const entityTypes = [
  'topics',
  'clients',
  'users',
  'brokers',
  'ips',
  'client-metrics',
  'groups',
  'broker-loggers',
] as const
export type EntityType = (typeof entityTypes)[number]

/** What the command line is about: types, and as far as they are given names, '' for all that have none of their own. */
export interface ConfigEntities {
  readonly types: readonly EntityType[]
  readonly names: readonly string[]
}

/** Refuses command lines that make no sense, in Apache's order and words. */
export function checkConfigOptions(options: ConfigOptions): ConfigEntities {
  if (options.has('alter') === options.has('describe')) {
    throw new UsageError('Command must include exactly one action: --describe, --alter')
  }
  refuseTogether(options, 'describe', ['add-config', 'delete-config'])
  const types = entityTypesOf(options)
  const names = entityNamesOf(options)
  checkEntities(options, { types, names })
  if (options.has('describe')) checkDescribe(options, { types, names })
  else checkAlter(options, { types, names })
  return { types, names }
}

const refuse = (isWrong: boolean, message: string): void => {
  if (isWrong) throw new ToolExit(1, message)
}

const usesFlags = (options: ConfigOptions): boolean =>
  [...entityFlags, ...defaultFlags].some(([flag]) => options.has(flag))

function entityTypesOf(options: ConfigOptions): readonly EntityType[] {
  const types = [
    ...options.values('entity-type'),
    ...[...entityFlags, ...defaultFlags].filter(([flag]) => options.has(flag)).map(([, type]) => type),
  ]
  const twice = types.filter((type, index) => types.indexOf(type) < index)
  refuse(twice.length > 0, `Duplicate entity type(s) specified: ${twice.join(',')}`)
  const isReached = options.has('bootstrap-server') || options.has('bootstrap-controller')
  refuse(!isReached, 'Either --bootstrap-server or --bootstrap-controller must be specified.')
  const known: readonly string[] = entityTypes
  for (const type of types) {
    refuse(
      !known.includes(type),
      `Invalid entity type ${type}, the entity type must be one of ${known.join(', ')} with a --bootstrap-server or --bootstrap-controller argument`,
    )
  }
  refuse(types.length === 0, 'At least one entity type must be specified')
  const isPair = types.length === 2 && types.includes('users') && types.includes('clients')
  refuse(types.length > 1 && !isPair, "Only 'users' and 'clients' entity types may be specified together")
  refuse(
    (options.has('entity-name') || options.has('entity-type') || options.has('entity-default')) && usesFlags(options),
    '--entity-{type,name,default} should not be used in conjunction with specific entity flags',
  )
  return types as readonly EntityType[]
}

/** Names in the order in which they stand on the command line, '' where `--entity-default` does. */
function entityNamesOf(options: ConfigOptions): readonly string[] {
  const names = [...options.values('entity-name')]
  const given = options
    .given()
    .filter((name) => name === 'entity-name' || name === 'entity-default')
    .map((name) => (name === 'entity-name' ? names.shift()! : ''))
  return [
    ...given,
    ...entityFlags.filter(([flag]) => options.has(flag)).map(([flag]) => options.value(flag)!),
    ...defaultFlags.filter(([flag]) => options.has(flag)).map(() => ''),
  ]
}

function checkEntities(options: ConfigOptions, { types, names }: ConfigEntities): void {
  refuse(
    options.has('bootstrap-server') && options.has('bootstrap-controller'),
    'Only one of --bootstrap-server or --bootstrap-controller can be specified',
  )
  if (!names.some((name) => name !== '')) return
  if (types.includes('brokers') || types.includes('broker-loggers')) {
    for (const flag of ['entity-name', 'broker', 'broker-logger'] as const) {
      if (!options.has(flag)) continue
      const id = options.value(flag)!
      refuse(
        !/^[+-]?\d+$/.test(id),
        `The entity name for ${types[0]!} must be a valid integer broker id, but it is: ${id}`,
      )
    }
  }
}

function checkDescribe(options: ConfigOptions, { types, names }: ConfigEntities): void {
  const haveDefaults = types.some((type) => ['users', 'clients', 'brokers', 'ips'].includes(type))
  refuse(
    !haveDefaults && options.has('entity-default'),
    `--entity-default must not be specified with --describe of ${types.join(',')}`,
  )
  refuse(
    types.includes('broker-loggers') && !names.some((name) => name !== ''),
    `An entity name must be specified with --describe of ${types.join(',')}`,
  )
}

function checkAlter(options: ConfigOptions, { types, names }: ConfigEntities): void {
  const haveDefaults = types.some((type) => ['users', 'clients', 'brokers', 'ips'].includes(type))
  if (haveDefaults) {
    refuse(
      names.length === 0,
      'An entity-name or default entity must be specified with --alter of users, clients, brokers or ips',
    )
  } else {
    refuse(!names.some((name) => name !== ''), `An entity name must be specified with --alter of ${types.join(',')}`)
  }
  const [pairs, file] = [options.has('add-config'), options.has('add-config-file')]
  refuse(pairs && file, 'Only one of --add-config or --add-config-file must be specified')
  refuse(
    !pairs && !file && !options.has('delete-config'),
    'At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter',
  )
  refuse(types.length !== names.length, 'An entity name must be specified for every entity type')
}
