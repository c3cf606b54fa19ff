import { boolean, double, int, long, string } from '../config-def.ts'
import { atLeast, between, nonEmpty } from '../config-validator.ts'
import { LONG_MAX } from '../config-value.ts'

/** Tiered storage. */
export const remoteLogConfigs = {
  'remote.log.storage.system.enable': boolean(false, 'Whether closed segments may be moved to remote storage.'),
  'remote.log.storage.manager.class.name': string(null, 'The class that talks to the remote storage.', {
    valid: nonEmpty,
  }),
  'remote.log.storage.manager.class.path': string(null, 'Where the class of the remote storage is found.'),
  'remote.log.storage.manager.impl.prefix': string(
    'rsm.config.',
    'The prefix of properties that are handed to the remote storage.',
    { valid: nonEmpty },
  ),
  'remote.log.metadata.manager.class.name': string(
    'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
    "The class that keeps the remote storage's metadata.",
    { valid: nonEmpty },
  ),
  'remote.log.metadata.manager.class.path': string(null, "Where the class of the remote storage's metadata is found."),
  'remote.log.metadata.manager.impl.prefix': string(
    'rlmm.config.',
    "The prefix of properties that are handed to the remote storage's metadata.",
    { valid: nonEmpty },
  ),
  'remote.log.metadata.manager.listener.name': string(
    null,
    "The listener through which the remote storage's metadata talks to brokers.",
    { valid: nonEmpty },
  ),
  'remote.log.metadata.custom.metadata.max.bytes': int(
    128,
    'The most bytes that the remote storage may note for a segment.',
    { valid: atLeast(0), importance: 'low' },
  ),
  'remote.log.index.file.cache.total.size.bytes': long(
    1_073_741_824,
    'The space for indexes fetched from remote storage.',
    { valid: atLeast(1), importance: 'low', updateMode: 'cluster-wide' },
  ),
  'remote.log.index.file.cache.ttl.ms': long(900_000, 'How long an unused index fetched from remote storage is kept.', {
    valid: atLeast(-1),
    importance: 'low',
    internal: true,
  }),
  'remote.log.manager.thread.pool.size': int(2, 'The number of threads that look after remote segments.', {
    valid: atLeast(1),
  }),
  'remote.log.manager.copier.thread.pool.size': int(10, 'The number of threads that copy segments to remote storage.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
  'remote.log.manager.expiration.thread.pool.size': int(10, 'The number of threads that expire remote segments.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
  'remote.log.manager.follower.thread.pool.size': int(
    2,
    'The number of threads that follow the remote log of other leaders.',
    { valid: atLeast(1), updateMode: 'cluster-wide' },
  ),
  'remote.log.manager.task.interval.ms': long(30_000, 'How often there is a look for segments to copy or expire.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'remote.log.manager.task.retry.backoff.ms': long(500, 'The first wait after a failure of the remote storage.', {
    valid: atLeast(1),
    importance: 'low',
    internal: true,
  }),
  'remote.log.manager.task.retry.backoff.max.ms': long(
    30_000,
    'The longest wait after failures of the remote storage.',
    { valid: atLeast(1), importance: 'low', internal: true },
  ),
  'remote.log.manager.task.retry.jitter': double(
    0.2,
    'By which share waits after failures of the remote storage vary.',
    { valid: between(0, 0.5), importance: 'low', internal: true },
  ),
  'remote.log.manager.copy.max.bytes.per.second': long(
    LONG_MAX,
    'The most bytes a second that are copied to remote storage.',
    { valid: atLeast(1), updateMode: 'cluster-wide' },
  ),
  'remote.log.manager.copy.quota.window.num': int(11, 'How many windows the rate of copying is measured over.', {
    valid: atLeast(1),
  }),
  'remote.log.manager.copy.quota.window.size.seconds': int(1, 'The length of one window of the rate of copying.', {
    valid: atLeast(1),
  }),
  'remote.log.manager.fetch.max.bytes.per.second': long(
    LONG_MAX,
    'The most bytes a second that are read from remote storage.',
    { valid: atLeast(1), updateMode: 'cluster-wide' },
  ),
  'remote.log.manager.fetch.quota.window.num': int(11, 'How many windows the rate of remote reads is measured over.', {
    valid: atLeast(1),
  }),
  'remote.log.manager.fetch.quota.window.size.seconds': int(
    1,
    'The length of one window of the rate of remote reads.',
    { valid: atLeast(1) },
  ),
  'remote.log.reader.threads': int(10, 'The number of threads that read from remote storage.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
  'remote.log.reader.max.pending.tasks': int(100, 'How many remote reads may wait.', { valid: atLeast(1) }),
  'remote.fetch.max.wait.ms': int(500, 'How long a fetch waits for remote storage.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
  'remote.list.offsets.request.timeout.ms': long(30_000, 'How long ListOffsets waits for remote storage.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
}
