/**
 * IncrementalAlterConfigs (key 44): sets and deletes single configs, and adds to and takes from lists (KIP-339). What
 * changes takes effect at once, in logs that are open too.
 *
 * Versions: 1 flexible.
 */
import { resourceTypes } from '@milena/metadata'
import {
  Errors,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  type KafkaError,
} from '@milena/protocol/messages'
import type { BrokerServices } from '../broker-services.ts'
import { ApiError } from '../request/api-error.ts'
import { handler } from '../request/handler.ts'
import { MAX_ELEMENTS_TO_DECIDE } from '../request/request-limits.ts'
import { alterLoggers } from './loggers.ts'

type Resource = IncrementalAlterConfigsRequest['resources'][number]
type Result = IncrementalAlterConfigsResponse['responses'][number]

function result({ resourceType, resourceName }: Resource, error: KafkaError, errorMessage: string | null): Result {
  return { errorCode: error.code, errorMessage, resourceType, resourceName }
}

/** Log levels are no metadata: this broker answers for its own. */
function alterLogLevels(resource: Resource, { config, logger }: BrokerServices, validateOnly: boolean): Result {
  try {
    alterLoggers(resource, { levels: logger.levels, nodeId: config.nodeId, validateOnly })
    return result(resource, Errors.NONE, null)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // As in Kafka, who asks for an operation that there is not is told no more.
    return result(resource, error.error, error.error === Errors.UNKNOWN_SERVER_ERROR ? null : error.message)
  }
}

function isLogger({ resourceType }: Resource): boolean {
  return resourceType === resourceTypes.BROKER_LOGGER
}

/** Each of them once, in the order of the request; one that is named twice is refused there each time. */
function alterAllLogLevels(request: IncrementalAlterConfigsRequest, services: BrokerServices): Result[] {
  const loggers = request.resources.filter(isLogger)
  const times = Map.groupBy(loggers, ({ resourceName }) => resourceName)
  return loggers.map((resource) =>
    times.get(resource.resourceName)!.length > 1
      ? result(resource, Errors.INVALID_REQUEST, 'Each resource must appear at most once.')
      : alterLogLevels(resource, services, request.validateOnly),
  )
}

export const incrementalAlterConfigs = handler(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, {
  versions: { min: 0, max: 1 },
  maxElements: MAX_ELEMENTS_TO_DECIDE,
  async handle(request, { apiVersion, services }) {
    const resources = request.resources.filter((resource) => !isLogger(resource))
    const altered = await services.metadata.submit('incrementalAlterConfigs', { ...request, resources }, { apiVersion })
    const levels = alterAllLogLevels(request, services).values()
    const others = altered.responses.values()
    const responses = request.resources.map((resource) => (isLogger(resource) ? levels : others).next().value!)
    return { ...altered, responses }
  },
  errorResponse: (error, { resources }) => ({
    throttleTimeMs: 0,
    responses: resources.map((resource) => result(resource, error.error, error.message)),
  }),
})
