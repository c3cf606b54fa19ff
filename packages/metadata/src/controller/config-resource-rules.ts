import { Errors } from '@milena/protocol/messages'
import { ALL_LOG_DIRS, type BrokerConfig } from '../config/broker-config.ts'
import { crossChecks, strangeCordonedLogDirs } from '../config/broker-config-checks.ts'
import { resourceTypes } from '../config/config-source.ts'
import type { ConfigError } from '../config/config-error.ts'
import type { ConfigOverrides } from '../config/effective-topic-config.ts'
import { threadCountProblem } from '../config/dynamic-thread-counts.ts'
import { parseListeners, parseSecurityProtocolMap } from '../config/listeners.ts'
import {
  type ConfigRefusal,
  validateBrokerConfigs,
  validateClientMetricsConfigs,
  validateGroupConfigs,
  validateTopicConfigs,
} from '../config/validate-configs.ts'
import { type ConfigResource, featureLevel, type MetadataImage } from '../image/metadata-image.ts'
import { ApiFailure } from './api-failure.ts'
import { brokerConfigLayers, type ControllerContext, effectiveBrokerConfig } from './controller-result.ts'
import { supportsCordonedLogDirs } from './cordon-log-dirs.ts'
import { topicNameProblem } from './topic-name.ts'

const CORDONED_LOG_DIRS = 'cordoned.log.dirs'

function invalidRequest(message: string): ApiFailure {
  return new ApiFailure(Errors.INVALID_REQUEST.code, message)
}

/** Whether configs can be set on this resource at all. */
export function checkResource(resource: ConfigResource, image: MetadataImage, context: ControllerContext): void {
  const { resourceType, resourceName } = resource
  switch (resourceType) {
    case resourceTypes.TOPIC: {
      if (resourceName === '') throw invalidRequest('Default topic resources are not allowed.')
      const problem = topicNameProblem(resourceName)
      if (problem !== null) throw new ApiFailure(Errors.INVALID_TOPIC_EXCEPTION.code, problem)
      return
    }
    case resourceTypes.BROKER:
      return checkBroker(resourceName, image, context)
    case resourceTypes.GROUP:
      if (resourceName === '') throw invalidRequest('Default group resources are not allowed.')
      return
    case resourceTypes.CLIENT_METRICS:
      if (resourceName === '') throw invalidRequest("Subscription name can't be empty")
      return
    default:
      throw invalidRequest(`Unknown resource type ${resourceType}`)
  }
}

function checkBroker(name: string, image: MetadataImage, { nodeId }: ControllerContext): void {
  if (name === '') return
  if (!/^[+-]?\d{1,10}$/.test(name)) throw invalidRequest(`Node id must be an integer, but it is: ${name}`)
  if (!image.brokers.has(Number(name))) {
    throw invalidRequest(`Unexpected broker id, expected ${nodeId}, but received ${name}`)
  }
}

interface Change {
  readonly present: ConfigOverrides
  readonly next: ConfigOverrides
  readonly image: MetadataImage
  readonly context: ControllerContext
}

/** Whether a resource may have these configs. */
export function checkNewConfigs(resource: ConfigResource, change: Change): void {
  const refusal = refusalOf(resource, change)
  if (refusal !== null) throw new ApiFailure(refusal.errorCode, refusal.message)
  // Kafka asks last whether there is such a topic: configs that cannot be are refused for any.
  if (resource.resourceType !== resourceTypes.TOPIC || change.image.topics.has(resource.resourceName)) return
  const message = `The topic '${resource.resourceName}' does not exist.`
  throw new ApiFailure(Errors.UNKNOWN_TOPIC_OR_PARTITION.code, message)
}

