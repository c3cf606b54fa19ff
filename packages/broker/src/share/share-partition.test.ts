import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import type { KafkaError } from '@milena/protocol/messages'
import { ManualClock, silentLogger } from '@milena/runtime'
import type { Partition } from '../replica/partition.ts'
import { ApiError } from '../request/api-error.ts'
import type { PersistedState } from './partition/share-partition-types.ts'
import { SharePartition } from './share-partition.ts'
import type { ShareStatePort, ShareStateWrite } from './share-state-port.ts'

const place = { groupId: 'g', topicId: 'AAAAAAAAAAAAAAAAAAAAAg', partition: 0 }
const config = {
  autoOffsetReset: { type: 'latest' },
  isReadCommitted: false,
  isRenewAcknowledgeEnabled: true,
  recordLockDurationMs: 1000,
  maxDeliveryCount: 5,
  maxInFlightRecords: 100,
} as const

/** A share coordinator that does as it is told. */
class ToldState implements ShareStatePort {
  readonly writes: ShareStateWrite[] = []
  state: PersistedState = { stateEpoch: 3, startOffset: 0, stateBatches: [] }
  error: KafkaError | undefined

  async read(): Promise<PersistedState> {
    await Promise.resolve()
    if (this.error !== undefined) throw new ApiError(this.error)
    return this.state
  }

  async write(write: ShareStateWrite): Promise<void> {
    await Promise.resolve()
    this.writes.push(write)
    if (this.error !== undefined) throw new ApiError(this.error)
  }
}

class Waiter {
  changes = 0

  onShareChange(): void {
    this.changes++
  }
}

interface Bench {
  readonly share: SharePartition
  readonly state: ToldState
  readonly clock: ManualClock
  readonly fenced: SharePartition[]
}

function bench(state = new ToldState()): Bench {
  const clock = new ManualClock()
  const fenced: SharePartition[] = []
  const partition = { leaderEpoch: 7, highWatermark: 42, logStartOffset: 0 } as Partial<Partition> as Partition
  const onFenced = (each: SharePartition): void => void fenced.push(each)
  const share = new SharePartition({
    place,
    partition,
    state,
    clock,
    logger: silentLogger,
    config: () => config,
    onFenced,
  })
  return { share, state, clock, fenced }
}

/** Acquires offsets 0 to 9 for member a. */
function acquire(share: SharePartition): unknown {
  const batches = [{ firstOffset: 0, lastOffset: 9 }]
  const request = { isRecordLimit: false, maxRecords: 100, batchSize: 100, fetchOffset: 0, aborted: [] }
  return share.acquire({ memberId: 'a', batches, ...request })
}

test('a group without an offset begins where its config says', async () => {
  const state = new ToldState()
  state.state = { stateEpoch: 0, startOffset: -1, stateBatches: [] }
  const { share } = bench(state)
  await share.loaded
  assert.equal(share.startFetch(new Waiter()), 42)
})

test('what cannot be loaded says why, in the words that clients know', async () => {
  const expected = [
    [Errors.NOT_COORDINATOR, Errors.COORDINATOR_NOT_AVAILABLE],
    [Errors.GROUP_ID_NOT_FOUND, Errors.GROUP_ID_NOT_FOUND],
    [Errors.FENCED_LEADER_EPOCH, Errors.NOT_LEADER_OR_FOLLOWER],
    [Errors.INVALID_REQUEST, Errors.UNKNOWN_SERVER_ERROR],
  ] as const
  for (const [error, told] of expected) {
    const state = new ToldState()
    state.error = error
    await assert.rejects(bench(state).share.loaded, { error: told })
  }
})

test('one fetch reads at a time; who found it reserved is told when it is free', async () => {
  const { share } = bench()
  await share.loaded
  const [first, second, third] = [new Waiter(), new Waiter(), new Waiter()]
  for (const waiter of [first, second, third]) share.watch(waiter)
  assert.equal(share.startFetch(first), 0)
  assert.equal(share.startFetch(second), undefined)
  share.endFetch(false)
  assert.deepEqual([first.changes, second.changes, third.changes], [0, 1, 0])
  assert.equal(share.startFetch(second), 0)
  share.endFetch(true)
  assert.deepEqual([first.changes, second.changes, third.changes], [1, 2, 1])
})

test('a lock that runs out wakes who waits, and is written down', async () => {
  const { share, state, clock } = bench()
  await share.loaded
  assert.deepEqual(acquire(share), [{ firstOffset: 0, lastOffset: 9, deliveryCount: 1 }])
  const waiter = new Waiter()
  share.watch(waiter)
  clock.advance(999)
  assert.equal(waiter.changes, 0)
  clock.advance(1)
  assert.equal(waiter.changes, 1)
  assert.equal(share.startFetch(waiter), 0)
  await Promise.resolve()
  assert.deepEqual(state.writes, [
    {
      ...place,
      leaderEpoch: 7,
      stateEpoch: 3,
      startOffset: 0,
      deliveryCompleteCount: 0,
      stateBatches: [{ firstOffset: 0, lastOffset: 9, deliveryState: 0, deliveryCount: 1 }],
    },
  ])
  share.fence()
  assert.equal(clock.pendingTimers, 0)
})

test('an acknowledgement counts when it is written; a state of another epoch ends the share partition', async () => {
  const { share, state, clock, fenced } = bench()
  await share.loaded
  acquire(share)
  const ack = (firstOffset: number, lastOffset: number): ReturnType<SharePartition['acknowledge']> =>
    share.acknowledge('a', [{ firstOffset, lastOffset, acknowledgeTypes: [1] }])
  assert.equal(await ack(0, 4), undefined)
  assert.equal(share.machine?.startOffset, 5)
  state.error = Errors.COORDINATOR_NOT_AVAILABLE
  assert.deepEqual((await ack(5, 9))?.error, Errors.COORDINATOR_NOT_AVAILABLE)
  assert.deepEqual(fenced, [])
  state.error = Errors.FENCED_STATE_EPOCH
  assert.deepEqual((await ack(5, 9))?.error, Errors.NOT_LEADER_OR_FOLLOWER)
  assert.deepEqual(fenced, [share])
  share.fence()
  assert.equal(share.startFetch(new Waiter()), undefined)
  assert.deepEqual(acquire(share), [])
  assert.equal(clock.pendingTimers, 0)
})
