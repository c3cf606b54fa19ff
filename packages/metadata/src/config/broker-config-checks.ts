// What Kafka checks across properties when a broker starts (KafkaConfig.validateValues and its kin), and what a single
// Milena node cannot be.
import { ALL_LOG_DIRS, type BrokerConfig } from './broker-config.ts'
import type { BrokerConfigName } from './broker-configs.ts'
import type { ConfigError } from './config-error.ts'

/** What is wrong with properties that are each right on their own. */
export function crossChecks(config: BrokerConfig): readonly ConfigError[] {
  return [
    ...roleChecks(config),
    ...listenerChecks(config),
    ...plugInChecks(config),
    ...retentionChecks(config),
    ...limitChecks(config),
    ...connectionLimitChecks(config),
    ...groupBoundChecks(config),
    ...cordonChecks(config),
  ]
}

function mistake(config: BrokerConfig, key: BrokerConfigName, why: string): ConfigError {
  const value = String(config.get(key))
  return { key, value, message: `${key}: the value "${value}" is not allowed: ${why}.` }
}

function* roleChecks(config: BrokerConfig): Iterable<ConfigError> {
  const roles = config.get('process.roles')
  if (!roles.includes('broker') || !roles.includes('controller')) {
    yield mistake(config, 'process.roles', 'a single Milena node is both, so it must be broker,controller')
  }
  if (config.isSet('broker.id') && config.isSet('node.id') && config.get('broker.id') !== config.get('node.id')) {
    yield mistake(config, 'broker.id', `it must be equal to node.id, which is ${config.get('node.id')}`)
  }
  if (config.nodeId < 0) yield mistake(config, 'broker.id', 'it must be at least 0')
}

function* listenerChecks(config: BrokerConfig): Iterable<ConfigError> {
  const { listeners, advertisedListeners } = config
  const names = listeners.map((listener) => listener.name)
  if (names.length === 0) {
    yield mistake(config, 'listeners', 'at least one listener must be for clients, not for the controller')
  }
  for (const { name, host } of advertisedListeners ?? []) {
    if (host === '0.0.0.0' || host === '::' || host === '') {
      yield mistake(
        config,
        'advertised.listeners',
        `clients cannot connect to "${host}"; name a host that they can reach`,
      )
    }
    if (!names.includes(name)) {
      yield mistake(config, 'advertised.listeners', `${name} must be one of listeners, which are ${names.join(', ')}`)
    }
  }
  const interBroker = config.get('inter.broker.listener.name')
  if (interBroker !== null && !names.includes(interBroker.toUpperCase())) {
    yield mistake(config, 'inter.broker.listener.name', `it must be one of listeners, which are ${names.join(', ')}`)
  }
}

/** A plug-in that would refuse something must not be left out in silence. */
function* plugInChecks(config: BrokerConfig): Iterable<ConfigError> {
  const refusing = ['create.topic.policy.class.name', 'alter.config.policy.class.name', 'client.quota.callback.class']
  for (const key of refusing as BrokerConfigName[]) {
    if ((config.get(key) ?? '') !== '') yield mistake(config, key, 'Milena loads no Java classes; leave it out')
  }
  if (config.get('authorizer.class.name') !== '') {
    yield mistake(
      config,
      'authorizer.class.name',
      'there is no authorizer yet, and everyone would be let in; leave it out',
    )
  }
}

function* retentionChecks(config: BrokerConfig): Iterable<ConfigError> {
  for (const key of ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'] as const) {
    if (config.get(key) === 0) yield mistake(config, key, 'it must be -1, for ever, or at least 1')
  }
  if (config.get('offsets.commit.timeout.ms') < 1)
    yield mistake(config, 'offsets.commit.timeout.ms', 'it must be at least 1')
  const dedupe = config.get('log.cleaner.dedupe.buffer.size') / Math.max(1, config.get('log.cleaner.threads'))
  if (config.get('log.cleaner.enable') && dedupe <= 1024 * 1024) {
    yield mistake(
      config,
      'log.cleaner.dedupe.buffer.size',
      'it must be more than 1 MiB for each of log.cleaner.threads',
    )
  }
}

