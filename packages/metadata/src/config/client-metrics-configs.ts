import { int, list } from './config-def.ts'

/** Every config of a subscription to client metrics (KIP-714). */
export const clientMetricsConfigs = {
  metrics: list([], 'The names or name prefixes of the metrics that clients should push; * means all.'),
  'interval.ms': int(300_000, 'How often clients should push.'),
  match: list([], 'Which clients the subscription is for, as attribute=pattern pairs.'),
}
