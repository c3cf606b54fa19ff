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
import { alterLoggers } from './loggers.ts'

type Resource = IncrementalAlterConfigsRequest['resources'][number]
type Result = IncrementalAlterConfigsResponse['responses'][number]

function result({ resourceType, resourceName }: Resource, error: KafkaError, errorMessage: string | null): Result {
  return { errorCode: error.code, errorMessage, resourceType, resourceName }
}

/** Log levels are no metadata: this broker answers for its own. */
function alterLogLevels(resource: Resource, { config, logger }: BrokerServices): Result {
  try {
    alterLoggers(resource, logger, config.nodeId)
    return result(resource, Errors.NONE, null)
  } catch (error) {
    if (error instanceof ApiError) return result(resource, error.error, error.message)
    throw error
  }
}

export const incrementalAlterConfigs = handler(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, {
  versions: { min: 0, max: 1 },
  async handle(request, { apiVersion, services }) {
    const isLogger = ({ resourceType }: Resource): boolean => resourceType === resourceTypes.BROKER_LOGGER
    const resources = request.resources.filter((resource) => !isLogger(resource))
    const altered = await services.metadata.submit('incrementalAlterConfigs', { ...request, resources }, { apiVersion })
    const levels = request.resources.filter(isLogger).map((resource) => alterLogLevels(resource, services))
    return { ...altered, responses: [...levels, ...altered.responses] }
  },
  errorResponse: (error, { resources }) => ({
    throttleTimeMs: 0,
    responses: resources.map((resource) => result(resource, error.error, error.message)),
  }),
})
