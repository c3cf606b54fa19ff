import { int, list, long, short, string } from '../config-def.ts'
import { atLeast, nonEmptyListOf, oneOfIgnoringCase } from '../config-validator.ts'
import { INT_MAX } from '../config-value.ts'

/** Classic and consumer groups and their committed offsets. */
export const groupsConfigs = {
  'group.coordinator.rebalance.protocols': list(
    ['classic', 'consumer', 'streams'],
    'The group protocols that are offered.',
    { valid: nonEmptyListOf('consumer', 'classic', 'share', 'streams') },
  ),
  'group.coordinator.threads': int(
    4,
    'The number of threads of the group coordinator; Milena works on one event loop and only accepts it.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'group.coordinator.background.threads': int(
    2,
    'The number of background threads of the group coordinator; only accepted.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'group.coordinator.append.linger.ms': int(
    -1,
    'How long the group coordinator gathers records before it writes them; -1 lets it decide.',
    { valid: atLeast(-1) },
  ),
  'group.coordinator.cached.buffer.max.bytes': int(
    1_048_588,
    'The largest write buffer that the group coordinator keeps for reuse.',
    { valid: atLeast(524_288), updateMode: 'cluster-wide' },
  ),
  'group.min.session.timeout.ms': int(
    6000,
    'The shortest session timeout that a member of a classic group may ask for.',
  ),
  'group.max.session.timeout.ms': int(
    1_800_000,
    'The longest session timeout that a member of a classic group may ask for.',
  ),
  'group.initial.rebalance.delay.ms': int(
    0,
    'How long the first rebalance of a new group waits for more members; Milena does not wait by default (Kafka: 3000), since on one node it only delays the first record.',
  ),
  'group.max.size': int(INT_MAX, 'The most members of a classic group.', { valid: atLeast(1) }),
  'group.consumer.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of a consumer group is removed.',
    { valid: atLeast(1) },
  ),
  'group.consumer.min.session.timeout.ms': int(
    45_000,
    'The shortest session timeout that a consumer group may be given.',
    { valid: atLeast(1) },
  ),
  'group.consumer.max.session.timeout.ms': int(
    60_000,
    'The longest session timeout that a consumer group may be given.',
    { valid: atLeast(1) },
  ),
  'group.consumer.heartbeat.interval.ms': int(5000, 'How often members of a consumer group send heartbeats.', {
    valid: atLeast(1),
  }),
  'group.consumer.min.heartbeat.interval.ms': int(
    5000,
    'The shortest heartbeat interval that a consumer group may be given.',
    { valid: atLeast(1) },
  ),
  'group.consumer.max.heartbeat.interval.ms': int(
    15_000,
    'The longest heartbeat interval that a consumer group may be given.',
    { valid: atLeast(1) },
  ),
  'group.consumer.max.size': int(INT_MAX, 'The most members of a consumer group.', { valid: atLeast(1) }),
  'group.consumer.assignors': list(
    ['uniform', 'range'],
    'The assignors that the broker offers to consumer groups, the default first.',
    { valid: nonEmptyListOf() },
  ),
  'group.consumer.migration.policy': string(
    'bidirectional',
    'Whether groups may move between the classic and the consumer protocol, and in which direction.',
    { valid: oneOfIgnoringCase('DISABLED', 'DOWNGRADE', 'UPGRADE', 'BIDIRECTIONAL') },
  ),
  'group.consumer.regex.refresh.interval.ms': int(
    600_000,
    'How often the topics of a regular expression are looked up again.',
    { valid: atLeast(10_000), internal: true },
  ),
  'group.consumer.assignment.interval.ms': int(1000, 'The shortest time between two assignments of a consumer group.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'group.consumer.min.assignment.interval.ms': int(
    0,
    'The shortest assignment interval that a consumer group may be given.',
    { valid: atLeast(0) },
  ),
  'group.consumer.max.assignment.interval.ms': int(
    15_000,
    'The longest assignment interval that a consumer group may be given.',
    { valid: atLeast(0) },
  ),
  'offset.metadata.max.bytes': int(4096, 'The longest note that a client may store with a committed offset.', {
    importance: 'high',
  }),
  'offsets.load.buffer.size': int(
    5_242_880,
    'How many bytes of the offsets topic are read at a time when it is loaded.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'offsets.topic.replication.factor': short(
    1,
    'The number of replicas of the offsets topic; 1 on a single node (Kafka: 3).',
    { valid: atLeast(1), importance: 'high' },
  ),
  'offsets.topic.num.partitions': int(
    50,
    'The number of partitions of the offsets topic; it must not change afterwards.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'offsets.topic.segment.bytes': int(104_857_600, 'The segment size of the offsets topic.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'offsets.topic.compression.codec': int(
    0,
    'The compression of the offsets topic: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
    { importance: 'high' },
  ),
  'offsets.retention.minutes': int(10_080, 'How long committed offsets are kept after their group has become empty.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'offsets.retention.check.interval.ms': long(600_000, 'How often committed offsets are checked for expiry.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'offsets.commit.timeout.ms': int(5000, 'How long a commit waits to be written before it fails.', {
    valid: atLeast(1),
    importance: 'high',
  }),
}
