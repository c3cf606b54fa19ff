import { className, int, list, long, string } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'
import { LONG_MAX } from '../config-value.ts'

/** Metrics, client quotas and throttles. */
export const metricsAndQuotasConfigs = {
  'metric.reporters': list(
    ['org.apache.kafka.common.metrics.JmxReporter'],
    'Java classes that report metrics; only accepted, since Milena loads no Java classes.',
    { importance: 'low', updateMode: 'cluster-wide' },
  ),
  'metrics.num.samples': int(2, 'How many windows a rate is computed over.', { valid: atLeast(1), importance: 'low' }),
  'metrics.sample.window.ms': long(30_000, 'The length of one window of a rate.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'metrics.recording.level': string('INFO', 'The level of detail of metrics.', { importance: 'low' }),
  'kafka.metrics.reporters': list([], "Java classes that report Kafka's older metrics; only accepted.", {
    importance: 'low',
  }),
  'kafka.metrics.polling.interval.secs': int(10, 'How often kafka.metrics.reporters are polled; only accepted.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'telemetry.max.bytes': int(1_048_576, 'The most bytes of metrics that a client may push in one request.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'quota.window.num': int(11, 'How many windows a client quota is measured over.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'quota.window.size.seconds': int(1, 'The length of one window of a client quota.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'client.quota.callback.class': className(null, 'A Java class that decides client quotas; only accepted.', {
    importance: 'low',
  }),
  'replication.quota.window.num': int(11, 'How many windows the replication quota is measured over.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'replication.quota.window.size.seconds': int(1, 'The length of one window of the replication quota.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'alter.log.dirs.replication.quota.window.num': int(
    11,
    'How many windows the quota of moves between log folders is measured over.',
    { valid: atLeast(1), importance: 'low' },
  ),
  'alter.log.dirs.replication.quota.window.size.seconds': int(
    1,
    'The length of one window of the quota of moves between log folders.',
    { valid: atLeast(1), importance: 'low' },
  ),
  'controller.quota.window.num': int(11, 'How many windows the quota of controller mutations is measured over.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'controller.quota.window.size.seconds': int(1, 'The length of one window of the quota of controller mutations.', {
    valid: atLeast(1),
    importance: 'low',
  }),
  'leader.replication.throttled.rate': long(
    LONG_MAX,
    'The most bytes a second that a leader sends to throttled replicas.',
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
  'follower.replication.throttled.rate': long(
    LONG_MAX,
    'The most bytes a second that a follower takes for throttled replicas.',
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
  'replica.alter.log.dirs.io.max.bytes.per.second': long(
    LONG_MAX,
    'The most bytes a second that moves between log folders may cost.',
    { valid: atLeast(0), updateMode: 'cluster-wide' },
  ),
}
