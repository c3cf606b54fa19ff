import { INT64_MAX } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import { fetching, producing } from '../src/requests.ts'
import type { Session, Topic } from '../src/session.ts'
import {
  now,
  type Producer,
  older,
  initialising,
  producer,
  adding,
  add,
  write,
  ending,
  end,
  describe,
  producersOf,
  read,
  ends,
  committing,
} from '../src/transaction-requests.ts'

const { initProducerId, addPartitionsToTxn, addOffsetsToTxn, endTxn, txnOffsetCommit } = apis
const { describeTransactions, describeProducers, listTransactions, offsetFetch, produce, fetch, listOffsets } = apis

const announcing = (s: Session, { id, producerId, producerEpoch }: Producer, group = 'g') => ({
  transactionalId: id,
  producerId,
  producerEpoch,
  groupId: s.name(group),
})

async function offsets(s: Session, topic: Topic): Promise<void> {
  const topics = [{ name: topic.name, topicId: topic.id, partitionIndexes: [0, 1] }]
  const groupId = s.name('g')
  for (const requireStable of [false, true]) {
    await s.send(offsetFetch, {
      groupId,
      topics,
      groups: [{ groupId, memberId: null, memberEpoch: -1, topics }],
      requireStable,
    })
  }
}

export const histories = [
  history('transactional ids, one after the other', initProducerId, async (s) => {
    const first = await producer(s)
    await describe(s, first.id)
    const second = await producer(s)
    await s.send(initProducerId, initialising(first.id, first))
    await s.send(initProducerId, initialising(first.id, second))
    await s.send(initProducerId, initialising(first.id, second))
    await describe(s, first.id)
    await producer(s, 'other')
  }),

  history('ids, epochs and times that cannot be', initProducerId, async (s) => {
    const id = s.name('t')
    await s.send(initProducerId, initialising(''))
    for (const transactionTimeoutMs of [0, -1, 900_000, 900_001]) {
      await s.send(initProducerId, { ...initialising(id), transactionTimeoutMs })
      await s.send(initProducerId, { ...initialising(null), transactionTimeoutMs })
    }
    const p = await producer(s, 'other')
    for (const [producerId, producerEpoch] of [
      [p.producerId, p.producerEpoch + 1],
      [p.producerId, -1],
      [-1, p.producerEpoch],
      [p.producerId + 100_000, 0],
      [-2, -2],
      [p.producerId, 32767],
    ] as const) {
      await s.send(initProducerId, initialising(p.id, { producerId, producerEpoch }))
      await s.send(initProducerId, initialising(null, { producerId, producerEpoch }))
    }
    await s.send(initProducerId, initialising(s.name('new'), { producerId: p.producerId, producerEpoch: 0 }))
  }),

  history('an open transaction is aborted by the next producer', [initProducerId, addPartitionsToTxn], async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await s.send(addPartitionsToTxn, adding(p, [{ topic: topic.name, partitions: [0] }]))
    await describe(s, p.id)
    await write(s, p, topic, 0, ['a'], older.produce)
    const next = await producer(s)
    await read(s, topic)
    await s.send(endTxn, ending(p, true))
    await write(s, p, topic, 1, ['b'], older.produce)
    await describe(s, p.id)
    await add(s, next, topic, 0)
    await write(s, next, topic, 0, ['c'], older.produce)
    await end(s, next, true, older.end)
    await read(s, topic)
  }),

  history('partitions added, right and wrong', addPartitionsToTxn, async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    const p = await producer(s)
    const send = (who: Producer, ...partitions: number[]) =>
      s.send(addPartitionsToTxn, adding(who, [{ topic: topic.name, partitions }]))
    await send(p, 0, 1)
    await send(p, 1, 2)
    await send(p, 0)
    await send(p, 5)
    await send(p, 0, -1)
    await describe(s, p.id)
    await s.send(addPartitionsToTxn, adding(p, [{ topic: s.name('missing'), partitions: [0] }]))
    await s.send(
      addPartitionsToTxn,
      adding(p, [
        { topic: s.name('missing'), partitions: [0] },
        { topic: topic.name, partitions: [0] },
      ]),
    )
    await s.send(addPartitionsToTxn, adding(p, []))
    await send(p)
    await send({ ...p, producerEpoch: p.producerEpoch + 1 }, 0)
    await send({ ...p, producerEpoch: p.producerEpoch - 1 }, 0)
    await send({ ...p, producerId: p.producerId + 100_000 }, 0)
    await send({ ...p, producerId: -1 }, 0)
    await send({ ...p, id: s.name('nobody') }, 0)
    await send({ ...p, id: '' }, 0)
    await s.send(addPartitionsToTxn, adding(p, [{ topic: '__consumer_offsets', partitions: [0] }]))
    await describe(s, p.id)
  }),

  history('partitions looked for, without being added', addPartitionsToTxn, async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    const p = await producer(s)
    const other = await producer(s, 'other')
    await add(s, p, topic, 0, 1)
    const verify = (who: Producer, ...partitions: number[]) =>
      s.send(addPartitionsToTxn, adding(who, [{ topic: topic.name, partitions }], true))
    if (s.version(addPartitionsToTxn) < 4) return
    await verify(p, 0, 1)
    await verify(p, 0, 2)
    await verify(other, 0)
    await verify({ ...p, producerEpoch: 5 }, 0)
    await verify({ ...p, id: s.name('nobody') }, 0)
    const [one, two] = [adding(p, [{ topic: topic.name, partitions: [0] }]), adding(other, [])]
    await s.send(addPartitionsToTxn, { ...one, transactions: [...one.transactions, ...two.transactions] })
    await describe(s, p.id)
    await s.trySend(addPartitionsToTxn, { ...one, transactions: [] }, { deadlineMs: 1000 })
  }),

  history('committed and aborted, each partition added by the client', [produce, endTxn, fetch], async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await s.send(produce, producing(topic, now(['before'])))
    await add(s, p, topic, 0)
    await write(s, p, topic, 0, ['a', 'b'], older.produce)
    await producersOf(s, topic, 0)
    await read(s, topic)
    await ends(s, topic)
    await s.send(produce, producing(topic, now(['between'])))
    await read(s, topic)
    await end(s, p, true, older.end)
    await read(s, topic)
    await ends(s, topic)
    await add(s, p, topic, 0)
    await write(s, p, topic, 2, ['c', 'd'], older.produce)
    await read(s, topic, 3)
    await end(s, p, false, older.end)
    await read(s, topic)
    await ends(s, topic)
    await producersOf(s, topic, 0)
    await read(s, topic, 7)
  }),

  history('committed and aborted, with partitions added by being written to', [produce, endTxn], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    let p = await producer(s)
    await write(s, p, topic, 0, ['a', 'b'])
    await describe(s, p.id)
    await read(s, topic)
    p = await end(s, p, true)
    await describe(s, p.id)
    await read(s, topic)
    await write(s, p, topic, 0, ['c'])
    await write(s, p, topic, 0, ['d'], { partition: 1 })
    await producersOf(s, topic, 0, 1, 2)
    p = await end(s, p, false)
    await read(s, topic)
    await producersOf(s, topic, 0, 1)
    // Nothing was written: the epoch rises all the same.
    p = await end(s, p, true)
    p = await end(s, p, false)
    await describe(s, p.id)
  }),

  history('ends that are refused', endTxn, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    const send = (who: Producer, committed = true) => s.send(endTxn, ending(who, committed))
    await send({ ...p, id: s.name('nobody') })
    await send({ ...p, id: '' })
    await send({ ...p, producerId: p.producerId + 100_000 })
    await send({ ...p, producerEpoch: p.producerEpoch + 1 })
    await send({ ...p, producerEpoch: -1 })
    await add(s, p, topic, 0)
    await send({ ...p, producerEpoch: p.producerEpoch + 1 })
    await describe(s, p.id)
  }),

  history('an end that is sent twice', endTxn, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await s.send(endTxn, ending(p, true), older.end)
    await add(s, p, topic, 0)
    await end(s, p, true)
    await s.send(endTxn, ending(p, true))
    await s.send(endTxn, ending(p, false))
    await describe(s, p.id)
    const q = await producer(s, 'q')
    await add(s, q, topic, 0)
    await end(s, q, false)
    await s.send(endTxn, ending(q, false))
    await s.send(endTxn, ending(q, true))
    await describe(s, q.id)
  }),

  history('batches in no transaction, and of another', produce, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await write(s, p, topic, 0, ['a'], older.produce)
    await write(s, { ...p, id: s.name('nobody') }, topic, 0, ['a'], older.produce)
    await write(s, { ...p, producerEpoch: 7 }, topic, 0, ['a'], older.produce)
    const { producerId, producerEpoch } = p
    const transactional = now(['a'], { producerId, producerEpoch, baseSequence: 0, isTransactional: true })
    await s.send(produce, producing(topic, transactional))
    const plain = now(['a'], { producerId, producerEpoch, baseSequence: 0 })
    await s.send(produce, { ...producing(topic, plain), transactionalId: p.id })
    await s.send(produce, { ...producing(topic, now(['a'])), transactionalId: p.id })
    await s.send(produce, { ...producing(topic, now(['a'])), transactionalId: '' })
    await add(s, p, topic, 0)
    await s.send(produce, { ...producing(topic, plain), transactionalId: p.id })
    await write(s, p, topic, 0, ['a'], older.produce)
    await write(s, p, topic, 0, ['a'], older.produce)
    await write(s, p, topic, 5, ['a'], older.produce)
    await write(s, { ...p, producerEpoch: p.producerEpoch - 1 }, topic, 1, ['a'], older.produce)
    await end(s, p, true, older.end)
    await write(s, p, topic, 1, ['late'], older.produce)
    await read(s, topic)
  }),

  history('a batch of no transaction while one waits', produce, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await write(s, p, topic, 0, ['a'], older.produce)
    const { producerId, producerEpoch } = p
    for (const baseSequence of [1, 0, 1]) {
      await s.send(produce, producing(topic, now(['a'], { producerId, producerEpoch, baseSequence })))
    }
    await add(s, p, topic, 0)
    await write(s, p, topic, 2, ['b'], older.produce)
    await read(s, topic)
  }),

  history('two transactions in one partition, aborted in turn', [fetch, listOffsets], async (s) => {
    const topic = await s.topic('orders')
    const a = await producer(s, 'a')
    const b = await producer(s, 'b')
    await write(s, a, topic, 0, ['a1'])
    await write(s, b, topic, 0, ['b1'])
    await write(s, a, topic, 1, ['a2'])
    await end(s, b, false)
    await read(s, topic)
    await ends(s, topic)
    await end(s, a, false)
    await read(s, topic)
    await ends(s, topic)
    for (const offset of [1, 2, 4]) await s.send(fetch, fetching(topic, offset, {}, { isolationLevel: 1 }))
    await s.send(fetch, fetching(topic, 0, { partitionMaxBytes: 1 }, { isolationLevel: 1 }))
  }),

  history('offsets in a transaction', [txnOffsetCommit, addOffsetsToTxn], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const p = await producer(s)
    await s.send(addOffsetsToTxn, announcing(s, p))
    await describe(s, p.id)
    await s.send(txnOffsetCommit, committing(s, p, topic, 5), older.offsets)
    await offsets(s, topic)
    await end(s, p, true, older.end)
    await offsets(s, topic)
    await s.send(addOffsetsToTxn, announcing(s, p))
    await s.send(txnOffsetCommit, committing(s, p, topic, 9), older.offsets)
    await s.send(txnOffsetCommit, committing(s, p, topic, 1, { partition: 1 }), older.offsets)
    await offsets(s, topic)
    await end(s, p, false, older.end)
    await offsets(s, topic)
  }),

  history('offsets in a transaction, without being announced', txnOffsetCommit, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    let p = await producer(s)
    await s.send(txnOffsetCommit, committing(s, p, topic, 5))
    await describe(s, p.id)
    await offsets(s, topic)
    p = await end(s, p, true)
    await offsets(s, topic)
  }),

  history('offsets that are refused', txnOffsetCommit, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await s.send(addOffsetsToTxn, announcing(s, p))
    const send = (more: Parameters<typeof committing>[4], offset = 5) =>
      s.send(txnOffsetCommit, committing(s, p, topic, offset, more))
    await send({ partition: 7 })
    await send({ partition: -1 })
    await send({ topics: [] })
    await send({ groupId: '' })
    await send({ producerEpoch: p.producerEpoch + 1 })
    await send({ producerId: p.producerId + 100_000 })
    await send({ transactionalId: s.name('nobody') })
    await send({ memberId: 'nobody', generationId: 1 })
    await send({ generationId: 3 })
    await send({ groupInstanceId: 'anna' })
    await send({}, -1)
    await send({}, -5)
    await send({}, INT64_MAX)
    const long = committing(s, p, topic, 5)
    const partitions = long.topics[0]!.partitions.map((each) => ({ ...each, committedMetadata: 'x'.repeat(4097) }))
    await s.send(txnOffsetCommit, { ...long, topics: [{ name: topic.name, partitions }] })
    await s.send(txnOffsetCommit, {
      ...long,
      topics: [{ name: s.name('missing'), partitions: long.topics[0]!.partitions }],
    })
    await offsets(s, topic)
  }),

  history('a group that is announced, right and wrong', addOffsetsToTxn, async (s) => {
    const p = await producer(s)
    const send = (who: Partial<Producer>, group = 'g') =>
      s.send(addOffsetsToTxn, announcing(s, { ...p, ...who }, group))
    await send({})
    await send({})
    await send({}, 'other')
    await s.send(addOffsetsToTxn, { ...announcing(s, p), groupId: '' })
    await send({ producerEpoch: p.producerEpoch + 1 })
    await send({ producerEpoch: p.producerEpoch - 1 })
    await send({ producerId: p.producerId + 100_000 })
    await send({ id: s.name('nobody') })
    await send({ id: '' })
    // Which partition of the topic a group belongs to is the same on both.
    await describe(s, p.id)
  }),

  history('transactions described', describeTransactions, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await describe(s)
    await describe(s, s.name('nobody'), '')
    const p = await producer(s)
    await describe(s, p.id, p.id, s.name('nobody'))
    await add(s, p, topic, 1, 0)
    await describe(s, p.id)
    await end(s, p, true, older.end)
    await describe(s, p.id)
  }),

  history('transactions listed', listTransactions, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    const q = await producer(s, 'q')
    await add(s, q, topic, 0)
    const list = (more: object) =>
      s.send(listTransactions, {
        stateFilters: [],
        producerIdFilters: [],
        durationFilter: -1,
        transactionalIdPattern: null,
        ...more,
      })
    await list({})
    for (const state of ['Ongoing', 'Empty', 'ongoing', 'nonsense', '', 'CompleteCommit', 'Dead']) {
      await list({ stateFilters: [state] })
    }
    await list({ stateFilters: ['Empty', 'Ongoing', 'Empty', 'nonsense', 'nonsense'] })
    await list({ producerIdFilters: [p.producerId] })
    await list({ producerIdFilters: [p.producerId, q.producerId, -1] })
    await list({ producerIdFilters: [-1], stateFilters: ['Ongoing'] })
    for (const durationFilter of [0, 60_000_000, -5, INT64_MAX]) await list({ durationFilter })
    for (const transactionalIdPattern of ['', '.*', p.id, `${p.id}.*`, 'h.*t', '(', '[a', '(?i)H.*-T', 'q$', '.*q$']) {
      await list({ transactionalIdPattern })
    }
  }),

  history('producers of a partition', describeProducers, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await producersOf(s, topic, 0, 1, 2, -1)
    await s.send(describeProducers, { topics: [] })
    await producersOf(s, topic)
    await producersOf(s, topic, 0, 0)
    await s.send(describeProducers, { topics: [{ name: s.name('missing'), partitionIndexes: [0] }] })
    await s.send(describeProducers, { topics: [{ name: '', partitionIndexes: [0] }] })
    const { producerId, producerEpoch } = await s.send(initProducerId, initialising(null))
    await s.send(produce, producing(topic, now(['a', 'b'], { producerId, producerEpoch, baseSequence: 0 })))
    await producersOf(s, topic, 0)
    const p = await producer(s)
    await write(s, p, topic, 0, ['c'], { partition: 1 })
    await producersOf(s, topic, 1)
    await end(s, p, true)
    await producersOf(s, topic, 1)
  }),

  history('markers written by hand', apis.writeTxnMarkers, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const p = await producer(s)
    await add(s, p, topic, 0)
    await write(s, p, topic, 0, ['a'], older.produce)
    const mark = (more: object, partitionIndexes: number[] = [0], name = topic.name) =>
      s.send(apis.writeTxnMarkers, {
        markers: [
          {
            producerId: p.producerId,
            producerEpoch: p.producerEpoch,
            transactionResult: false,
            topics: [{ name, partitionIndexes }],
            coordinatorEpoch: 0,
            transactionVersion: 0,
            ...more,
          },
        ],
      })
    await mark({}, [7])
    await mark({}, [0], s.name('missing'))
    await mark({ topics: [] })
    await s.send(apis.writeTxnMarkers, { markers: [] })
    await mark({ producerEpoch: p.producerEpoch - 1 })
    await read(s, topic)
    await mark({})
    await read(s, topic)
    await mark({ transactionResult: true })
    await mark({ coordinatorEpoch: -1 })
    await mark({ producerEpoch: p.producerEpoch + 3, transactionVersion: 2 })
    await producersOf(s, topic, 0)
    await read(s, topic)
  }),
]
