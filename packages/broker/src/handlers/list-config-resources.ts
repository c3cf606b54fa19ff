/**
 * ListConfigResources (key 74): what has configs, or could have: groups and client metrics subscriptions that have
 * some, brokers, their loggers, topics (KIP-1142).
 *
 * Versions: 0 client metrics subscriptions only (KIP-1000); 1 any types, all of them when none is named.
 */
import { type MetadataImage, parseConfigKey, resourceTypes } from '@milena/metadata'
import { Errors, ListConfigResourcesRequest, ListConfigResourcesResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

const ANY_TYPE_MIN_VERSION = 1

function* configuredResources(image: MetadataImage, wantedType: number): Iterable<string> {
  for (const key of image.configs.keys()) {
    const { resourceType, resourceName } = parseConfigKey(key)
    if (resourceType === wantedType) yield resourceName
  }
}

function* brokerIds(image: MetadataImage): Iterable<string> {
  for (const id of image.brokers.keys()) yield String(id)
}

/** In the order in which Kafka lists them. */
const namesByType: ReadonlyMap<number, (image: MetadataImage) => Iterable<string>> = new Map([
  [resourceTypes.GROUP, (image: MetadataImage) => configuredResources(image, resourceTypes.GROUP)],
  [resourceTypes.CLIENT_METRICS, (image: MetadataImage) => configuredResources(image, resourceTypes.CLIENT_METRICS)],
  [resourceTypes.BROKER_LOGGER, brokerIds],
  [resourceTypes.BROKER, brokerIds],
  [resourceTypes.TOPIC, (image: MetadataImage) => image.topics.keys()],
])

function wantedTypes({ resourceTypes: asked }: ListConfigResourcesRequest, apiVersion: number): ReadonlySet<number> {
  if (apiVersion < ANY_TYPE_MIN_VERSION) return new Set([resourceTypes.CLIENT_METRICS])
  return new Set(asked.length === 0 ? namesByType.keys() : asked)
}

export const listConfigResources = handler(ListConfigResourcesRequest, ListConfigResourcesResponse, {
  versions: { min: 0, max: 1 },
  handle(request, { apiVersion, services }) {
    const wanted = wantedTypes(request, apiVersion)
    if ([...wanted].some((type) => !namesByType.has(type))) {
      return { throttleTimeMs: 0, errorCode: Errors.UNSUPPORTED_VERSION.code, configResources: [] }
    }
    const { image } = services.metadata
    const configResources = [...namesByType].flatMap(([resourceType, namesOf]) =>
      wanted.has(resourceType) ? [...namesOf(image)].map((resourceName) => ({ resourceName, resourceType })) : [],
    )
    return { throttleTimeMs: 0, errorCode: Errors.NONE.code, configResources }
  },
})
