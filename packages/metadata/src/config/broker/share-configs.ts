import { int, list, short, string } from '../config-def.ts'
import { atLeast, between, nonEmptyListOf } from '../config-validator.ts'

/** Share groups and their state. */
export const shareConfigs = {
  'group.share.assignors': list(['simple'], 'The assignors that the broker offers to share groups.', {
    valid: nonEmptyListOf(),
  }),
  'group.share.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of a share group is removed.',
    { valid: atLeast(1) },
  ),
  'group.share.min.session.timeout.ms': int(45_000, 'The shortest session timeout that a share group may be given.', {
    valid: atLeast(1),
  }),
  'group.share.max.session.timeout.ms': int(60_000, 'The longest session timeout that a share group may be given.', {
    valid: atLeast(1),
  }),
  'group.share.heartbeat.interval.ms': int(5000, 'How often members of a share group send heartbeats.', {
    valid: atLeast(1),
  }),
  'group.share.min.heartbeat.interval.ms': int(
    5000,
    'The shortest heartbeat interval that a share group may be given.',
    { valid: atLeast(1) },
  ),
  'group.share.max.heartbeat.interval.ms': int(
    15_000,
    'The longest heartbeat interval that a share group may be given.',
    { valid: atLeast(1) },
  ),
  'group.share.max.size': int(200, 'The most members of a share group.', { valid: between(1, 1000) }),
  'group.share.max.share.sessions': int(2000, 'The most share sessions on a broker.', { valid: atLeast(1) }),
  'group.share.delivery.count.limit': int(
    5,
    'How often a record is delivered to a share group before it is given up.',
    { valid: between(2, 10) },
  ),
  'group.share.min.delivery.count.limit': int(2, 'The lowest delivery limit that a share group may be given.', {
    valid: between(2, 5),
  }),
  'group.share.max.delivery.count.limit': int(10, 'The highest delivery limit that a share group may be given.', {
    valid: between(5, 25),
  }),
  'group.share.record.lock.duration.ms': int(
    30_000,
    'How long a record stays reserved for the member that acquired it.',
    { valid: between(1000, 3_600_000) },
  ),
  'group.share.min.record.lock.duration.ms': int(15_000, 'The shortest lock that a share group may be given.', {
    valid: between(1000, 30_000),
  }),
  'group.share.max.record.lock.duration.ms': int(60_000, 'The longest lock that a share group may be given.', {
    valid: between(30_000, 3_600_000),
  }),
  'group.share.partition.max.record.locks': int(2000, 'The most records of a partition that may be reserved at once.', {
    valid: between(100, 10_000),
  }),
  'group.share.min.partition.max.record.locks': int(
    100,
    'The lowest limit of reserved records that a share group may be given.',
    { valid: between(100, 2000) },
  ),
  'group.share.max.partition.max.record.locks': int(
    4000,
    'The highest limit of reserved records that a share group may be given.',
    { valid: between(2000, 10_000) },
  ),
  'group.share.assignment.interval.ms': int(1000, 'The shortest time between two assignments of a share group.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'group.share.min.assignment.interval.ms': int(
    0,
    'The shortest assignment interval that a share group may be given.',
    { valid: atLeast(0) },
  ),
  'group.share.max.assignment.interval.ms': int(
    15_000,
    'The longest assignment interval that a share group may be given.',
    { valid: atLeast(0) },
  ),
  'group.share.initialize.retry.interval.ms': int(
    30_000,
    'How long to wait before the state of a share partition is initialised again.',
    { valid: atLeast(1), importance: 'low', internal: true },
  ),
  'group.share.persister.class.name': string(
    'org.apache.kafka.server.share.persister.DefaultStatePersister',
    'The class that stores the state of share groups; only accepted.',
    { internal: true },
  ),
  'share.coordinator.threads': int(
    1,
    'The number of threads of the share coordinator; Milena works on one event loop and only accepts it.',
    { valid: atLeast(1) },
  ),
  'share.coordinator.load.buffer.size': int(
    5_242_880,
    'How many bytes of the share state topic are read at a time when it is loaded.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'share.coordinator.write.timeout.ms': int(5000, 'How long a write of share state may take before it fails.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'share.coordinator.append.linger.ms': int(
    -1,
    'How long the share coordinator gathers records before it writes them; -1 lets it decide.',
    { valid: atLeast(-1) },
  ),
  'share.coordinator.cached.buffer.max.bytes': int(
    1_048_588,
    'The largest write buffer that the share coordinator keeps for reuse.',
    { valid: atLeast(524_288), updateMode: 'cluster-wide' },
  ),
  'share.coordinator.snapshot.update.records.per.snapshot': int(
    500,
    'After how many updates the share state is written in full.',
    { valid: between(0, 500) },
  ),
  'share.coordinator.cold.partition.snapshot.interval.ms': int(
    300_000,
    'How often the state of share partitions at rest is written again.',
    { valid: atLeast(1), importance: 'low', internal: true },
  ),
  'share.coordinator.state.topic.num.partitions': int(
    50,
    'The number of partitions of the share state topic; it must not change afterwards.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'share.coordinator.state.topic.replication.factor': short(
    1,
    'The number of replicas of the share state topic; 1 on a single node (Kafka: 3).',
    { valid: atLeast(1), importance: 'high' },
  ),
  'share.coordinator.state.topic.min.isr': short(
    1,
    'The in-sync replicas that the share state topic needs; 1 on a single node (Kafka: 2).',
    { valid: atLeast(1), importance: 'high' },
  ),
  'share.coordinator.state.topic.segment.bytes': int(104_857_600, 'The segment size of the share state topic.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'share.coordinator.state.topic.compression.codec': int(
    0,
    'The compression of the share state topic: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
    { importance: 'high' },
  ),
  'share.coordinator.state.topic.prune.interval.ms': int(
    300_000,
    'How often what is no longer needed is deleted from the share state topic.',
    { valid: atLeast(1), importance: 'low', internal: true },
  ),
}
