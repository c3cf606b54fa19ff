import dns from 'node:dns/promises'
import { Admin, KafkaError } from '@milena/client'
import { ClientConfig } from '../config/client-config.ts'
import { loadProperties } from '../config/properties.ts'
import { javaException, messageOf } from '../java-exceptions.ts'
import { ToolExit } from '../options/option-error.ts'
import { runTool } from '../run-tool.ts'
import { print, type ToolIo } from '../tool-io.ts'
import { configChanges, type ConfigChanges } from './config-changes.ts'
import { checkConfigOptions, configSpecs, type ConfigOptions } from './config-options.ts'
import { singular, type ConfigService } from './config-service.ts'
import { alterQuotas, clientQuotas, describeQuotas, ipQuotas } from './quota-configs.ts'
import { alterResource, describeResources } from './resource-configs.ts'
import { alterScram, describeScram, isScram } from './scram-configs.ts'

/** `kafka-configs`: shows and changes configs, quotas and SCRAM credentials. */
export function configCommand(argv: readonly string[], io: ToolIo): Promise<number> {
  const about =
    'This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group'
  const main = (options: ConfigOptions): Promise<number> => run(options, argv, io)
  return runTool({ specs: configSpecs, about, whenEmpty: about, usageOnOptionError: false, main }, argv, io)
}

async function run(options: ConfigOptions, argv: readonly string[], io: ToolIo): Promise<number> {
  const entities = checkConfigOptions(options)
  if (entities.types.includes('ips')) await checkAddresses(entities.names)
  const file = options.value('command-config')
  const config = new ClientConfig(file === undefined ? new Map() : loadProperties(file))
  const controllers = options.value('bootstrap-controller')
  try {
    await using admin = new Admin({
      ...config.clientOptions(io, controllers ?? options.value('bootstrap-server')!, 'adminclient-1'),
      ...(controllers !== undefined && { bootstrapRole: 'controllers' as const }),
    })
    const service = { admin, options, io, entities }
    await (options.has('alter') ? alter(service) : describe(service))
    return 0
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    if (error.name === 'UNSUPPORTED_VERSION') throw new ToolExit(1, messageOf(error))
    throw new ToolExit(1, `Error while executing config command with args '${argv.join(' ')}'\n${javaException(error)}`)
  }
}

async function checkAddresses(names: readonly string[]): Promise<void> {
  for (const name of names.filter((each) => each !== '')) {
    try {
      await dns.lookup(name)
    } catch {
      throw new ToolExit(1, `The entity name for ips must be a valid IP or resolvable host, but it is: ${name}`)
    }
  }
}

async function describe(service: ConfigService): Promise<void> {
  const { types, names } = service.entities
  const [type] = types
  if (type === 'users' || type === 'clients' || type === 'ips') {
    await describeQuotas(service)
    // Credentials are those of users, not of users at some client, nor of all users.
    if (type !== 'ips' && !types.includes('clients') && !names.includes('')) await describeScram(service)
  } else await describeResources(service, type!)
}

async function alter(service: ConfigService): Promise<void> {
  const { options, io, entities } = service
  const [type] = entities.types
  const changes = configChanges(options)
  if (type === 'users' || type === 'clients') await alterUserOrClient(service, changes)
  else if (type === 'ips') {
    const unknown = [...changes.added.keys(), ...changes.deleted].filter((key) => !ipQuotas.includes(key))
    if (unknown.length > 0) {
      throw new ToolExit(
        1,
        `Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: ${unknown.join(',')}`,
      )
    }
    await alterQuotas(service, changes)
  } else await alterResource(service, type!, changes)
  const [name] = entities.names
  print(
    io.stdout,
    name === ''
      ? `Completed updating default config for ${type} in the cluster.`
      : `Completed updating config for ${singular(type!)} ${name}.`,
  )
}

const isQuota = (key: string): boolean => clientQuotas.includes(key)

async function alterUserOrClient(service: ConfigService, changes: ConfigChanges): Promise<void> {
  const { types, names } = service.entities
  const added = Array.from(changes.added.keys())
  const keys = [...added, ...changes.deleted]
  const isUserAlone = types.length === 1 && types[0] === 'users'
  const isAllowed = (key: string): boolean => isQuota(key) || (isUserAlone && isScram(key))
  const [kinds, whom] = isUserAlone ? ['quota and SCRAM credential', 'users'] : ['quota', 'clients']
  for (const [verb, asked, collection] of [
    ['added', added, 'Set'],
    ['deleted', changes.deleted, 'ArrayBuffer'],
  ] as const) {
    const unexpected = asked.filter((key) => !isAllowed(key))
    if (unexpected.length === 0) continue
    throw new ToolExit(
      1,
      `Only ${kinds} configs can be ${verb} for '${whom}' using --bootstrap-server. Unexpected config names: ${collection}(${unexpected.join(', ')})`,
    )
  }
  if (!keys.some(isScram)) return alterQuotas(service, changes)
  if (names.includes('')) {
    throw new ToolExit(
      1,
      'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
    )
  }
  if (keys.some(isQuota)) {
    throw new ToolExit(
      1,
      "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.",
    )
  }
  return alterScram(service, changes)
}
