// Walks the schema of a request and makes something in it wrong, extreme, empty, double or merely different.
import { type Field, type Fields, hasVersion, INT64_MAX, INT64_MIN, type Message, ZERO_UUID } from '@milena/protocol'
import type { Random } from './random.ts'
import { batch, LONG_AGO_MS, LONG_FROM_NOW_MS, spoiled } from './records.ts'

/** What there is and what there is not, for fields that speak of something. */
export interface Known {
  readonly topics: readonly { readonly name: string; readonly id: string }[]
  readonly groups: readonly string[]
  /** Groups of other kinds than the request is about. */
  readonly otherGroups: readonly string[]
  readonly members: readonly string[]
  readonly producerIds: readonly number[]
  readonly sessionIds: readonly number[]
  readonly missing: string
  readonly transactional: readonly { readonly transactionalId: string; readonly producerId: number }[]
}

const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'
const INT32_MAX = 2 ** 31 - 1

/**
 * What a field of this name may be set to. Left out is what makes an answer depend on the moment (timeouts that pass
 * within a history) or brings a machine down on both sides (a million partitions).
 */
const numbers: Readonly<Record<string, readonly number[]>> = {
  maxWaitMs: [0, 1, -1],
  minBytes: [0, 1, -1, INT32_MAX],
  maxBytes: [0, 1, 80, 1000, -1, INT32_MAX],
  partitionMaxBytes: [0, 1, 80, 1000, -1, INT32_MAX],
  timeoutMs: [30_000],
  transactionTimeoutMs: [60_000, 0, -1],
  durationFilter: [-1, 0, -2, 60_000_000, INT64_MAX, INT64_MIN],
  sessionTimeoutMs: [30_000, 6_000, 5_999, 0, -1, 1_800_000, 1_800_001],
  rebalanceTimeoutMs: [10_000],
  retentionTimeMs: [-1, 100_000],
  acks: [-1, 1, 2, -2],
  isolationLevel: [0, 1, 2, -1],
  numPartitions: [1, 3, 0, -1, -2, 10],
  replicationFactor: [1, 0, -1, -2, 2, 32767],
  count: [1, 2, 3, 4, 5, 0, -1],
  brokerIds: [1, 0, 2, -1],
  partition: [0, 1, 2, -1, INT32_MAX],
  index: [0, 1, 2, -1, INT32_MAX],
  partitionIndex: [0, 1, 2, -1, INT32_MAX],
  partitions: [0, 1, 2, -1],
  timestamp: [-1, -2, -3, -4, -5, -6, -7, 0, LONG_AGO_MS, LONG_AGO_MS + 1, LONG_AGO_MS + 2, INT64_MAX],
  sessionEpoch: [-1, 0, 1, 2, 3, -2],
  generationId: [1, 2, 0, -1],
  generationIdOrMemberEpoch: [1, 2, 0, -1],
  resourceType: [2, 4, 8, 16, 32, 0, 1, -1, 127],
  resourceTypes: [2, 4, 8, 16, 32, 0, 1, -1, 127],
  configOperation: [0, 1, 2, 3, 4, -1],
  keyType: [0, 2, 3, -1],
  endpointType: [0, 1, 2, 3, -1],
  responsePartitionLimit: [1, 2, 3, 2000, 0, -1],
  replicaId: [-1, -2, 0, 1, 5],
  replicaEpoch: [-1],
  memberEpoch: [0, 1, 2, 3, -1, -2, -3],
  producerEpoch: [0, 1, 2, -1, 32767],
  replicas: [1, 2, -1],
  partitionIndexes: [0, 1, 2, -1],
  brokerId: [2, -1, 7],
  // A quota that is set must not slow anyone down.
  value: [1e9, 2e9],
  electionType: [0, 1, 2, -1],
  matchType: [0, 1, 2, 3, -1],
  mechanism: [0, 1, 2, 3],
  iterations: [4096, 4095, 16_384, 16_385, 0, -1],
  maxVersionLevel: [0, 1, 2, 99, -1],
  upgradeType: [0, 1, 2, 3, 4],
  // Other versions of the protocol, of which a marker says that it is of, are checked in the corpus.
  transactionVersion: [0],
  coordinatorEpoch: [0, 1, -1],
  shareSessionEpoch: [-1, 0, 1, 2, 3, -2],
  maxRecords: [1, 2, 500, 0, -1],
  // Without a size Kafka hands out ranges that end before they begin (differences.md).
  batchSize: [1, 2, 500],
  acknowledgeTypes: [1, 2, 3, 4, 0, 5, -1],
  shareAcquireMode: [0, 1, 2, -1],
}

