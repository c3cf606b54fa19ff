/**
 * The bit fields that tell a client what it may do with a topic, a group or the cluster (KIP-430): bit n stands for the
 * ACL operation with code n. Without an authorizer everybody may do everything that the resource knows.
 */
const operations = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const

function bits(...names: readonly (keyof typeof operations)[]): number {
  return names.reduce((field, name) => field | (1 << operations[name]), 0)
}

/** What a response carries when the operations were not asked for. */
export const OPERATIONS_NOT_ASKED = -0x8000_0000

export const allOperations = {
  topic: bits('READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'),
  group: bits('READ', 'DESCRIBE', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'),
  cluster: bits(
    'CREATE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
    'ALTER',
    'DESCRIBE',
  ),
} as const
