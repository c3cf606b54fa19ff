import { boolean, double, int, list, long, string } from './config-def.ts'
import { atLeast, between, betweenOr, listOf, oneOf, throttledReplicas } from './config-validator.ts'
import { LONG_MAX } from './config-value.ts'

/** Every config of a topic. Broker configs of another name give their defaults: see topic-config-synonyms.ts. */
export const topicConfigs = {
  'cleanup.policy': list(
    ['delete'],
    'What happens to old data: delete it, compact it by key, both, or neither when empty.',
    { valid: listOf('compact', 'delete') },
  ),
  'compression.type': string(
    'producer',
    'The compression of stored batches: a codec, uncompressed, or producer to keep what the producer chose.',
    { valid: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer') },
  ),
  'compression.gzip.level': int(-1, "The level of gzip when the broker compresses; -1 is the codec's own default.", {
    valid: betweenOr(1, 9, -1),
  }),
  'compression.lz4.level': int(9, 'The level of lz4 when the broker compresses.', { valid: between(1, 17) }),
  'compression.zstd.level': int(3, 'The level of zstd when the broker compresses.', { valid: between(-131_072, 22) }),
  'delete.retention.ms': long(86_400_000, 'How long tombstones and transaction markers are kept in a compacted log.', {
    valid: atLeast(0),
  }),
  'file.delete.delay.ms': long(60_000, "How long a deleted segment's file stays before it is removed from the disk.", {
    valid: atLeast(0),
  }),
  'flush.messages': long(LONG_MAX, 'After how many records the log is synced to the disk.', { valid: atLeast(1) }),
  'flush.ms': long(LONG_MAX, 'After how long a record is synced to the disk.', { valid: atLeast(0) }),
  'follower.replication.throttled.replicas': list(
    [],
    'The follower replicas whose replication is throttled, as partition:broker pairs, or * for all.',
    { valid: throttledReplicas },
  ),
  'leader.replication.throttled.replicas': list(
    [],
    'The leader replicas whose replication is throttled, as partition:broker pairs, or * for all.',
    { valid: throttledReplicas },
  ),
  'index.interval.bytes': int(4096, 'How many bytes of log lie between two entries of the offset index.', {
    valid: atLeast(0),
  }),
  'internal.segment.bytes': int(null, 'A segment size for tests, below the allowed minimum.', { internal: true }),
  'local.retention.bytes': long(
    -2,
    'How many bytes of segments that lie in remote storage too are kept here; -2 means as retention.bytes.',
    { valid: atLeast(-2) },
  ),
  'local.retention.ms': long(
    -2,
    'How long segments that lie in remote storage too are kept here; -2 means as long as retention.ms.',
    { valid: atLeast(-2) },
  ),
  'max.compaction.lag.ms': long(LONG_MAX, 'How long a record may stay uncompacted at most.', { valid: atLeast(1) }),
  'max.message.bytes': int(1_048_588, 'The largest record batch that is accepted, after compression.', {
    valid: atLeast(0),
  }),
  'message.timestamp.after.max.ms': long(3_600_000, "How far a record's timestamp may lie after the broker's clock.", {
    valid: atLeast(0),
  }),
  'message.timestamp.before.max.ms': long(LONG_MAX, "How far a record's timestamp may lie before the broker's clock.", {
    valid: atLeast(0),
  }),
  'message.timestamp.type': string(
    'CreateTime',
    'Whether records carry the time at which they were created or at which they were appended.',
    { valid: oneOf('CreateTime', 'LogAppendTime') },
  ),
  'min.cleanable.dirty.ratio': double(
    0.5,
    'The share of a log that must be uncleaned before the cleaner takes it up.',
    { valid: between(0, 1) },
  ),
  'min.compaction.lag.ms': long(0, 'How long a record stays uncompacted at least.', { valid: atLeast(0) }),
  'min.insync.replicas': int(1, 'How many replicas must have a batch before acks=all is answered.', {
    valid: atLeast(1),
  }),
  preallocate: boolean(false, 'Whether segment files are allocated in full when they are created.'),
  'remote.log.copy.disable': boolean(
    false,
    'Whether copying to remote storage stops while what lies there stays readable.',
  ),
  'remote.log.delete.on.disable': boolean(
    false,
    'Whether data in remote storage is deleted when remote.storage.enable becomes false.',
  ),
  'remote.storage.enable': boolean(false, 'Whether closed segments are moved to remote storage.'),
  'retention.bytes': long(
    -1,
    'How large a partition may grow before its oldest segments are deleted; -1 sets no limit.',
  ),
  'retention.ms': long(604_800_000, 'How many milliseconds records are kept; -1 keeps them for ever.', {
    valid: atLeast(-1),
  }),
  'segment.bytes': int(1_073_741_824, 'The size at which a segment is closed and a new one begun.', {
    valid: atLeast(1_048_576),
  }),
  'segment.index.bytes': int(10_485_760, 'The most bytes of an offset index.', { valid: atLeast(4) }),
  'segment.jitter.ms': long(0, 'The most milliseconds by which the age of a roll is varied.', { valid: atLeast(0) }),
  'segment.ms': long(604_800_000, 'The age at which a segment is closed even when it is small.', { valid: atLeast(1) }),
  'unclean.leader.election.enable': boolean(
    false,
    'Whether a replica that may miss records can become leader when no other is left.',
  ),
}
