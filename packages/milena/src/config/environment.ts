// Properties from the environment, named as Apache's Docker image names them.
import type { Properties, Property } from './property.ts'

const PREFIX = 'KAFKA_'

/** Variables that Kafka's scripts and images read themselves: they never were broker properties. */
const KNOWN_TO_KAFKAS_SCRIPTS = new Set([
  'KAFKA_CLUSTER_ID',
  'KAFKA_DEBUG',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_HOME',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_PORT',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_LOG4J_CMD_OPTS',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_MODE',
  'KAFKA_OPTS',
  'KAFKA_SECURITY_OPTS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_VERSION',
])

/** Variables by which programs beside us commonly name the broker that they want to talk to. */
const MEANT_FOR_CLIENTS = new Set([
  'KAFKA_BOOTSTRAP',
  'KAFKA_BOOTSTRAP_SERVER',
  'KAFKA_BOOTSTRAP_SERVERS',
  'KAFKA_BROKER',
  'KAFKA_BROKERS',
  'KAFKA_BROKER_LIST',
  'KAFKA_BROKER_URL',
  'KAFKA_DIR',
  'KAFKA_HOST',
  'KAFKA_HOSTS',
  'KAFKA_LIB',
  'KAFKA_TOPIC',
  'KAFKA_URL',
])

/** Kubernetes describes a service called "kafka" to every pod: KAFKA_PORT, KAFKA_SERVICE_HOST, KAFKA_PORT_9092_TCP… */
const KUBERNETES_SERVICE_LINK =
  /^KAFKA_(\w+_)?(PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?|SERVICE_(HOST|PORT(_\w+)?))$/

function isProperty(name: string): boolean {
  return (
    name.startsWith(PREFIX) &&
    name.length > PREFIX.length &&
    !KNOWN_TO_KAFKAS_SCRIPTS.has(name) &&
    !MEANT_FOR_CLIENTS.has(name) &&
    !KUBERNETES_SERVICE_LINK.test(name)
  )
}

/** `KAFKA_LOG_DIRS` is `log.dirs`; two underscores stand for one, three for a hyphen. */
export function propertyNameOf(variable: string): string {
  return variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '.').replaceAll('...', '-').replaceAll('..', '_')
}

export function environmentProperties(environment: Readonly<Record<string, string | undefined>>): Properties {
  const properties = new Map<string, Property>()
  for (const [variable, value] of Object.entries(environment)) {
    if (value !== undefined && isProperty(variable)) {
      properties.set(propertyNameOf(variable), { value, origin: variable })
    }
  }
  return properties
}