function refusalOf(resource: ConfigResource, change: Change): ConfigRefusal | null {
  const { next, image, context } = change
  const broker = effectiveBrokerConfig(image, context.broker, context.nodeId)
  switch (resource.resourceType) {
    case resourceTypes.TOPIC:
      return validateTopicConfigs(next, broker)
    case resourceTypes.GROUP:
      return validateGroupConfigs(next, broker)
    case resourceTypes.CLIENT_METRICS:
      return validateClientMetricsConfigs(next)
    default:
      return (
        validateBrokerConfigs(next, resource.resourceName !== '') ??
        eligibleLeaderRefusal(resource, change) ??
        listenerRefusal(change) ??
        contradiction(resource, change) ??
        cordonRefusal(change)
      )
  }
}

/** Listeners are read when a node starts; what cannot be read must not wait there until then. */
function listenerRefusal({ next, context }: Change): ConfigRefusal | null {
  const errors: ConfigError[] = []
  const protocols = parseSecurityProtocolMap(context.broker.get('listener.security.protocol.map'), [])
  for (const key of ['listeners', 'advertised.listeners'] as const) {
    const text = next.get(key)
    if (text === undefined) continue
    parseListeners({ key, entries: text.split(',').map((entry) => entry.trim()), protocols }, errors)
  }
  const [error] = errors
  return error === undefined ? null : { errorCode: Errors.INVALID_REQUEST.code, message: error.message }
}

/** What this node would refuse to start with must not come about while it runs. */
function contradiction({ resourceName }: ConfigResource, { next, image, context }: Change): ConfigRefusal | null {
  const { broker, dynamic, dynamicDefault } = brokerConfigLayers(image, context.broker, context.nodeId)
  const effective = resourceName === '' ? broker.withDynamic(next, dynamic) : broker.withDynamic(dynamicDefault, next)
  const [error] = crossChecks(effective)
  const message =
    refusalText(error, effective) ?? threadCountProblem(broker.withDynamic(dynamicDefault, dynamic), effective)
  return message === null ? null : { errorCode: Errors.INVALID_REQUEST.code, message }
}

/** What Kafka says where it says it while it runs; at a start our own words are better. */
const kafkaWords: ReadonlyMap<string, string> = new Map([
  ['log.retention.ms', 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1'],
  ['log.cleaner.dedupe.buffer.size', 'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.'],
  [
    'max.connections.per.ip',
    'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
  ],
])

function refusalText(error: ConfigError | undefined, effective: BrokerConfig): string | null {
  if (error === undefined) return null
  const words = error.key === CORDONED_LOG_DIRS ? cordonWords(effective) : kafkaWords.get(error.key)
  return words === undefined ? error.message : `requirement failed: ${words}`
}

function cordonWords(effective: BrokerConfig): string {
  const strange = strangeCordonedLogDirs(effective)
  return strange.length === 0
    ? `When ${CORDONED_LOG_DIRS} is set to ${ALL_LOG_DIRS}, it must not contain other values`
    : `All entries in ${CORDONED_LOG_DIRS} must be present in log.dirs or log.dir. Missing entries : ${strange.join(', ')}`
}

/** Before the records have a place for it nothing can be cordoned; what a node is started with waits for that. */
function cordonRefusal({ present, next, image }: Change): ConfigRefusal | null {
  if (supportsCordonedLogDirs(image) || present.get(CORDONED_LOG_DIRS) === next.get(CORDONED_LOG_DIRS)) return null
  const message = `The ${CORDONED_LOG_DIRS} configuration value cannot be set because it requires metadata.version >= 4.3-IV0`
  return { errorCode: Errors.INVALID_CONFIG.code, message }
}

/** With eligible leader replicas one cluster-wide min.insync.replicas holds, which can be neither removed nor overruled. */
function eligibleLeaderRefusal(
  { resourceName }: ConfigResource,
  { present, next, image }: Change,
): ConfigRefusal | null {
  const name = 'min.insync.replicas'
  if (featureLevel(image, 'eligible.leader.replicas.version') < 1 || present.get(name) === next.get(name)) return null
  const refused = (message: string) => ({ errorCode: Errors.INVALID_CONFIG.code, message })
  if (resourceName !== '') return refused(`Broker-level ${name} cannot be altered while ELR is enabled.`)
  return next.has(name) ? null : refused(`Cluster-level ${name} cannot be removed while ELR is enabled.`)
}
