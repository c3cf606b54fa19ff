// AlterConfigs (the whole of a resource's configs) and IncrementalAlterConfigs (single operations), as Kafka's
// ConfigAdminManager and ConfigurationControlManager answer them. Log levels (BROKER_LOGGER) are not metadata: the
// broker serves them itself and does not send them here.
import {
  type AlterConfigsRequest,
  type AlterConfigsResponse,
  Errors,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from '@milena/protocol/messages'
import { resourceTypes } from '../config/config-source.ts'
import { type ConfigOverrides } from '../config/effective-topic-config.ts'
import { configsOf, type MetadataImage } from '../image/metadata-image.ts'
import { type MetadataRecord, metadataRecord } from '../image/metadata-record.ts'
import { ApiFailure, orRefused } from './api-failure.ts'
import { applyOperations, type ConfigOperation } from './config-operations.ts'
import { checkNewConfigs, checkResource } from './config-resource-rules.ts'
import type { ControllerContext, ControllerResult } from './controller-result.ts'

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

type ResourceResult = AlterConfigsResponse['responses'][number]

interface Decision {
  readonly records: readonly MetadataRecord[]
  readonly result: ResourceResult
}

export function alterConfigs(
  image: MetadataImage,
  request: AlterConfigsRequest,
  context: ControllerContext,
): ControllerResult<AlterConfigsResponse> {
  return decideEach(request, (resource) => {
    checkKeys(resource.configs)
    checkResource(resource, image, context)
    const configs = new Map(resource.configs.map(({ name, value }) => [name, value!]))
    return change(image, resource, configs, context)
  })
}

export function incrementalAlterConfigs(
  image: MetadataImage,
  request: IncrementalAlterConfigsRequest,
  context: ControllerContext,
): ControllerResult<IncrementalAlterConfigsResponse> {
  return decideEach(request, (resource) => {
    const operations: readonly ConfigOperation[] = resource.configs
    checkKeys(operations)
    // As in Kafka, where the broker that is asked looks at brokers, and the controller at the operations before the name.
    const isNamedLater = namedLater.has(resource.resourceType)
    if (!isNamedLater) checkResource(resource, image, context)
    const configs = applyOperations(configsOf(image, resource), operations, resource.resourceType)
    if (isNamedLater) checkResource(resource, image, context)
    return change(image, resource, configs, context)
  })
}

const namedLater: ReadonlySet<number> = new Set([
  resourceTypes.TOPIC,
  resourceTypes.GROUP,
  resourceTypes.CLIENT_METRICS,
])

interface AlterRequest<R extends Resource> {
  readonly resources: readonly R[]
  readonly validateOnly: boolean
}

function decideEach<R extends Resource>(
  request: AlterRequest<R>,
  decide: (resource: R) => readonly MetadataRecord[],
): ControllerResult<AlterConfigsResponse> {
  const keyOf = ({ resourceType, resourceName }: Resource) => `${resourceType}:${resourceName}`
  const times = new Map<string, number>()
  for (const resource of request.resources) times.set(keyOf(resource), (times.get(keyOf(resource)) ?? 0) + 1)
  const decisions = request.resources.map((resource) => {
    const { resourceType, resourceName } = resource
    return orRefused<Decision>(
      () => {
        if (times.get(keyOf(resource))! > 1) throw invalidRequest('Each resource must appear at most once.')
        const result = { errorCode: Errors.NONE.code, errorMessage: null, resourceType, resourceName }
        return { records: decide(resource), result }
      },
      ({ errorCode, errorMessage }) => ({
        records: [],
        result: { errorCode, errorMessage, resourceType, resourceName },
      }),
    )
  })
  return {
    records: request.validateOnly ? [] : decisions.flatMap((decision) => decision.records),
    response: { throttleTimeMs: 0, responses: decisions.map((decision) => decision.result) },
  }
}

function invalidRequest(message: string): ApiFailure {
  return new ApiFailure(Errors.INVALID_REQUEST.code, message)
}

/** Deletions need no value; everything else does, and nothing may be said twice. */
function checkKeys(configs: readonly { name: string; value: string | null; configOperation?: number }[]): void {
  const DELETE = 1
  const nulls = configs.filter(({ value, configOperation }) => value === null && configOperation !== DELETE)
  if (nulls.length > 0)
    throw invalidRequest(`Null value not supported for : ${nulls.map(({ name }) => name).join(', ')}`)
  if (new Set(configs.map(({ name }) => name)).size < configs.length) {
    throw invalidRequest('Error due to duplicate config keys')
  }
}

/** The records that turn a resource's configs into `next`; what stays the same needs none. */
function change(
  image: MetadataImage,
  { resourceType, resourceName }: Resource,
  next: ConfigOverrides,
  context: ControllerContext,
): readonly MetadataRecord[] {
  const resource = { resourceType, resourceName }
  const present = configsOf(image, resource)
  checkNewConfigs(resource, { present, next, image, context })
  const record = (name: string, value: string | null) => metadataRecord('ConfigRecord', { ...resource, name, value })
  return [
    ...[...present.keys()].filter((name) => !next.has(name)).map((name) => record(name, null)),
    ...[...next].filter(([name, value]) => present.get(name) !== value).map(([name, value]) => record(name, value)),
  ]
}
