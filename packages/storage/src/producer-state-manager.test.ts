import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ProducerStateManager } from './producer-state-manager.ts'
import type { ProducerBatch } from './producer-state-entry.ts'
import { decrementSequence, inSequence } from './producer-state-entry.ts'

const SEQUENCE_MAX = 0x7fff_ffff
const COMMIT = { committed: true, coordinatorEpoch: 0 }

function batchOf(baseSequence: number, count: number, o: Partial<ProducerBatch> = {}): ProducerBatch {
  const baseOffset = o.baseOffset ?? 0
  return {
    producerId: 7,
    producerEpoch: 0,
    baseSequence,
    lastSequence: (baseSequence + count - 1) % 2 ** 31,
    baseOffset,
    lastOffset: baseOffset + count - 1,
    maxTimestamp: 1000,
    isTransactional: false,
    isControl: false,
    ...o,
  }
}

/** Judges a batch and notes it when it may be appended. */
function offer(producers: ProducerStateManager, batch: ProducerBatch): string {
  const check = producers.check(batch, { origin: 'client' })
  if (check.kind === 'next') producers.append(batch)
  return check.kind === 'refused' ? check.error : check.kind
}

describe('ProducerStateManager', () => {
  test('takes any sequence from a producer that it does not know', () => {
    const producers = new ProducerStateManager(0)
    assert.equal(offer(producers, batchOf(1234, 1)), 'next')
  })

  test('takes what follows and refuses a gap', () => {
    const producers = new ProducerStateManager(0)
    assert.equal(offer(producers, batchOf(0, 3)), 'next')
    assert.equal(offer(producers, batchOf(4, 1)), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal(offer(producers, batchOf(3, 1)), 'next')
  })

  test('knows the last five batches again, with their offset and time, and no older one', () => {
    const producers = new ProducerStateManager(0)
    for (let index = 0; index < 6; index++) {
      const batch = batchOf(index * 2, 2, { baseOffset: 100 + index * 2, maxTimestamp: 5000 + index })
      assert.equal(offer(producers, batch), 'next')
    }
    const check = producers.check(batchOf(2, 2), { origin: 'client' })
    assert.deepEqual(check, {
      kind: 'duplicate',
      original: { firstSequence: 2, lastSequence: 3, firstOffset: 102, lastOffset: 103, timestamp: 5001 },
    })
    assert.equal(offer(producers, batchOf(0, 2)), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal(offer(producers, batchOf(10, 1)), 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'a part of a known batch')
  })

  test('fences older epochs, and lets a new one begin at 0', () => {
    const producers = new ProducerStateManager(0)
    assert.equal(offer(producers, batchOf(5, 1, { producerEpoch: 3 })), 'next')
    assert.equal(offer(producers, batchOf(6, 1, { producerEpoch: 2 })), 'INVALID_PRODUCER_EPOCH')
    assert.equal(offer(producers, batchOf(6, 1, { producerEpoch: 4 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal(offer(producers, batchOf(0, 1, { producerEpoch: 4 })), 'next')
    assert.equal(offer(producers, batchOf(5, 1, { producerEpoch: 3 })), 'INVALID_PRODUCER_EPOCH', 'not a duplicate')
  })

  test('wraps sequences from 2^31-1 to 0, also within a batch', () => {
    const producers = new ProducerStateManager(0)
    assert.equal(offer(producers, batchOf(SEQUENCE_MAX - 1, 2)), 'next')
    assert.equal(offer(producers, batchOf(0, 1)), 'next')
    const other = new ProducerStateManager(0)
    assert.equal(offer(other, batchOf(SEQUENCE_MAX - 1, 4)), 'next')
    assert.equal(offer(other, batchOf(2, 1)), 'next')
    assert.equal(inSequence(SEQUENCE_MAX, 0), true)
    assert.equal(decrementSequence(1, 3), SEQUENCE_MAX - 1)
  })

  test('takes what a coordinator or a leader appends, but fences old epochs of the former', () => {
    const producers = new ProducerStateManager(0)
    producers.append(batchOf(5, 1, { producerEpoch: 3 }))
    assert.equal(producers.check(batchOf(50, 1, { producerEpoch: 3 }), { origin: 'coordinator' }).kind, 'next')
    assert.equal(producers.check(batchOf(0, 1, { producerEpoch: 1 }), { origin: 'coordinator' }).kind, 'refused')
    assert.equal(producers.check(batchOf(0, 1, { producerEpoch: 1 }), { origin: 'replication' }).kind, 'next')
  })

  test('learns an epoch from a control batch, behind which the sequence begins anew', () => {
    const producers = new ProducerStateManager(0)
    producers.append(batchOf(5, 1))
    producers.append(batchOf(-1, 1, { producerEpoch: 1, isControl: true, marker: COMMIT }))
    assert.equal(offer(producers, batchOf(6, 1)), 'INVALID_PRODUCER_EPOCH')
    assert.equal(offer(producers, batchOf(6, 1, { producerEpoch: 1 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal(offer(producers, batchOf(0, 1, { producerEpoch: 1 })), 'next')
  })

  test('forgets idle producers, except those with an open transaction', () => {
    const producers = new ProducerStateManager(0)
    producers.append(batchOf(0, 1))
    producers.append(batchOf(0, 1, { producerId: 8 }))
    producers.entry(8)!.currentTxnFirstOffset = 0
    producers.removeExpired(1999, 1000)
    assert.equal(producers.size, 2)
    producers.removeExpired(2000, 1000)
    assert.deepEqual(
      producers.activeProducers().map(({ producerId }) => producerId),
      [8],
    )
  })

  test('a snapshot keeps the last batch, so that it is still known again', () => {
    const producers = new ProducerStateManager(0)
    offer(producers, batchOf(0, 2, { baseOffset: 10 }))
    offer(producers, batchOf(2, 3, { baseOffset: 12 }))
    producers.append(batchOf(-1, 1, { producerId: 9, isControl: true, marker: COMMIT }))
    const loaded = new ProducerStateManager(0)
    loaded.load(producers.encode(), 15, 1500, 1000)
    assert.equal(loaded.mapEndOffset, 15)
    assert.equal(offer(loaded, batchOf(2, 3)), 'duplicate')
    assert.deepEqual(loaded.entry(7)!.lastBatch, producers.entry(7)!.lastBatch)
    assert.equal(loaded.entry(9)!.lastBatch, undefined)
    assert.equal(offer(loaded, batchOf(0, 2)), 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'only the last one is kept')
    assert.equal(offer(loaded, batchOf(5, 1)), 'next')
    const late = new ProducerStateManager(0)
    late.load(producers.encode(), 15, 2000, 1000)
    assert.equal(late.size, 0, 'expired ones are not loaded')
  })

  test('a damaged snapshot is refused at every byte and every length', () => {
    const producers = new ProducerStateManager(0)
    producers.append(batchOf(0, 2))
    const snapshot = producers.encode()
    const loaded = new ProducerStateManager(0)
    for (let at = 0; at < snapshot.byteLength; at++) {
      const damaged = Buffer.from(snapshot)
      damaged[at]! ^= 0x10
      assert.throws(() => loaded.load(damaged, 1, 1500, 1000), { name: 'CorruptFileError' }, `byte ${at}`)
      assert.throws(() => loaded.load(snapshot.subarray(0, at), 1, 1500, 1000), { name: 'CorruptFileError' })
    }
  })
})
