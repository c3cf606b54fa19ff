// What histories of transactions ask for, and how they wait for an end.
import type { Input, TxnOffsetCommitRequest } from '@milena/protocol'
import { apis } from './apis.ts'
import { batch } from './records.ts'
import { fetching, listing, producing } from './requests.ts'
import type { SendOptions, Session, Topic } from './session.ts'

const { initProducerId, addPartitionsToTxn, endTxn } = apis
const { describeTransactions, describeProducers, produce, fetch, listOffsets } = apis

/**
 * A batch of this moment, as a marker is: between times that lie far apart Kafka begins a new segment, and a fetch ends
 * where its first segment does.
 */
export const now = (values: readonly string[], options: Parameters<typeof batch>[1] = {}) =>
  batch(values, options, Date.now())

export interface Producer {
  readonly id: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** The last versions of a client that adds each partition itself (KIP-98), where the newest versions do not (KIP-890). */
export const older = { produce: { version: 11 }, end: { version: 4 }, offsets: { version: 4 } } as const

export const initialising = (
  transactionalId: string | null,
  more: { producerId?: number; producerEpoch?: number } = {},
) => ({
  transactionalId,
  transactionTimeoutMs: 60_000,
  producerId: -1,
  producerEpoch: -1,
  ...more,
})

export async function producer(s: Session, name = 't', options: SendOptions = {}): Promise<Producer> {
  const id = s.name(name)
  const isReady = ({ errorCode }: { errorCode: number }): boolean => errorCode !== 51
  return { id, ...(await s.until(initProducerId, initialising(id), isReady, options)) }
}

export const adding = (
  p: Producer,
  topics: readonly { topic: string; partitions: readonly number[] }[],
  verifyOnly = false,
) => {
  const { id: transactionalId, producerId, producerEpoch } = p
  const named = topics.map(({ topic, partitions }) => ({ name: topic, partitions }))
  return {
    transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly, topics: named }],
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: named,
  }
}

export const add = (s: Session, p: Producer, topic: Topic, ...partitions: number[]) =>
  s.send(addPartitionsToTxn, adding(p, [{ topic: topic.name, partitions }]), { version: 3 })

export function write(
  s: Session,
  p: Producer,
  topic: Topic,
  baseSequence: number,
  values: readonly string[],
  { version, partition = 0 }: { version?: number; partition?: number } = {},
) {
  const { producerId, producerEpoch } = p
  const records = now(values, { producerId, producerEpoch, baseSequence, isTransactional: true })
  const body = { ...producing(topic, records, { partition }), transactionalId: p.id }
  return s.send(produce, body, version === undefined ? {} : { version })
}

export const ending = ({ id, producerId, producerEpoch }: Producer, committed: boolean) => ({
  transactionalId: id,
  producerId,
  producerEpoch,
  committed,
})

/** Ends the transaction, waits until all of it has ended, and gives the producer as it goes on. */
export async function end(s: Session, p: Producer, committed: boolean, options: SendOptions = {}): Promise<Producer> {
  const answer = await s.send(endTxn, ending(p, committed), options)
  await s.until(
    describeTransactions,
    { transactionalIds: [p.id] },
    ({ transactionStates }) => !transactionStates[0]!.transactionState.startsWith('Prepare'),
  )
  return answer.producerId < 0 ? p : { ...p, producerId: answer.producerId, producerEpoch: answer.producerEpoch }
}

export const describe = (s: Session, ...ids: string[]) => s.send(describeTransactions, { transactionalIds: ids })

export const producersOf = (s: Session, topic: Topic, ...partitionIndexes: number[]) =>
  s.send(describeProducers, { topics: [{ name: topic.name, partitionIndexes }] })

export async function read(s: Session, topic: Topic, offset = 0): Promise<void> {
  for (const isolationLevel of [0, 1]) await s.send(fetch, fetching(topic, offset, {}, { isolationLevel }))
}

export async function ends(s: Session, topic: Topic): Promise<void> {
  for (const isolationLevel of [0, 1]) {
    for (const timestamp of [-1, -2, -3]) await s.send(listOffsets, listing(topic, timestamp, { isolationLevel }))
  }
}

export function committing(
  s: Session,
  p: Producer,
  topic: Topic,
  committedOffset: number,
  more: Partial<Input<typeof TxnOffsetCommitRequest>> & { partition?: number } = {},
): Input<typeof TxnOffsetCommitRequest> {
  const { partition = 0, ...rest } = more
  const partitions = [
    { partitionIndex: partition, committedOffset, committedLeaderEpoch: 0, committedMetadata: 'note' },
  ]
  return {
    transactionalId: p.id,
    groupId: s.name('g'),
    producerId: p.producerId,
    producerEpoch: p.producerEpoch,
    generationId: -1,
    memberId: '',
    groupInstanceId: null,
    topics: [{ name: topic.name, partitions }],
    ...rest,
  }
}
