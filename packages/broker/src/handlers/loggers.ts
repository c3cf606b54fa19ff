import { configSources, configTypeIds, type DescribedConfig, type DescribeOptions } from '@milena/metadata'
import { Errors, type IncrementalAlterConfigsRequest } from '@milena/protocol/messages'
import type { LogLevels, LogThreshold } from '@milena/runtime'
import { ApiError } from '../request/api-error.ts'
import { componentsByLogger } from './logger-names.ts'

const ROOT = 'root'
const operations = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const
const settable: ReadonlyMap<string, LogThreshold> = new Map([
  ['DEBUG', 'debug'],
  ['ERROR', 'error'],
  ['FATAL', 'fatal'],
  ['INFO', 'info'],
  ['TRACE', 'trace'],
  ['WARN', 'warn'],
])

type Resource = IncrementalAlterConfigsRequest['resources'][number]
type Change = Resource['configs'][number]

/** Every logger with its level; one that has none of its own follows root. */
export function describeLoggers(levels: LogLevels, { keys }: DescribeOptions): readonly DescribedConfig[] {
  const own = [...componentsByLogger(levels.components)].map(
    ([name, component]) => [name, levels.of(component)] as const,
  )
  const all = [...own, [ROOT, levels.root] as const]
  const wanted = keys === null || keys.length === 0 ? all : all.filter(([name]) => keys.includes(name))
  return wanted.map(([name, threshold]) => ({
    name,
    value: threshold.toUpperCase(),
    readOnly: false,
    configSource: configSources.DYNAMIC_BROKER_LOGGER,
    isSensitive: false,
    synonyms: [],
    configType: configTypeIds.unknown,
    documentation: '',
  }))
}

interface LoggerOptions {
  readonly levels: LogLevels
  readonly nodeId: number
  readonly validateOnly: boolean
}

/**
 * Changes log levels, all that are named or, where one of them cannot be, none (Kafka: ConfigAdminManager,
 * LoggingController). They last until this broker stops.
 * @throws ApiError with what Kafka says of the same mistake
 */
export function alterLoggers({ resourceName, configs }: Resource, options: LoggerOptions): void {
  const { levels, nodeId, validateOnly } = options
  checkKeys(configs)
  if (!/^[+-]?\d{1,10}$/.test(resourceName)) {
    throw new ApiError(Errors.INVALID_REQUEST, `Node id must be an integer, but it is: ${resourceName}`)
  }
  if (Number(resourceName) !== nodeId) {
    throw new ApiError(Errors.INVALID_REQUEST, `Unexpected node id. Expected ${nodeId}, but received ${resourceName}`)
  }
  const components = componentsByLogger(levels.components)
  const changes = configs.map((change) => levelChange(change, components, levels))
  if (!validateOnly) for (const apply of changes) apply()
}

function checkKeys(configs: readonly Change[]): void {
  const nulls = configs.filter(({ value, configOperation }) => value === null && configOperation !== operations.DELETE)
  if (nulls.length > 0) {
    const names = nulls.map(({ name }) => name).join(', ')
    throw new ApiError(Errors.INVALID_REQUEST, `Null value not supported for : ${names}`)
  }
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    throw new ApiError(Errors.INVALID_REQUEST, 'Error due to duplicate config keys')
  }
}

/** What is to be done once nothing else is wrong. */
function levelChange(
  { name, configOperation, value }: Change,
  components: ReadonlyMap<string, string>,
  levels: LogLevels,
): () => void {
  const component = components.get(name)
  switch (configOperation) {
    case operations.SET: {
      if (component === undefined && name !== ROOT) throw unknownLogger(name)
      const threshold = settable.get(value ?? '')
      if (threshold === undefined) {
        const supported = [...settable.keys()].join(', ')
        throw new ApiError(
          Errors.INVALID_CONFIG,
          `Cannot set the log level of ${name} to ${value} as it is not a supported log level. Valid log levels are ${supported}`,
        )
      }
      if (component === undefined) return () => void (levels.root = threshold)
      return () => levels.set(component, threshold)
    }
    case operations.DELETE:
      if (name === ROOT) {
        throw new ApiError(Errors.INVALID_REQUEST, 'Removing the log level of the root logger is not allowed')
      }
      if (component === undefined) throw unknownLogger(name)
      return () => levels.unset(component)
    case operations.APPEND:
    case operations.SUBTRACT: {
      const operation = configOperation === operations.APPEND ? 'APPEND' : 'SUBTRACT'
      throw new ApiError(Errors.INVALID_REQUEST, `${operation} operation is not allowed for the BROKER_LOGGER resource`)
    }
    default:
      throw new ApiError(Errors.UNKNOWN_SERVER_ERROR)
  }
}

function unknownLogger(name: string): ApiError {
  return new ApiError(Errors.INVALID_CONFIG, `Logger ${name} does not exist!`)
}