function* limitChecks(config: BrokerConfig): Iterable<ConfigError> {
  const queued = config.get('queued.max.request.bytes')
  const largest = config.get('socket.request.max.bytes')
  if (queued > 0 && queued < largest) {
    yield mistake(
      config,
      'queued.max.request.bytes',
      `it must be -1 or at least socket.request.max.bytes, which is ${largest}`,
    )
  }
  for (const key of ['socket.send.buffer.bytes', 'socket.receive.buffer.bytes'] as const) {
    if (config.get(key) < -1) yield mistake(config, key, 'it must be -1 or more')
  }
  const [wait, lag] = [config.get('replica.fetch.wait.max.ms'), config.get('replica.lag.time.max.ms')]
  if (wait > lag)
    yield mistake(config, 'replica.fetch.wait.max.ms', `it must not exceed replica.lag.time.max.ms, which is ${lag}`)
  const [heartbeat, session] = [config.get('broker.heartbeat.interval.ms'), config.get('broker.session.timeout.ms')]
  if (heartbeat * 2 > session) {
    yield mistake(
      config,
      'broker.heartbeat.interval.ms',
      `twice it must not exceed broker.session.timeout.ms, which is ${session}`,
    )
  }
  for (const key of ['offsets.topic.compression.codec', 'share.coordinator.state.topic.compression.codec'] as const) {
    if (config.get(key) < 0 || config.get(key) > 4) yield mistake(config, key, 'it must be 0 to 4')
  }
}

function* connectionLimitChecks(config: BrokerConfig): Iterable<ConfigError> {
  const key = 'max.connections.per.ip.overrides'
  for (const pair of config.get(key).split(',')) {
    if (pair.trim() !== '' && !/^.+:\d+$/.test(pair.trim())) {
      yield mistake(config, key, `"${pair.trim()}" must be host:count`)
    }
  }
  if (config.get('max.connections.per.ip') === 0 && config.get(key).trim() === '') {
    yield mistake(config, 'max.connections.per.ip', `it may be 0 only when ${key} lets some addresses in`)
  }
}

const bounded: readonly string[] = [
  'group.consumer|session.timeout.ms',
  'group.consumer|heartbeat.interval.ms',
  'group.consumer|assignment.interval.ms',
  'group.share|session.timeout.ms',
  'group.share|heartbeat.interval.ms',
  'group.share|assignment.interval.ms',
  'group.share|record.lock.duration.ms',
  'group.share|delivery.count.limit',
  'group.share|partition.max.record.locks',
  'group.streams|session.timeout.ms',
  'group.streams|heartbeat.interval.ms',
  'group.streams|assignment.interval.ms',
]

/** `group.x.min.y` ≤ `group.x.y` ≤ `group.x.max.y`, and heartbeats shorter than sessions. */
function* groupBoundChecks(config: BrokerConfig): Iterable<ConfigError> {
  const number = (key: string): number => config.get(key as BrokerConfigName) as number
  const atMost = function* (lower: string, upper: string): Iterable<ConfigError> {
    if (number(lower) > number(upper)) {
      yield mistake(config, lower as BrokerConfigName, `it must not exceed ${upper}, which is ${number(upper)}`)
    }
  }
  for (const entry of bounded) {
    const [prefix, name] = entry.split('|')
    yield* atMost(`${prefix}.min.${name}`, `${prefix}.${name}`)
    yield* atMost(`${prefix}.${name}`, `${prefix}.max.${name}`)
  }
  yield* atMost('group.min.session.timeout.ms', 'group.max.session.timeout.ms')
  yield* atMost('group.streams.num.standby.replicas', 'group.streams.max.standby.replicas')
  for (const kind of ['consumer', 'share', 'streams']) {
    const [heartbeat, session] = [`group.${kind}.heartbeat.interval.ms`, `group.${kind}.session.timeout.ms`]
    if (number(heartbeat) >= number(session)) {
      yield mistake(
        config,
        heartbeat as BrokerConfigName,
        `it must be less than ${session}, which is ${number(session)}`,
      )
    }
  }
}

/** Entries of `cordoned.log.dirs` that are no folders of this broker. */
export function strangeCordonedLogDirs(config: BrokerConfig): readonly string[] {
  return config.cordonedLogDirs.filter((dir) => !config.logDirs.includes(dir))
}

function* cordonChecks(config: BrokerConfig): Iterable<ConfigError> {
  const key = 'cordoned.log.dirs'
  const dirs = config.get(key)
  if (dirs.includes(ALL_LOG_DIRS) && new Set(dirs).size > 1) {
    yield mistake(config, key, `${ALL_LOG_DIRS} stands for all folders, and must stand alone`)
  }
  const strange = strangeCordonedLogDirs(config)
  if (strange.length > 0) {
    yield mistake(config, key, `${strange.join(', ')} must be among log.dirs, which are ${config.logDirs.join(', ')}`)
  }
}