const configNames = [
  'retention.ms',
  'cleanup.policy',
  'compression.type',
  'max.message.bytes',
  'min.insync.replicas',
  'flush.ms',
  'nonsense',
  '',
]
const configValues = [
  '1000',
  '-1',
  '-2',
  '0',
  'compact',
  'delete',
  'compact,delete',
  'delete,delete',
  'gzip',
  'zstd',
  'abc',
  '',
  ' 5 ',
  '5.5',
]

const strings: Readonly<Record<string, readonly string[]>> = {
  value: configValues,
  protocolType: ['consumer', 'connect', ''],
  protocolName: ['range', 'sticky', ''],
  groupInstanceId: ['anna', 'berta', ''],
  committedMetadata: ['', 'note', 'x'.repeat(4096), 'x'.repeat(4097)],
  clientSoftwareName: ['a', '', '-', 'a b'],
  clientSoftwareVersion: ['1', '', '1-', '1_2'],
  statesFilter: ['Stable', 'Empty', 'stable', 'nonsense', ''],
  typesFilter: ['classic', 'Classic', 'consumer', 'nonsense', ''],
  configurationKeys: configNames,
  // Expressions are resolved in the background, which the corpus waits for.
  subscribedTopicRegex: [''],
  serverAssignor: ['uniform', 'range', 'nonsense', ''],
  instanceId: ['anna', 'berta', ''],
  entityType: ['user', 'client-id', 'ip', 'nonsense', ''],
  feature: [
    'transaction.version',
    'group.version',
    'share.version',
    'metadata.version',
    'kraft.version',
    'nonsense',
    '',
  ],
  path: ['/nowhere', 'relative', ''],
  stateFilters: ['Ongoing', 'Empty', 'CompleteAbort', 'nonsense', ''],
  mechanism: ['PLAIN', 'SCRAM-SHA-512', ''],
  transactionalIdPattern: ['', '.*', '(', '.*t1'],
}

interface Place {
  readonly owner: Record<string, unknown> | unknown[]
  readonly key: string | number
  readonly name: string
  readonly field: Field
  /** The kind of the value at this place: an element of an array of scalars has the kind of the element. */
  readonly kind: string
  /** The name of the array of structs that the field stands in. */
  readonly within: string
}

function places(fields: Fields, version: number, value: Record<string, unknown>, within = ''): Place[] {
  const found: Place[] = []
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, version) || value[name] === undefined) continue
    found.push({ owner: value, key: name, name, field, kind: field.kind, within })
    const inner = value[name]
    if (inner === null) continue
    if (field.kind === 'struct') found.push(...places(field.fields!, version, inner as Record<string, unknown>, name))
    if (field.kind !== 'array') continue
    for (const [index, element] of (inner as unknown[]).entries()) {
      if (field.element === 'struct')
        found.push(...places(field.fields!, version, element as Record<string, unknown>, name))
      else found.push({ owner: inner as unknown[], key: index, name, field, kind: field.element!, within })
    }
  }
  return found
}

/** Changes one place of the body, in place. */
export function mutate(
  random: Random,
  message: Message,
  version: number,
  body: Record<string, unknown>,
  known: Known,
): void {
  const all = places(message.fields, version, body)
  if (all.length === 0) return
  const place = random.pick(all)
  const { owner, key, field, kind } = place
  const set = (value: unknown): void => void ((owner as Record<string | number, unknown>)[key] = value)
  if (typeof key === 'string' && hasVersion(field.options.nullable, version) && random.chance(0.15)) return set(null)
  // One protocol named twice makes Kafka's coordinator throw, after which some versions get no answer.
  if (place.name === 'protocols') return set([])
  if (kind === 'array') set(changedArray(random, (owner as Record<string, unknown>)[key as string]))
  else if (kind !== 'struct') set(newScalar(random, place, known))
}

