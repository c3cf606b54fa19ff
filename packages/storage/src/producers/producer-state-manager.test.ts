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

  describe('transactions', () => {
    const transactional = (baseSequence: number, o: Partial<ProducerBatch> = {}): ProducerBatch =>
      batchOf(baseSequence, 1, { isTransactional: true, ...o })
    const markerOf = (
      o: Partial<ProducerBatch> & { coordinatorEpoch?: number; committed?: boolean } = {},
    ): ProducerBatch => {
      const { coordinatorEpoch = 0, committed = true, ...batch } = o
      return batchOf(-1, 1, {
        isTransactional: true,
        isControl: true,
        marker: { committed, coordinatorEpoch },
        ...batch,
      })
    }
    const judge = (producers: ProducerStateManager, batch: ProducerBatch, transactionVersion = 0): string => {
      const check = producers.check(batch, { origin: 'coordinator', transactionVersion })
      return check.kind === 'refused' ? check.error : check.kind
    }

    test('while one is open its producer writes nothing beside it', () => {
      const producers = new ProducerStateManager(0)
      assert.equal(offer(producers, transactional(0, { baseOffset: 5 })), 'next')
      assert.equal(producers.entry(7)?.currentTxnFirstOffset, 5)
      assert.equal(offer(producers, batchOf(1, 1)), 'INVALID_TXN_STATE')
      assert.equal(offer(producers, transactional(1, { baseOffset: 6 })), 'next')
      assert.deepEqual(producers.append(markerOf({ baseOffset: 9, committed: false })), {
        producerId: 7,
        firstOffset: 5,
        lastOffset: 9,
        isAborted: true,
      })
      assert.equal(producers.append(markerOf({ baseOffset: 10 })), undefined, 'of a transaction without records')
      assert.equal(offer(producers, batchOf(2, 1)), 'next')
    })

    test('a marker of an older coordinator, or of an older epoch, ends nothing', () => {
      const producers = new ProducerStateManager(0)
      producers.append(transactional(0, { producerEpoch: 3 }))
      assert.equal(judge(producers, markerOf({ producerEpoch: 2 })), 'INVALID_PRODUCER_EPOCH')
      producers.append(markerOf({ producerEpoch: 3, coordinatorEpoch: 8 }))
      assert.equal(
        judge(producers, markerOf({ producerEpoch: 3, coordinatorEpoch: 7 })),
        'TRANSACTION_COORDINATOR_FENCED',
      )
      assert.equal(judge(producers, markerOf({ producerEpoch: 3, coordinatorEpoch: 8 })), 'next')
    })

    test('from version 2 on an open transaction ends with a newer epoch only; what is ended may be ended again', () => {
      const producers = new ProducerStateManager(0)
      producers.append(transactional(0, { producerEpoch: 3 }))
      assert.equal(judge(producers, markerOf({ producerEpoch: 3 }), 2), 'INVALID_PRODUCER_EPOCH')
      assert.equal(judge(producers, markerOf({ producerEpoch: 3 }), 1), 'next')
      assert.equal(judge(producers, markerOf({ producerEpoch: 4 }), 2), 'next')
      producers.append(markerOf({ producerEpoch: 4 }))
      assert.equal(judge(producers, markerOf({ producerEpoch: 4 }), 2), 'next')
      assert.equal(judge(producers, markerOf({ producerEpoch: 3 }), 2), 'INVALID_PRODUCER_EPOCH')
    })

    test('the first batch needs the guard of a verification that nothing came between', () => {
      const producers = new ProducerStateManager(0)
      const start = { producerId: 7, producerEpoch: 0, baseSequence: 0, supportsEpochBump: true, nowMs: 0 }
      const check = (batch: ProducerBatch, guard: object | undefined): string => {
        const result = producers.check(batch, { origin: 'client', verification: { guard } })
        return result.kind === 'refused' ? result.error : result.kind
      }
      assert.equal(check(transactional(0), undefined), 'INVALID_TXN_STATE')
      const guard = producers.verifications.start(start)
      assert.equal(producers.verifications.start(start), guard)
      assert.equal(check(transactional(0), {}), 'INVALID_TXN_STATE')
      assert.equal(check(transactional(3), guard), 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'generation 2 begins at 0')
      assert.equal(check(transactional(0), guard), 'next')
      assert.equal(check(batchOf(1, 1), undefined), 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'also outside of a transaction')
      producers.append(markerOf({ producerEpoch: 1 }))
      assert.equal(check(transactional(0, { producerEpoch: 1 }), guard), 'INVALID_TXN_STATE', 'an abort came between')
      const second = producers.verifications.start({ ...start, producerEpoch: 1 })
      producers.append(markerOf({ producerEpoch: 1 }))
      assert.equal(
        check(transactional(0, { producerEpoch: 1 }), second),
        'next',
        'the marker of the one before is late',
      )
      assert.equal(check(transactional(1, { producerEpoch: 1 }), second), 'OUT_OF_ORDER_SEQUENCE_NUMBER')
      producers.append(transactional(0, { producerEpoch: 1 }))
      assert.equal(check(transactional(1, { producerEpoch: 1 }), undefined), 'next', 'it is open now')
    })

    test('where epochs stay, any marker makes a guard worthless', () => {
      const producers = new ProducerStateManager(0)
      const start = { producerId: 7, producerEpoch: 0, baseSequence: 0, supportsEpochBump: false, nowMs: 0 }
      const check = (batch: ProducerBatch, guard: object | undefined): string => {
        const result = producers.check(batch, { origin: 'client', verification: { guard } })
        return result.kind === 'refused' ? result.error : result.kind
      }
      const guard = producers.verifications.start(start)
      producers.append(markerOf({ producerEpoch: 0 }))
      assert.equal(check(transactional(0), guard), 'INVALID_TXN_STATE')
      const second = producers.verifications.start(start)
      assert.equal(check(transactional(0), second), 'next')
      producers.append(transactional(0))
      assert.equal(check(transactional(1), undefined), 'next', 'it is open now')
    })

    test('the last stable offset waits for the first open one, and for markers that are not committed', () => {
      const { transactions } = new ProducerStateManager(0)
      transactions.begin(1, 10)
      transactions.begin(2, 20)
      assert.equal(transactions.firstUnstableOffset, 10)
      assert.equal(transactions.complete({ producerId: 1, firstOffset: 10, lastOffset: 30, isAborted: true }), 20)
      assert.equal(transactions.complete({ producerId: 2, firstOffset: 20, lastOffset: 31, isAborted: false }), 32)
      assert.equal(transactions.firstUnstableOffset, 10)
      transactions.releaseTo(31)
      assert.equal(transactions.firstUnstableOffset, 20)
      transactions.releaseTo(32)
      assert.equal(transactions.firstUnstableOffset, Infinity)
    })
  })
})
