import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { buildBatch, endTransactionMarker } from '@milena/records'
import { CompletedFetch, type AbortedTransaction, type ConsumerRecord } from './completed-fetch.ts'

function batch(baseOffset: number, values: readonly string[], rest: Partial<Parameters<typeof buildBatch>[0]> = {}) {
  return buildBatch({
    baseOffset,
    records: values.map((value) => ({ timestamp: 1, key: null, value: Buffer.from(value) })),
    ...rest,
  })
}

const transaction = (producerId: number) => ({
  producerId,
  producerEpoch: 0,
  baseSequence: 0,
  isTransactional: true,
})

const marker = (baseOffset: number, producerId: number, committed: boolean): Uint8Array =>
  endTransactionMarker({ producerId, producerEpoch: 0, committed, coordinatorEpoch: 0, timestamp: 1, baseOffset })

function fetchOf(
  pieces: readonly Uint8Array[],
  fetchOffset = 0,
  abortedTransactions?: readonly AbortedTransaction[],
): CompletedFetch {
  return new CompletedFetch({
    at: { topic: 't', partition: 0 },
    bytes: Buffer.concat(pieces),
    fetchOffset,
    abortedTransactions,
    checkCrcs: true,
  })
}

function take(fetch: CompletedFetch, max = 100): string {
  const records: ConsumerRecord[] = []
  fetch.take(records, max)
  return records.map(({ offset, value }) => `${offset}=${Buffer.from(value!).toString()}`).join(' ')
}

describe('CompletedFetch', () => {
  test('gives records in portions and knows what comes next', () => {
    const fetch = fetchOf([batch(10, ['a', 'b', 'c']), batch(13, ['d'])], 10)
    assert.equal(take(fetch, 2), '10=a 11=b')
    assert.equal(fetch.nextOffset, 12)
    assert.equal(take(fetch), '12=c 13=d')
    assert.equal(fetch.nextOffset, 14)
    assert.equal(fetch.done, true)
  })

  test('the broker sends whole batches: what precedes the fetch offset is passed over', () => {
    assert.equal(take(fetchOf([batch(10, ['a', 'b', 'c'])], 11)), '11=b 12=c')
  })

  test('what lies behind a batch whose last records were compacted away is not asked for again', () => {
    const bytes = buildBatch({
      baseOffset: 5,
      records: [{ timestamp: 1, key: null, value: Buffer.from('x'), offsetDelta: 0 }],
    })
    new DataView(bytes.buffer, bytes.byteOffset).setInt32(23, 9) // lastOffsetDelta
    const fetch = new CompletedFetch({
      at: { topic: 't', partition: 0 },
      bytes,
      fetchOffset: 5,
      abortedTransactions: undefined,
      checkCrcs: false,
    })
    assert.equal(take(fetch), '5=x')
    assert.equal(fetch.nextOffset, 15)
  })

  test('an incomplete batch at the end is left for the next fetch', () => {
    const fetch = fetchOf([batch(0, ['a']), batch(1, ['b']).subarray(0, 40)])
    assert.equal(take(fetch), '0=a')
    assert.equal(fetch.nextOffset, 1)
  })

  test('a reader of everything sees what was aborted, but no markers', () => {
    const fetch = fetchOf([batch(0, ['a'], transaction(1)), marker(1, 1, false), batch(2, ['b'])])
    assert.equal(take(fetch), '0=a 2=b')
    assert.equal(fetch.nextOffset, 3)
  })

  test('a reader of committed records sees a producer again after its abort marker', () => {
    const fetch = fetchOf(
      [
        batch(0, ['lost'], transaction(1)),
        batch(1, ['kept'], transaction(2)),
        batch(2, ['plain']),
        marker(3, 1, false),
        marker(4, 2, true),
        batch(5, ['again'], transaction(1)),
        marker(6, 1, true),
        batch(7, ['lost too'], transaction(2)),
        marker(8, 2, false),
      ],
      0,
      [
        { producerId: 2, firstOffset: 7 },
        { producerId: 1, firstOffset: 0 },
      ],
    )
    assert.equal(take(fetch), '1=kept 2=plain 5=again')
    assert.equal(fetch.nextOffset, 9)
  })

  test('a batch that does not match its checksum is refused, each time, after what precedes it', () => {
    const bad = batch(1, ['b'])
    bad[bad.length - 2]! ^= 1
    const fetch = fetchOf([batch(0, ['a']), bad])
    const records: ConsumerRecord[] = []
    assert.throws(() => fetch.take(records, 10), { name: 'CORRUPT_MESSAGE' })
    assert.equal(records.length, 1)
    assert.equal(fetch.nextOffset, 1)
    assert.throws(() => fetch.take([], 10), { name: 'CORRUPT_MESSAGE' })
  })
})
