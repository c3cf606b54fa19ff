import { boolean, int, list, long, string } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'

/** The quorum of controllers and the metadata log. */
export const quorumConfigs = {
  'controller.quorum.voters': list(
    [],
    'The controllers of a static quorum as id@host:port; a single node is its own controller and only accepts it.',
    { importance: 'high' },
  ),
  'controller.quorum.bootstrap.servers': list(
    [],
    'Where the controllers can be reached as host:port; a single node is its own controller and only accepts it.',
    { importance: 'high' },
  ),
  'controller.quorum.election.timeout.ms': int(1000, 'How long a voter waits for its election before it tries again.', {
    valid: atLeast(0),
    importance: 'high',
  }),
  'controller.quorum.fetch.timeout.ms': int(
    2000,
    'How long a follower of the quorum goes without a successful fetch before it starts an election.',
    { valid: atLeast(0), importance: 'high' },
  ),
  'controller.quorum.election.backoff.max.ms': int(1000, 'The longest wait between elections that had no winner.', {
    valid: atLeast(0),
    importance: 'high',
  }),
  'controller.quorum.append.linger.ms': int(25, 'How long the controller gathers records before it writes them.', {
    valid: atLeast(0),
  }),
  'controller.quorum.request.timeout.ms': int(2000, 'How long a member of the quorum waits for an answer.', {
    valid: atLeast(0),
  }),
  'controller.quorum.retry.backoff.ms': int(20, 'How long a member of the quorum waits before it repeats a request.', {
    valid: atLeast(0),
    importance: 'low',
  }),
  'controller.quorum.fetch.max.bytes': int(1_048_576, 'The most bytes of metadata log in one fetch.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'controller.quorum.fetch.snapshot.max.bytes': int(1_048_576, 'The most bytes of a snapshot in one fetch.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'controller.quorum.auto.join.enable': boolean(false, 'Whether a controller joins the voters by itself.', {
    importance: 'low',
  }),
  'controller.performance.sample.period.ms': long(60_000, 'How often the controller sums up the times of its events.', {
    valid: atLeast(100),
    internal: true,
  }),
  'controller.performance.always.log.threshold.ms': long(
    2000,
    'From which duration on an event of the controller is always logged.',
    { valid: atLeast(0), internal: true },
  ),
  'metadata.log.dir': string(null, 'The folder of the metadata log; when absent, the first of log.dirs.', {
    importance: 'high',
  }),
  'metadata.log.segment.bytes': int(1_073_741_824, 'The size of a segment of the metadata log.', {
    valid: atLeast(8_388_608),
    importance: 'high',
  }),
  'metadata.log.segment.ms': long(604_800_000, 'The age at which a segment of the metadata log is closed.', {
    importance: 'high',
  }),
  'metadata.log.max.record.bytes.between.snapshots': long(
    20_971_520,
    'How many bytes of metadata records are written before a snapshot replaces them.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'metadata.log.max.snapshot.interval.ms': long(
    3_600_000,
    'The longest time between two snapshots of the metadata; 0 takes them by size alone.',
    { valid: atLeast(0), importance: 'high' },
  ),
  'metadata.max.retention.bytes': long(
    104_857_600,
    'How large metadata log and snapshots may grow before old ones are deleted.',
    { importance: 'high' },
  ),
  'metadata.max.retention.ms': long(604_800_000, 'How long old metadata snapshots are kept.', { importance: 'high' }),
  'metadata.max.idle.interval.ms': int(
    500,
    'How long the controller lets the metadata log rest before it writes a record that says nothing.',
    { valid: atLeast(0), importance: 'low' },
  ),
  'internal.metadata.log.segment.bytes': int(
    null,
    'A segment size of the metadata log for tests, below the allowed minimum.',
    { importance: 'low', internal: true },
  ),
  'internal.metadata.max.batch.size.in.bytes': int(8_388_608, 'The largest batch of the metadata log.', {
    importance: 'low',
    internal: true,
  }),
  'internal.metadata.delete.delay.millis': long(60_000, 'How long deleted files of the metadata log stay.', {
    importance: 'low',
    internal: true,
  }),
}
