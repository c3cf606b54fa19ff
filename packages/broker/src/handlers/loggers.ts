import { configSources, configTypeIds, type DescribedConfig, type DescribeOptions } from '@milena/metadata'
import { Errors, type IncrementalAlterConfigsRequest } from '@milena/protocol/messages'
import { type Logger, logLevels } from '@milena/runtime'
import { ApiError } from '../request/api-error.ts'

const ROOT = 'root'
const operations = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const

type Resource = IncrementalAlterConfigsRequest['resources'][number]

/** All of this broker's components log at one level, which DescribeConfigs shows as the level of Kafka's root logger. */
export function describeLoggers(logger: Logger, { keys }: DescribeOptions): readonly DescribedConfig[] {
  if (keys !== null && keys.length > 0 && !keys.includes(ROOT)) return []
  return [
    {
      name: ROOT,
      value: levelOf(logger),
      readOnly: true,
      configSource: configSources.DYNAMIC_BROKER_LOGGER,
      isSensitive: false,
      synonyms: [],
      configType: configTypeIds.unknown,
      documentation: '',
    },
  ]
}

function levelOf(logger: Logger): string {
  return logLevels.find((each) => logger.isEnabled(each))?.toUpperCase() ?? 'OFF'
}

/**
 * Answers a change of log levels (Kafka: LoggingController). The level of a running Milena is fixed, so what is asked
 * for can only be what is there already.
 * @throws ApiError with what Kafka says of the same mistake
 */
export function alterLoggers({ resourceName, configs }: Resource, logger: Logger, nodeId: number): void {
  if (resourceName !== String(nodeId)) {
    throw new ApiError(Errors.INVALID_REQUEST, `Unexpected node id. Expected ${nodeId}, but received ${resourceName}`)
  }
  for (const { name, configOperation, value } of configs) {
    if (configOperation === operations.APPEND || configOperation === operations.SUBTRACT) {
      const operation = configOperation === operations.APPEND ? 'APPEND' : 'SUBTRACT'
      const message = `${operation} operation is not allowed for the BROKER_LOGGER resource`
      throw new ApiError(Errors.INVALID_REQUEST, message)
    }
    if (name !== ROOT) throw new ApiError(Errors.INVALID_CONFIG, `Logger ${name} does not exist!`)
    if (configOperation === operations.DELETE) {
      throw new ApiError(Errors.INVALID_REQUEST, 'Removing the log level of the root logger is not allowed')
    }
    const level = levelOf(logger)
    if (value?.toUpperCase() !== level) {
      throw new ApiError(
        Errors.INVALID_CONFIG,
        `The log level is ${level} and cannot be changed while the broker runs.`,
      )
    }
  }
}
