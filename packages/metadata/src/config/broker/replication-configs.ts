import { boolean, int, long, string } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'

/** Replicas, their leaders and how they follow. */
export const replicationConfigs = {
  'default.replication.factor': int(1, 'The number of replicas of a topic that is created without saying how many.'),
  'min.insync.replicas': int(1, 'How many replicas must have a batch before acks=all is answered.', {
    valid: atLeast(1),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'unclean.leader.election.enable': boolean(
    false,
    'Whether a replica that may miss records can become leader when no other is left.',
    { importance: 'high', updateMode: 'cluster-wide' },
  ),
  'unclean.leader.election.interval.ms': long(
    300_000,
    'How often it is checked whether an unclean election is needed.',
    { valid: atLeast(1), internal: true },
  ),
  'auto.leader.rebalance.enable': boolean(true, 'Whether leadership goes back to the preferred replicas by itself.', {
    importance: 'high',
  }),
  'leader.imbalance.check.interval.seconds': long(300, 'How often the balance of leaders is checked.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'replica.lag.time.max.ms': long(30_000, 'How long a follower may lag before it leaves the in-sync set.', {
    importance: 'high',
  }),
  'replica.socket.timeout.ms': int(30_000, "How long a replica waits for the leader's answer.", { importance: 'high' }),
  'replica.socket.receive.buffer.bytes': int(65_536, 'The size of the receive buffer of replication connections.', {
    importance: 'high',
  }),
  'replica.fetch.max.bytes': int(1_048_576, 'The most bytes that a replica fetches for one partition.', {
    valid: atLeast(0),
  }),
  'replica.fetch.wait.max.ms': int(500, "The longest that the leader may hold a replica's fetch.", {
    importance: 'high',
  }),
  'replica.fetch.min.bytes': int(1, "The least bytes that a replica's fetch waits for.", { importance: 'high' }),
  'replica.fetch.response.max.bytes': int(10_485_760, "The most bytes in one answer to a replica's fetch.", {
    valid: atLeast(0),
  }),
  'replica.fetch.backoff.ms': int(1000, 'How long a replica waits after a failed fetch.', { valid: atLeast(0) }),
  'replica.high.watermark.checkpoint.interval.ms': long(5000, 'How often high watermarks are written down.', {
    importance: 'high',
  }),
  'replica.selector.class': string(null, 'The class that chooses the replica a consumer should read from.'),
  'num.replica.fetchers': int(1, 'The number of fetchers for each source broker.', {
    valid: atLeast(1),
    importance: 'high',
    updateMode: 'cluster-wide',
  }),
  'num.replica.alter.log.dirs.threads': int(null, 'The number of threads that move replicas between log folders.', {
    importance: 'high',
  }),
  'follower.fetch.last.tiered.offset.enable': boolean(
    false,
    'Whether a new follower starts from the last offset that lies in remote storage.',
    { updateMode: 'cluster-wide' },
  ),
  'controller.socket.timeout.ms': int(30_000, "How long the controller waits for a broker's answer."),
}
