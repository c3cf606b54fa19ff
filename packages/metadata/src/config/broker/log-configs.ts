import { boolean, double, int, list, long, string } from '../config-def.ts'
import { atLeast, between, betweenOr, listOf, nonEmptyListOf, oneOf } from '../config-validator.ts'
import { LONG_MAX } from '../config-value.ts'

/** How data is stored, kept and cleaned. */
export const logConfigs = {
  'log.dirs': list(null, 'The folders that hold the data, separated by commas; when absent, log.dir says it.', {
    valid: nonEmptyListOf(),
    importance: 'high',
  }),
  'log.dir': list(['./milena-data'], 'The folder that holds the data when log.dirs is not set.', {
    valid: nonEmptyListOf(),
    importance: 'high',
  }),
  'cordoned.log.dirs': list([], 'Log folders that take no new replicas.', { updateMode: 'per-broker' }),
  'num.partitions': int(1, 'The number of partitions of a topic that is created without saying how many.', {
    valid: atLeast(1),
  }),
  'message.max.bytes': int(1_048_588, 'The largest record batch that is accepted, after compression.', {
    valid: atLeast(0),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'compression.type': string(
    'producer',
    'The compression of stored batches: a codec, uncompressed, or producer to keep what the producer chose.',
    {
      valid: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
      importance: 'high',
      updateMode: 'cluster-wide',
    },
  ),
  'compression.gzip.level': int(-1, "The level of gzip when the broker compresses; -1 is the codec's own default.", {
    valid: betweenOr(1, 9, -1),
    updateMode: 'cluster-wide',
  }),
  'compression.lz4.level': int(9, 'The level of lz4 when the broker compresses.', {
    valid: between(1, 17),
    updateMode: 'cluster-wide',
  }),
  'compression.zstd.level': int(3, 'The level of zstd when the broker compresses.', {
    valid: between(-131_072, 22),
    updateMode: 'cluster-wide',
  }),
  'log.segment.bytes': int(1_073_741_824, 'The size at which a log segment is closed and a new one begun.', {
    valid: atLeast(1_048_576),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'log.roll.ms': long(
    null,
    'The age in milliseconds at which a log segment is closed even when it is small; when absent, log.roll.hours says it.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.roll.hours': int(
    168,
    'The age in hours at which a log segment is closed even when it is small; log.roll.ms goes before it.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'log.roll.jitter.ms': long(
    null,
    'The most milliseconds by which the age of a roll is varied; when absent, log.roll.jitter.hours says it.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.roll.jitter.hours': int(
    0,
    'The most hours by which the age of a roll is varied; log.roll.jitter.ms goes before it.',
    { valid: atLeast(0), importance: 'high' },
  ),
  'log.segment.delete.delay.ms': long(
    60_000,
    "How long a deleted segment's file stays before it is removed from the disk.",
    { valid: atLeast(0), importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.retention.ms': long(
    null,
    'How many milliseconds records are kept, -1 for ever; when absent, log.retention.minutes says it.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.retention.minutes': int(
    null,
    'How many minutes records are kept; log.retention.ms goes before it, and log.retention.hours comes after it.',
    { importance: 'high' },
  ),
  'log.retention.hours': int(
    168,
    'How many hours records are kept; log.retention.ms and log.retention.minutes go before it.',
    { importance: 'high' },
  ),
  'log.retention.bytes': long(
    -1,
    'How large a partition may grow before its oldest segments are deleted; -1 sets no limit.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.retention.check.interval.ms': long(
    300_000,
    'How often segments are checked for having outlived their retention.',
    { valid: atLeast(1) },
  ),
  'log.local.retention.ms': long(
    -2,
    'How long segments that lie in remote storage too are kept here; -2 means as long as log.retention.ms.',
    { valid: atLeast(-2), updateMode: 'cluster-wide' },
  ),
  'log.local.retention.bytes': long(
    -2,
    'How many bytes of segments that lie in remote storage too are kept here; -2 means as log.retention.bytes.',
    { valid: atLeast(-2), updateMode: 'cluster-wide' },
  ),
  'log.cleanup.policy': list(
    ['delete'],
    'What happens to old data: delete it, compact it by key, both, or neither when empty.',
    { valid: listOf('compact', 'delete'), updateMode: 'cluster-wide' },
  ),
  'log.cleaner.enable': boolean(true, 'Whether the log cleaner compacts logs.'),
  'log.cleaner.threads': int(1, 'The number of threads that clean logs.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.io.max.bytes.per.second': double(
    Number.MAX_VALUE,
    'The most bytes a second that the cleaner reads and writes together.',
    { updateMode: 'cluster-wide' },
  ),
  'log.cleaner.dedupe.buffer.size': long(134_217_728, "The memory for the cleaner's table of keys.", {
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.io.buffer.size': int(524_288, "The memory for the cleaner's reading and writing.", {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.io.buffer.load.factor': double(0.9, "How full the cleaner's table of keys may get.", {
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.backoff.ms': long(15_000, 'How long the cleaner sleeps when there is nothing to clean.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.min.cleanable.ratio': double(
    0.5,
    'The share of a log that must be uncleaned before the cleaner takes it up.',
    { valid: between(0, 1), updateMode: 'cluster-wide' },
  ),
  'log.cleaner.delete.retention.ms': long(
    86_400_000,
    'How long tombstones and transaction markers are kept in a compacted log.',
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
  'log.cleaner.min.compaction.lag.ms': long(0, 'How long a record stays uncompacted at least.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'log.cleaner.max.compaction.lag.ms': long(LONG_MAX, 'How long a record may stay uncompacted at most.', {
    valid: atLeast(1),
    updateMode: 'cluster-wide',
  }),
  'log.index.size.max.bytes': int(10_485_760, 'The most bytes of an offset index.', {
    valid: atLeast(4),
    updateMode: 'cluster-wide',
  }),
  'log.index.interval.bytes': int(4096, 'How many bytes of log lie between two entries of the offset index.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'log.flush.interval.messages': long(LONG_MAX, 'After how many records a log is synced to the disk.', {
    valid: atLeast(1),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'log.flush.interval.ms': long(
    null,
    'After how long a record is synced to the disk; when absent, log.flush.scheduler.interval.ms says it.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'log.flush.scheduler.interval.ms': long(LONG_MAX, 'How often it is checked whether a log must be synced.', {
    importance: 'high',
  }),
  'log.flush.offset.checkpoint.interval.ms': int(
    60_000,
    'How often the point from which recovery starts is written down.',
    { valid: atLeast(0), importance: 'high' },
  ),
  'log.flush.start.offset.checkpoint.interval.ms': int(
    60_000,
    'How often the start offsets of logs are written down.',
    { valid: atLeast(0), importance: 'high' },
  ),
  'log.preallocate': boolean(false, 'Whether segment files are allocated in full when they are created.', {
    updateMode: 'cluster-wide',
  }),
  'log.message.timestamp.type': string(
    'CreateTime',
    'Whether records carry the time at which they were created or at which they were appended.',
    { valid: oneOf('CreateTime', 'LogAppendTime'), updateMode: 'cluster-wide' },
  ),
  'log.message.timestamp.before.max.ms': long(
    LONG_MAX,
    "How far a record's timestamp may lie before the broker's clock.",
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
  'log.message.timestamp.after.max.ms': long(
    3_600_000,
    "How far a record's timestamp may lie after the broker's clock.",
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
  'log.dir.failure.timeout.ms': long(
    30_000,
    'How long a broker waits to tell the controller of a failed log folder before it stops.',
    { valid: atLeast(1), importance: 'low' },
  ),
  'log.initial.task.delay.ms': long(30_000, 'How long after the start the first background work on logs begins.', {
    valid: atLeast(0),
    importance: 'low',
    internal: true,
  }),
  'num.recovery.threads.per.data.dir': int(2, 'How many logs of a folder are recovered at once after a crash.', {
    valid: atLeast(1),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'producer.id.expiration.ms': int(
    86_400_000,
    "After how long without a write a producer's sequence state is forgotten.",
    { valid: atLeast(1), importance: 'low', updateMode: 'cluster-wide' },
  ),
  'producer.id.expiration.check.interval.ms': int(
    600_000,
    "How often producers' sequence states are checked for expiry.",
    { valid: atLeast(1), importance: 'low', internal: true },
  ),
}
