import { boolean, int, short } from '../config-def.ts'
import { atLeast } from '../config-validator.ts'

/** Transactions and their state. */
export const transactionsConfigs = {
  'transaction.max.timeout.ms': int(900_000, 'The longest transaction timeout that a producer may ask for.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'transaction.two.phase.commit.enable': boolean(false, 'Whether producers may take part in a two-phase commit.', {
    importance: 'low',
  }),
  'transaction.partition.verification.enable': boolean(
    true,
    'Whether a write in a transaction is refused when its partition was not added to the transaction.',
    { importance: 'low', updateMode: 'cluster-wide' },
  ),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    10_000,
    'How often transactions are checked for having timed out.',
    { valid: atLeast(1), importance: 'low' },
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    3_600_000,
    'How often transactional ids are checked for expiry.',
    { valid: atLeast(1), importance: 'low' },
  ),
  'transaction.state.log.load.buffer.size': int(
    5_242_880,
    'How many bytes of the transaction topic are read at a time when it is loaded.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'transaction.state.log.min.isr': int(
    1,
    'The in-sync replicas that the transaction topic needs; 1 on a single node (Kafka: 2).',
    { valid: atLeast(1), importance: 'high' },
  ),
  'transaction.state.log.num.partitions': int(
    50,
    'The number of partitions of the transaction topic; it must not change afterwards.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'transaction.state.log.replication.factor': short(
    1,
    'The number of replicas of the transaction topic; 1 on a single node (Kafka: 3).',
    { valid: atLeast(1), importance: 'high' },
  ),
  'transaction.state.log.segment.bytes': int(104_857_600, 'The segment size of the transaction topic.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'transactional.id.expiration.ms': int(604_800_000, 'After how long without use a transactional id is forgotten.', {
    valid: atLeast(1),
    importance: 'high',
  }),
  'add.partitions.to.txn.retry.backoff.ms': int(
    20,
    'The first wait before the verification of a transaction is tried again.',
    { valid: atLeast(1), importance: 'high' },
  ),
  'add.partitions.to.txn.retry.backoff.max.ms': int(
    100,
    'The longest that the verification of a transaction is tried.',
    { valid: atLeast(0), importance: 'high' },
  ),
}
