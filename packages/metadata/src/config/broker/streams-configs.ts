import { int } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'
import { INT_MAX } from '../config-value.ts'

/** Streams groups. */
export const streamsConfigs = {
  'group.streams.session.timeout.ms': int(
    45_000,
    'After how long without a heartbeat a member of a streams group is removed.',
    { valid: atLeast(1) },
  ),
  'group.streams.min.session.timeout.ms': int(
    45_000,
    'The shortest session timeout that a streams group may be given.',
    { valid: atLeast(1) },
  ),
  'group.streams.max.session.timeout.ms': int(
    60_000,
    'The longest session timeout that a streams group may be given.',
    { valid: atLeast(1) },
  ),
  'group.streams.heartbeat.interval.ms': int(5000, 'How often members of a streams group send heartbeats.', {
    valid: atLeast(1),
  }),
  'group.streams.min.heartbeat.interval.ms': int(
    5000,
    'The shortest heartbeat interval that a streams group may be given.',
    { valid: atLeast(1) },
  ),
  'group.streams.max.heartbeat.interval.ms': int(
    15_000,
    'The longest heartbeat interval that a streams group may be given.',
    { valid: atLeast(1) },
  ),
  'group.streams.max.size': int(INT_MAX, 'The most members of a streams group.', { valid: atLeast(1) }),
  'group.streams.num.standby.replicas': int(0, "How many standby copies of a task's state a streams group keeps.", {
    valid: atLeast(0),
  }),
  'group.streams.max.standby.replicas': int(2, 'The most standby copies that a streams group may be given.', {
    valid: atLeast(0),
  }),
  'group.streams.initial.rebalance.delay.ms': int(
    3000,
    'How long the first rebalance of a new streams group waits for more members.',
    { valid: atLeast(0) },
  ),
  'group.streams.assignment.interval.ms': int(1000, 'The shortest time between two assignments of a streams group.', {
    valid: atLeast(0),
    updateMode: 'cluster-wide',
  }),
  'group.streams.min.assignment.interval.ms': int(
    0,
    'The shortest assignment interval that a streams group may be given.',
    { valid: atLeast(0) },
  ),
  'group.streams.max.assignment.interval.ms': int(
    15_000,
    'The longest assignment interval that a streams group may be given.',
    { valid: atLeast(0) },
  ),
}
