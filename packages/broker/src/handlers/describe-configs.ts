/**
 * DescribeConfigs (key 32): the configs of topics, brokers, groups and client metrics subscriptions, and the levels of
 * this broker's loggers. Each value comes with its source and, when asked for, with everything it overrides.
 *
 * Versions: 1 sources and synonyms; 3 types and documentation; 4 flexible.
 */
import { mapInTurns } from '@milena/coordinator'
import {
  brokerConfigLayers,
  type BrokerConfigLayers,
  configsOf,
  describeBrokerConfigs,
  describeBrokerDefaultConfigs,
  describeClientMetricsConfigs,
  type DescribedConfig,
  describeGroupConfigs,
  type DescribeOptions,
  describeTopicConfigs,
  resourceTypes,
  topicNameProblem,
} from '@milena/metadata'
import { DescribeConfigsRequest, DescribeConfigsResponse, Errors } from '@milena/protocol/messages'
import type { BrokerServices } from '../broker-services.ts'
import { ApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import { describeLoggers } from './loggers.ts'

type Resource = DescribeConfigsRequest['resources'][number]
type Result = DescribeConfigsResponse['results'][number]
type Describe = (name: string, options: DescribeOptions, services: BrokerServices) => readonly DescribedConfig[]

function invalid(message: string): ApiError {
  return new ApiError(Errors.INVALID_REQUEST, message)
}

function brokerIdOf(name: string): number {
  if (!/^[+-]?\d{1,10}$/.test(name)) throw invalid(`Broker id must be an integer, but it is: ${name}`)
  return Number(name)
}

function layersOf({ config, metadata }: BrokerServices): BrokerConfigLayers {
  return brokerConfigLayers(metadata.image, config, config.nodeId)
}

const describeTopic: Describe = (name, options, services) => {
  const problem = topicNameProblem(name)
  if (problem !== null) throw new ApiError(Errors.INVALID_TOPIC_EXCEPTION, problem)
  const { image } = services.metadata
  // Kafka leaves the message empty here.
  if (!image.topics.has(name)) throw new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, '')
  const overrides = configsOf(image, { resourceType: resourceTypes.TOPIC, resourceName: name })
  return describeTopicConfigs(overrides, layersOf(services), options)
}

const describeBroker: Describe = (name, options, services) => {
  const layers = layersOf(services)
  if (name === '') return describeBrokerDefaultConfigs(layers.dynamicDefault, options)
  const { nodeId } = services.config
  if (brokerIdOf(name) !== nodeId) {
    throw invalid(`Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`)
  }
  return describeBrokerConfigs(layers, options)
}

const describeBrokerLoggers: Describe = (name, options, services) => {
  if (name === '') throw invalid('Broker id must not be empty')
  const { nodeId } = services.config
  if (brokerIdOf(name) !== nodeId) throw invalid(`Unexpected broker id, expected ${nodeId} but received ${name}`)
  return describeLoggers(services.logger.levels, options)
}

const describeClientMetrics: Describe = (name, options, { metadata }) => {
  if (name === '') throw invalid('Client metrics subscription name must not be empty')
  const resource = { resourceType: resourceTypes.CLIENT_METRICS, resourceName: name }
  return describeClientMetricsConfigs(configsOf(metadata.image, resource), options)
}

const describeGroup: Describe = (name, options, services) => {
  if (name === '') throw invalid('Group name must not be empty')
  const overrides = configsOf(services.metadata.image, { resourceType: resourceTypes.GROUP, resourceName: name })
  return describeGroupConfigs(overrides, layersOf(services), options)
}

const describeByType: ReadonlyMap<number, Describe> = new Map([
  [resourceTypes.TOPIC, describeTopic],
  [resourceTypes.BROKER, describeBroker],
  [resourceTypes.BROKER_LOGGER, describeBrokerLoggers],
  [resourceTypes.CLIENT_METRICS, describeClientMetrics],
  [resourceTypes.GROUP, describeGroup],
])

function failure({ resourceType, resourceName }: Resource, { code, message }: ApiError): Result {
  return { errorCode: code, errorMessage: message, resourceType, resourceName, configs: [] }
}

function describe(resource: Resource, request: DescribeConfigsRequest, services: BrokerServices): Result {
  const { resourceType, resourceName, configurationKeys: keys } = resource
  const { includeSynonyms, includeDocumentation } = request
  try {
    const options = { keys, includeSynonyms, includeDocumentation }
    const configs = describeByType.get(resourceType)!(resourceName, options, services)
    return { errorCode: Errors.NONE.code, errorMessage: '', resourceType, resourceName, configs }
  } catch (error) {
    if (error instanceof ApiError) return failure(resource, error)
    throw error
  }
}

export const describeConfigs = handler(DescribeConfigsRequest, DescribeConfigsResponse, {
  versions: { min: 1, max: 4 },
  async handle(request, { services }) {
    // One resource of an unknown type makes Kafka refuse all of them.
    if (request.resources.some(({ resourceType }) => !describeByType.has(resourceType))) {
      throw new ApiError(Errors.INVALID_REQUEST)
    }
    const results = await mapInTurns(services.clock, request.resources, (resource) =>
      describe(resource, request, services),
    )
    return { throttleTimeMs: 0, results }
  },
  errorResponse: (error, request) => ({
    throttleTimeMs: 0,
    results: request.resources.map((resource) => failure(resource, error)),
  }),
})
