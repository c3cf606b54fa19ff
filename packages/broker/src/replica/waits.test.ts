/** DelayedFetch and DelayedProduce. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors } from '@milena/protocol/messages'
import { ManualClock } from '@milena/runtime'
import { StorageError } from '@milena/storage'
import { DelayedFetch } from './delayed-fetch.ts'
import { DelayedProduce } from './delayed-produce.ts'
import type { PendingAppend } from './delayed-produce.ts'
import type { Partition, PartitionWaiter } from './partition.ts'

/** As much of a partition as a delayed fetch uses. */
class WatchedPartition {
  readonly waiters = new Set<PartitionWaiter>()
  readonly watch = (waiter: PartitionWaiter): void => void this.waiters.add(waiter)
  readonly unwatch = (waiter: PartitionWaiter): void => void this.waiters.delete(waiter)

  commit(bytes: number): void {
    for (const waiter of this.waiters) waiter.onCommitted(bytes, bytes)
  }
}

interface Wait {
  readonly clock: ManualClock
  readonly partitions: readonly WatchedPartition[]
  readonly hangUp: () => void
  readonly isDone: () => Promise<boolean>
}

function delayedFetch({ missingBytes = 100, maxWaitMs = 500 } = {}): Wait {
  const clock = new ManualClock()
  const partitions = [new WatchedPartition(), new WatchedPartition()]
  const listeners = new Set<() => void>()
  const connection = {
    onClose: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const fetch = new DelayedFetch({
    partitions: partitions as unknown as readonly Partition[],
    missingBytes,
    isReadCommitted: false,
    maxWaitMs,
    clock,
    connection,
  })
  let done = false
  void fetch.done.then(() => {
    done = true
  })
  const isDone = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (done) {
      assert.ok(
        partitions.every(({ waiters }) => waiters.size === 0),
        'nobody keeps what is over',
      )
      assert.equal(clock.pendingTimers, 0)
      assert.equal(listeners.size, 0)
    }
    return done
  }
  const hangUp = (): void => {
    for (const listener of listeners) listener()
  }
  return { clock, partitions, hangUp, isDone }
}

test('a delayed fetch is done when enough bytes came, from whichever partitions', async () => {
  const { partitions, isDone } = delayedFetch({ missingBytes: 100 })
  partitions[0]!.commit(60)
  assert.equal(await isDone(), false)
  partitions[1]!.commit(40)
  assert.equal(await isDone(), true)
})

test('a delayed fetch is done when its time is out, and not before', async () => {
  const { clock, isDone } = delayedFetch({ maxWaitMs: 500 })
  clock.advance(499)
  assert.equal(await isDone(), false)
  clock.advance(1)
  assert.equal(await isDone(), true)
})

test('a delayed fetch is done when a partition changes or its client goes', async () => {
  const changed = delayedFetch()
  for (const waiter of changed.partitions[1]!.waiters) waiter.onChanged()
  assert.equal(await changed.isDone(), true)
  const left = delayedFetch()
  left.hangUp()
  assert.equal(await left.isDone(), true)
})

interface Pending extends PendingAppend {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

function pendingAppend(): Pending {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return { committed: promise, error: undefined, resolve, reject }
}

test('a delayed produce waits for all of its appends', async () => {
  const clock = new ManualClock()
  const appends = [pendingAppend(), pendingAppend()]
  const { done } = new DelayedProduce({ appends, timeoutMs: 1000, clock })
  appends[1]!.resolve()
  appends[0]!.resolve()
  await done
  assert.deepEqual(
    appends.map(({ error }) => error),
    [undefined, undefined],
  )
  assert.equal(clock.pendingTimers, 0)
})

test('when the time is out, what is not safe yet has timed out, and stays so', async () => {
  const clock = new ManualClock()
  const appends = [pendingAppend(), pendingAppend()]
  const { done } = new DelayedProduce({ appends, timeoutMs: 1000, clock })
  appends[0]!.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(1000)
  await done
  appends[1]!.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    appends.map(({ error }) => error),
    [undefined, Errors.REQUEST_TIMED_OUT],
  )
})

test('an append that the disk refuses is an error of its own', async () => {
  const appends = [pendingAppend(), pendingAppend()]
  const { done } = new DelayedProduce({ appends, timeoutMs: undefined, clock: new ManualClock() })
  appends[0]!.reject(new StorageError('KAFKA_STORAGE_ERROR', 'the disk is full'))
  appends[1]!.resolve()
  await done
  assert.deepEqual(
    appends.map(({ error }) => error),
    [Errors.KAFKA_STORAGE_ERROR, undefined],
  )
})
