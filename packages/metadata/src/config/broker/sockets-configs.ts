import { int, long, string } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'
import { INT_MAX } from '../config-value.ts'

/** Connections, requests and what bounds them. */
export const socketsConfigs = {
  'num.network.threads': int(
    3,
    'The number of threads that read and write sockets; Milena works on one event loop and only accepts it.',
    { valid: atLeast(1), importance: 'high', updateMode: 'cluster-wide' },
  ),
  'num.io.threads': int(
    8,
    'The number of threads that handle requests; Milena works on one event loop and only accepts it.',
    { valid: atLeast(1), importance: 'high', updateMode: 'cluster-wide' },
  ),
  'queued.max.requests': int(
    500,
    'How many received requests may wait for a handler before a listener stops reading.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'queued.max.request.bytes': long(
    -1,
    'How many bytes of received requests may wait before a listener stops reading; -1 sets no limit.',
  ),
  'socket.send.buffer.bytes': int(
    102_400,
    "The size of the socket send buffer; -1 keeps the operating system's choice.",
    { importance: 'high' },
  ),
  'socket.receive.buffer.bytes': int(
    102_400,
    "The size of the socket receive buffer; -1 keeps the operating system's choice.",
    { importance: 'high' },
  ),
  'socket.request.max.bytes': int(
    104_857_600,
    'The largest request that is accepted; a longer one closes the connection.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'socket.listen.backlog.size': int(50, 'How many connections may wait to be accepted.', { valid: atLeast(1) }),
  'socket.connection.setup.timeout.ms': long(
    10_000,
    'How long to wait for a connection to another node at the first attempt.',
  ),
  'socket.connection.setup.timeout.max.ms': long(30_000, 'The longest that connection attempts back off to.'),
  'connections.max.idle.ms': long(
    600_000,
    'After how long without traffic a connection is closed; negative never closes one.',
  ),
  'connections.max.reauth.ms': long(
    0,
    'How long an authenticated connection may live before it must authenticate again; 0 sets no limit.',
  ),
  'connection.failed.authentication.delay.ms': int(
    100,
    'How long the closing of a connection is delayed after its authentication failed.',
    { valid: atLeast(0), importance: 'low' },
  ),
  'max.connections': int(INT_MAX, 'How many connections this broker accepts at once over all listeners.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'max.connections.per.ip': int(INT_MAX, 'How many connections one address may hold at once.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'max.connections.per.ip.overrides': string(
    '',
    'Other limits than max.connections.per.ip for some addresses, as host:count separated by commas.',
    { updateMode: 'cluster-wide' },
  ),
  'max.connection.creation.rate': int(INT_MAX, 'How many new connections a second are accepted.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'max.request.partition.size.limit': int(
    2000,
    'How many partitions one page of an answer to DescribeTopicPartitions may hold.',
    { valid: atLeast(1) },
  ),
  'fetch.max.bytes': int(57_671_680, 'The most bytes in one answer to a fetch, whatever the client asks for.', {
    valid: atLeast(1024),
  }),
  'max.incremental.fetch.session.cache.slots': int(1000, 'How many incremental fetch sessions are remembered.', {
    valid: atLeast(0),
  }),
  'fetch.purgatory.purge.interval.requests': int(1000, 'After how many completed fetches the waiting ones are swept.'),
  'producer.purgatory.purge.interval.requests': int(
    1000,
    'After how many completed produce requests the waiting ones are swept.',
  ),
  'delete.records.purgatory.purge.interval.requests': int(
    1,
    'After how many completed DeleteRecords requests the waiting ones are swept.',
  ),
  'share.fetch.purgatory.purge.interval.requests': int(
    1000,
    'After how many completed share fetches the waiting ones are swept.',
  ),
}
