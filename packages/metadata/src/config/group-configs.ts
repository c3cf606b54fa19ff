import { boolean, int, string } from './config-def.ts'
import { atLeast, oneOf, shareAutoOffsetReset } from './config-validator.ts'

/** Every config of a group, by the prefix of the kind of group that it is for. */
export const groupConfigs = {
  'consumer.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of the consumer group is removed.',
    { valid: atLeast(1) },
  ),
  'consumer.heartbeat.interval.ms': int(5000, 'How often members of the consumer group send heartbeats.', {
    valid: atLeast(1),
  }),
  'consumer.assignment.interval.ms': int(1000, 'The shortest time between two assignments of the consumer group.', {
    valid: atLeast(0),
  }),
  'share.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of the share group is removed.',
    { valid: atLeast(1) },
  ),
  'share.heartbeat.interval.ms': int(5000, 'How often members of the share group send heartbeats.', {
    valid: atLeast(1),
  }),
  'share.assignment.interval.ms': int(1000, 'The shortest time between two assignments of the share group.', {
    valid: atLeast(0),
  }),
  'share.record.lock.duration.ms': int(30_000, 'How long a record stays reserved for the member that acquired it.', {
    valid: atLeast(1000),
  }),
  'share.delivery.count.limit': int(5, 'How often a record is delivered before it is given up.', { valid: atLeast(2) }),
  'share.partition.max.record.locks': int(2000, 'The most records of a partition that may be reserved at once.', {
    valid: atLeast(100),
  }),
  'share.auto.offset.reset': string(
    'latest',
    'Where the share group starts when it has no offset: earliest, latest or by_duration:PnDTnHnMn.nS.',
    { valid: shareAutoOffsetReset },
  ),
  'share.isolation.level': string(
    'read_uncommitted',
    'Whether the share group sees records of transactions before they are committed.',
    { valid: oneOf('read_committed', 'read_uncommitted') },
  ),
  'share.renew.acknowledge.enable': boolean(true, 'Whether members may renew the lock of a record.'),
  'streams.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of the streams group is removed.',
    { valid: atLeast(1) },
  ),
  'streams.heartbeat.interval.ms': int(5000, 'How often members of the streams group send heartbeats.', {
    valid: atLeast(1),
  }),
  'streams.assignment.interval.ms': int(1000, 'The shortest time between two assignments of the streams group.', {
    valid: atLeast(0),
  }),
  'streams.initial.rebalance.delay.ms': int(
    3000,
    'How long the first rebalance of the new group waits for more members.',
    { valid: atLeast(0) },
  ),
  'streams.num.standby.replicas': int(0, "How many standby copies of a task's state the streams group keeps.", {
    valid: atLeast(0),
  }),
}
