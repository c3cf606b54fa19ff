import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TxnOffsetCommitRequest } from '@milena/protocol'
import { Errors } from '@milena/protocol'
import { ServiceBench } from '../testing/service-bench.ts'
import type { OffsetsVerification } from './offset-service.ts'

const GROUP = 'g'
const VERIFIED: OffsetsVerification = { errorCode: Errors.NONE.code }
const UNSTABLE = 'UNSTABLE'

/** A group whose offset of t1-0 transactions and others commit. */
class Offsets {
  readonly bench = new ServiceBench()

  async commit(
    producerId: number,
    committedOffset: number,
    o: { readonly topic?: string; readonly partition?: number; readonly verification?: OffsetsVerification } = {},
  ): Promise<number> {
    const { topic: name = 't1', partition: partitionIndex = 0, verification = VERIFIED } = o
    const partition = { partitionIndex, committedOffset, committedLeaderEpoch: -1, committedMetadata: '' }
    const request: TxnOffsetCommitRequest = {
      transactionalId: `tx-${producerId}`,
      groupId: GROUP,
      producerId,
      producerEpoch: 0,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [{ name, partitions: [partition] }],
    }
    const verify = (): Promise<OffsetsVerification> => Promise.resolve(verification)
    const { topics } = await this.bench.service.commitTransactionalOffsets(request, this.bench.client(3), verify)
    return topics[0]!.partitions[0]!.errorCode
  }

  async commitPlainly(committedOffset: number): Promise<void> {
    const partition = { partitionIndex: 0, committedOffset, committedLeaderEpoch: -1, committedMetadata: '' }
    const request = {
      groupId: GROUP,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name: 't1', topicId: '', partitions: [partition] }],
    }
    await this.bench.service.commitOffsets(request, this.bench.client(8))
  }

  async end(producerId: number, isCommit: boolean): Promise<void> {
    const marker = { producerId, producerEpoch: 0, isCommit, coordinatorEpoch: 0, transactionVersion: 1 }
    const partition = this.bench.service.partitionFor(GROUP)
    assert.equal(await this.bench.service.completeTransaction(partition, marker), Errors.NONE.code)
  }

  async fetch(requireStable = true): Promise<number | string> {
    const topics = [{ name: 't1', partitionIndexes: [0] }]
    const request = { groupId: GROUP, topics, groups: [], requireStable }
    const answer = await this.bench.service.fetchOffsets(request, this.bench.client(7))
    const { errorCode, committedOffset } = answer.topics[0]!.partitions[0]!
    return errorCode === Errors.UNSTABLE_OFFSET_COMMIT.code ? UNSTABLE : committedOffset
  }
}

async function start(): Promise<Offsets> {
  const offsets = new Offsets()
  await offsets.bench.start()
  return offsets
}

test('offsets count when their transaction commits, and not when it aborts; a restart changes nothing', async () => {
  const offsets = await start()
  assert.equal(await offsets.commit(1, 10), Errors.NONE.code)
  assert.deepEqual([await offsets.fetch(), await offsets.fetch(false)], [UNSTABLE, -1])
  await offsets.bench.restart()
  assert.equal(await offsets.fetch(), UNSTABLE)
  await offsets.end(1, true)
  assert.equal(await offsets.fetch(), 10)
  await offsets.commit(1, 20)
  await offsets.end(1, false)
  await offsets.end(1, true)
  assert.equal(await offsets.fetch(), 10)
  await offsets.bench.restart()
  assert.equal(await offsets.fetch(), 10)
})

test('of two commits the one counts that came later, whichever ended later', async () => {
  const offsets = await start()
  await offsets.commit(1, 10)
  await offsets.commit(2, 20)
  await offsets.commitPlainly(30)
  await offsets.commit(3, 40)
  await offsets.end(3, true)
  assert.equal(await offsets.fetch(), UNSTABLE, 'others are open')
  assert.equal(await offsets.fetch(false), 40)
  await offsets.end(2, true)
  await offsets.end(1, true)
  assert.equal(await offsets.fetch(), 40)
})

test('a deletion takes pending offsets along', async () => {
  const offsets = await start()
  await offsets.commit(1, 10)
  const partitions = [{ partitionIndex: 0 }]
  const request = { groupId: GROUP, topics: [{ name: 't1', partitions }] }
  const deleted = await offsets.bench.service.deleteOffsets(request, offsets.bench.client(0))
  assert.equal(deleted.topics[0]!.partitions[0]!.errorCode, Errors.NONE.code)
  await offsets.end(1, true)
  assert.equal(await offsets.fetch(), -1)

  await offsets.commit(2, 20)
  await offsets.bench.service.onTopicsDeleted(['t1'])
  await offsets.end(2, true)
  assert.equal(await offsets.fetch(), -1)

  await offsets.commit(3, 30)
  await offsets.bench.service.deleteGroups({ groupsNames: [GROUP] }, offsets.bench.client(2))
  await offsets.end(3, true)
  assert.equal(await offsets.fetch(), -1)
})

test('what is refused', async () => {
  const offsets = await start()
  const { service } = offsets.bench
  const abortable = Errors.TRANSACTION_ABORTABLE.code
  assert.equal(await offsets.commit(1, 10, { verification: { errorCode: abortable } }), abortable)
  assert.equal(await offsets.commit(1, 10, { topic: 'none' }), Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  assert.equal(await offsets.commit(1, 10, { partition: 99 }), Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
  assert.equal(await offsets.fetch(), -1)
  service.shutdown()
  assert.equal(await offsets.commit(1, 10), Errors.COORDINATOR_NOT_AVAILABLE.code)
  const marker = { producerId: 1, producerEpoch: 0, isCommit: true, coordinatorEpoch: 0, transactionVersion: 1 }
  assert.equal(await service.completeTransaction(0, marker), Errors.NOT_COORDINATOR.code)
})