function changedArray(random: Random, value: unknown): unknown[] {
  const elements = Array.isArray(value) ? value : []
  const choice = random.below(4)
  if (choice === 0 || elements.length === 0) return []
  if (choice === 1) return elements.slice(1)
  if (choice === 2) return elements.toReversed()
  return [...elements, structuredClone(random.pick(elements))]
}

function newScalar(random: Random, { name, kind, field, within }: Place, known: Known): unknown {
  if (kind === 'bool') return random.chance(0.5)
  if (kind === 'uuid') return random.pick([...known.topics.map(({ id }) => id), UNKNOWN_ID, ZERO_UUID])
  if (kind === 'records') return newRecords(random, known)
  if (kind === 'bytes') return random.pick([Uint8Array.of(), Uint8Array.of(1, 2), Uint8Array.of(0, 1, 0, 0, 0, 0)])
  if (kind === 'string') return newString(random, name, field, within, known)
  if (field.options.entityType === 'producerId') {
    const transactional = known.transactional.map(({ producerId }) => producerId)
    const ids = [...known.producerIds, ...transactional, -1, 0, 4000]
    // Kafka writes the marker of a producer -2, which changes what is in the log; Milena refuses it.
    return random.pick(within === 'markers' ? ids : [...ids, -2])
  }
  if (name === 'sessionId') return random.pick([...known.sessionIds, 0, 1, 12345])
  const choices = numbers[name]
  if (choices !== undefined) return random.pick(choices)
  if (kind === 'int64') return random.pick([0, 1, 2, 3, 5, 100, -1, -2, INT64_MAX, INT64_MIN])
  return random.pick(kind === 'int8' ? [0, 1, 2, -1, 127] : [0, 1, 2, -1, -2, 5, 32767])
}

function newString(random: Random, name: string, field: Field, within: string, known: Known): string {
  const topics = known.topics.map((topic) => topic.name)
  if (field.options.entityType === 'topicName') {
    return random.pick([...topics, known.missing, '', 'a b', '.', 'x'.repeat(250)])
  }
  if (field.options.entityType === 'groupId' || name === 'key' || name === 'coordinatorKeys') {
    return random.pick([...known.groups, ...known.otherGroups, known.missing, ''])
  }
  if (field.options.entityType === 'transactionalId') {
    return random.pick([...known.transactional.map(({ transactionalId }) => transactionalId), known.missing, ''])
  }
  if (name === 'memberId') return random.pick([...known.members, 'nobody', ''])
  if (name === 'resourceName') return random.pick([...topics, known.missing, '', '1', '2', 'abc'])
  if (within === 'users' || within === 'deletions' || within === 'upsertions') return random.pick([known.missing, ''])
  if (name === 'name') return random.pick(within === 'configs' ? configNames : ['other', ''])
  return random.pick(strings[name] ?? ['', 'x'])
}

/** Batches of every sort that a producer, or what is none, might send. */
export function newRecords(random: Random, known: Known): Uint8Array {
  const values = Array.from({ length: 1 + random.below(3) }, () => random.pick(['a=1', 'b=2', 'c=', 'no key', null]))
  const compression = random.pick(['none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
  const timestamp = LONG_AGO_MS + random.below(5)
  if (random.chance(0.3)) {
    const producerId = random.pick([...known.producerIds, 4000])
    const sequences = { producerId, producerEpoch: random.below(2), baseSequence: random.pick([0, 1, 2, 3, -1]) }
    return batch(values, { ...sequences, compression }, timestamp)
  }
  const good = batch(values, { compression }, timestamp)
  if (random.chance(0.6)) return good
  return random.pick([
    () => spoiled(good, (bytes) => bytes.writeUInt8(random.below(256), random.below(bytes.length))),
    () => good.subarray(0, random.below(good.length)),
    () => Buffer.concat([good, good]),
    () => batch(values, { baseOffset: 1 + random.below(3) }),
    () => batch(values, { isControl: true }),
    () => batch(values, {}, random.pick([-1, LONG_FROM_NOW_MS])),
    () => batch(values, { lastOffsetDelta: random.below(5) }),
    () => new Uint8Array(0),
  ])()
}
