import { boolean, className, int, list, long, string } from '../config-def.ts'
import { atLeast, nonEmptyListOf, oneOf } from '../config-validator.ts'
import { LONG_MAX } from '../config-value.ts'

/** Who this node is, where it listens, and what it does for everyone. */
export const brokerIdentityConfigs = {
  'process.roles': list(
    ['broker', 'controller'],
    'What this node does: a single Milena node is always both broker and controller.',
    { valid: nonEmptyListOf('broker', 'controller'), importance: 'high' },
  ),
  'node.id': int(1, 'The id of this node in the cluster.', { valid: atLeast(0), importance: 'high' }),
  'broker.id': int(-1, 'The old name of node.id; when both are given they must be equal.', { importance: 'high' }),
  'broker.rack': string(
    null,
    'The rack or zone of this broker, told to clients so that they can fetch from a near replica and used to spread replicas.',
  ),
  listeners: list(
    ['PLAINTEXT://localhost:9092'],
    'The addresses to listen on, as NAME://host:port separated by commas; an empty host means every interface, port 0 a free port.',
    { valid: nonEmptyListOf(), importance: 'high', updateMode: 'per-broker' },
  ),
  'advertised.listeners': list(
    null,
    'The addresses that clients are told to connect to; when absent, each client is told the address that it dialled.',
    { valid: nonEmptyListOf(), importance: 'high' },
  ),
  'listener.security.protocol.map': string(
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'Which security protocol each listener name speaks, as NAME:PROTOCOL separated by commas.',
    { importance: 'low', updateMode: 'per-broker' },
  ),
  'inter.broker.listener.name': string(
    null,
    'The listener that brokers use among themselves; when absent, the one that speaks security.inter.broker.protocol.',
  ),
  'security.inter.broker.protocol': string(
    'PLAINTEXT',
    'The security protocol between brokers when inter.broker.listener.name is not set.',
    { valid: oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL') },
  ),
  'controller.listener.names': list(
    [],
    'The names of the listeners that belong to the controller and are not told to clients.',
    { importance: 'high' },
  ),
  'early.start.listeners': list(null, 'Listeners that may answer before the authorizer has loaded its rules.', {
    importance: 'high',
  }),
  'auto.create.topics.enable': boolean(
    true,
    'Whether a topic that a client asks for is created when it does not exist.',
    { importance: 'high' },
  ),
  'delete.topic.enable': boolean(
    true,
    'Whether topics may be deleted; when false every request to delete one is refused.',
    { importance: 'high' },
  ),
  'create.topic.policy.class.name': className(
    null,
    'A Java class that may veto the creation of topics; Milena loads no Java classes and refuses it.',
    { importance: 'low' },
  ),
  'alter.config.policy.class.name': className(
    null,
    'A Java class that may veto changes of configs; Milena loads no Java classes and refuses it.',
    { importance: 'low' },
  ),
  'background.threads': int(
    10,
    'The number of threads for background work; Milena works on one event loop and only accepts it.',
    { valid: atLeast(1), importance: 'high', updateMode: 'cluster-wide' },
  ),
  'request.timeout.ms': int(
    30_000,
    'How long this node waits for the answer to a request that it sent to another node.',
    { importance: 'high' },
  ),
  'server.max.startup.time.ms': long(LONG_MAX, 'How long the start may take before it counts as failed.', {
    valid: atLeast(0),
    internal: true,
  }),
  'unstable.api.versions.enable': boolean(
    false,
    'Whether versions of requests that are still being designed are offered.',
    { importance: 'high', internal: true },
  ),
  'unstable.feature.versions.enable': boolean(
    false,
    'Whether feature levels that are still being designed may be used.',
    { importance: 'high', internal: true },
  ),
  'config.providers': list(
    [],
    'Names of config providers that resolve placeholders in values; accepted for compatibility.',
    { importance: 'low', updateMode: 'cluster-wide' },
  ),
  'broker.heartbeat.interval.ms': int(2000, 'How often a broker tells the controller that it is alive.'),
  'broker.session.timeout.ms': int(9000, 'How long the controller waits for a sign of life before it fences a broker.'),
  'initial.broker.registration.timeout.ms': int(
    60_000,
    'How long a starting broker tries to register with the controller before it gives up.',
  ),
  'controlled.shutdown.enable': boolean(true, 'Whether a stopping broker hands over its leaderships first.'),
  'milena.durability': string(
    'auto',
    'When acks=all is answered for a partition with a single replica: auto waits until the data is on the disk (one sync shared by all that wait), os trusts the operating system as Kafka does.',
    { valid: oneOf('auto', 'os'), importance: 'high' },
  ),
  'milena.log.corruption': string(
    'offline',
    'What becomes of a partition whose log is found damaged at the start where it may have been acknowledged: offline keeps it out of use until the log is mended, truncate cuts it off before the damage.',
    { valid: oneOf('offline', 'truncate'), importance: 'medium' },
  ),
}
