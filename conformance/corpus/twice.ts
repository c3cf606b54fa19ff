// What is named twice in one request, or named for nothing.
import { ZERO_UUID } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import { batch } from '../src/records.ts'
import { listing, producing } from '../src/requests.ts'
import type { Session, Topic } from '../src/session.ts'
import { adding, describe, now, older, producer, producersOf } from '../src/transaction-requests.ts'

const { deleteTopics, updateFeatures, alterUserScramCredentials, addPartitionsToTxn, writeTxnMarkers, produce } = apis
const { deleteGroups, joinGroup, offsetCommit, offsetDelete, txnOffsetCommit, describeGroups } = apis
const { alterShareGroupOffsets, describeShareGroupOffsets, shareGroupDescribe } = apis

const tooLong = 'x'.repeat(4097)

const commit = (s: Session, topic: Topic, committedMetadata: string) =>
  s.send(offsetCommit, {
    groupId: s.name('g'),
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [
      {
        name: topic.name,
        topicId: topic.id,
        partitions: [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: 0, committedMetadata }],
      },
    ],
  })

const forget = (s: Session, ...names: string[]) =>
  s.send(offsetDelete, { groupId: s.name('g'), topics: names.map((name) => ({ name, partitions: [] })) })

const alter = (s: Session, ...topics: readonly (readonly [name: string, ...partitions: number[]])[]) =>
  s.send(alterShareGroupOffsets, {
    groupId: s.name('g'),
    topics: topics.map(([topicName, ...partitions]) => ({
      topicName,
      partitions: partitions.map((partitionIndex, index) => ({ partitionIndex, startOffset: index + 1 })),
    })),
  })

const sharers = (s: Session) =>
  s.send(shareGroupDescribe, { groupIds: [s.name('g')], includeAuthorizedOperations: false })

const offsets = (s: Session, ...topics: readonly (readonly [topicName: string, ...partitions: number[]])[]) =>
  s.send(describeShareGroupOffsets, {
    groups: [{ groupId: s.name('g'), topics: topics.map(([topicName, ...partitions]) => ({ topicName, partitions })) }],
  })

export const histories = [
  history('a topic by both of its names, and one of them twice', deleteTopics, async (s) => {
    const [a, b] = [await s.topic('a'), await s.topic('b')]
    const wanted = (...topics: readonly { name: string | null; topicId: string }[]) =>
      s.send(deleteTopics, { topics: [...topics], topicNames: [a.name, a.name], timeoutMs: 30_000 })
    const both = { name: a.name, topicId: a.id }
    const neither = { name: null, topicId: ZERO_UUID }
    await wanted(both, both, neither, neither)
    if (s.version(deleteTopics) < 6) return
    await wanted({ name: b.name, topicId: ZERO_UUID }, { name: null, topicId: b.id })
    await wanted(
      { name: a.name, topicId: ZERO_UUID },
      { name: a.name, topicId: ZERO_UUID },
      { name: null, topicId: a.id },
    )
    await wanted({ name: null, topicId: b.id }, { name: null, topicId: b.id }, { name: b.name, topicId: ZERO_UUID })
  }),

  history('a feature twice', updateFeatures, async (s) => {
    const update = { feature: 'group.version', maxVersionLevel: 1, allowDowngrade: false, upgradeType: 1 }
    const other = { ...update, feature: 'share.version' }
    const more = s.version(updateFeatures) < 1 ? {} : { validateOnly: true }
    await s.send(updateFeatures, { timeoutMs: 30_000, featureUpdates: [update, other, update], ...more })
  }),

  history('a user twice, with and without a password', alterUserScramCredentials, async (s) => {
    const credential = { name: s.name('user'), mechanism: 1, iterations: 4096, salt: Uint8Array.of(1) }
    const good = { ...credential, saltedPassword: Uint8Array.of(2) }
    const empty = { ...credential, saltedPassword: Uint8Array.of() }
    const change = (...upsertions: (typeof good)[]) => s.send(alterUserScramCredentials, { deletions: [], upsertions })
    await change(empty)
    await change(empty, good)
    await change(good, empty)
    await change(empty, empty)
  }),

  history('a transactional id twice', addPartitionsToTxn, async (s) => {
    if (s.version(addPartitionsToTxn) < 4) return
    const topic = await s.topic('orders', { partitions: 3 })
    const p = await producer(s)
    const ask = (verifyOnly: boolean, ...partitions: readonly (readonly number[])[]) =>
      s.send(addPartitionsToTxn, {
        transactions: partitions.flatMap(
          (each) => adding(p, [{ topic: topic.name, partitions: each }], verifyOnly).transactions,
        ),
      })
    await ask(false, [0], [1])
    await describe(s, p.id)
    await ask(false, [2], [7])
    await ask(false, [7], [2])
    await ask(true, [0], [1])
    await ask(true, [1], [0], [1, 0])
    await describe(s, p.id)
  }),

  history('markers of which one has no producer', writeTxnMarkers, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const p = await producer(s)
    const marker = (more: object, ...partitionIndexes: number[]) => ({
      producerId: p.producerId,
      producerEpoch: p.producerEpoch,
      transactionResult: false,
      topics: [{ name: topic.name, partitionIndexes }],
      coordinatorEpoch: 0,
      transactionVersion: 0,
      ...more,
    })
    const mark = (...markers: ReturnType<typeof marker>[]) => s.send(writeTxnMarkers, { markers })
    await mark(marker({ producerId: -1 }, 7))
    await mark(marker({ producerId: -1 }, 0, 7))
    await mark(marker({ producerId: -1 }, 0), marker({ producerId: -1 }))
    await mark(marker({ producerId: -1 }), marker({ producerId: -1 }, 0))
    await mark(marker({}, 0), marker({ producerEpoch: -1 }, 0, 1), marker({}, 1))
    await producersOf(s, topic, 0, 1)
    await mark(marker({}, 0), marker({}, 1))
    await producersOf(s, topic, 0, 1)
  }),

  history('acks that are none, in a transaction', produce, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const p = await producer(s)
    for (const acks of [2, -2]) {
      const { producerId, producerEpoch } = p
      const records = now(['a'], { producerId, producerEpoch, baseSequence: 0, isTransactional: true })
      await s.send(produce, { ...producing(topic, records, { acks }), transactionalId: p.id })
      await describe(s, p.id)
    }
  }),

  history('a partition twice, once with what is no batch', produce, async (s) => {
    const topic = await s.topic('orders')
    const [good, none] = [batch(['a']), new Uint8Array(0)]
    for (const both of [
      [none, good],
      [good, none],
      [none, none],
      [good, good, none, good],
    ]) {
      const topicData = both.flatMap((records) => producing(topic, records).topicData)
      await s.send(produce, { ...producing(topic, good), topicData })
      await s.send(produce, {
        ...producing(topic, good),
        topicData: [{ ...topicData[0]!, partitionData: topicData.flatMap(({ partitionData }) => partitionData) }],
      })
    }
    await s.send(apis.listOffsets, listing(topic, -1))
  }),

  history('a group that begins with an offset that is not taken', [offsetCommit, deleteGroups], async (s) => {
    const topic = await s.topic('orders')
    await forget(s, topic.name)
    await commit(s, topic, tooLong)
    await forget(s, topic.name, s.name('missing'))
    await s.send(deleteGroups, { groupsNames: [s.name('g'), s.name('g')] })
    await s.send(deleteGroups, { groupsNames: [s.name('g')] })
    await commit(s, topic, 'note')
    await commit(s, topic, tooLong)
    await s.send(describeGroups, { groups: [s.name('g'), s.name('g')], includeAuthorizedOperations: false })
  }),

  history('a group that begins with an offset of a transaction that is not taken', txnOffsetCommit, async (s) => {
    const topic = await s.topic('orders')
    const p = await producer(s)
    await s.send(apis.addOffsetsToTxn, {
      transactionalId: p.id,
      producerId: p.producerId,
      producerEpoch: p.producerEpoch,
      groupId: s.name('g'),
    })
    const partitions = [{ partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: 0, committedMetadata: tooLong }]
    await s.send(txnOffsetCommit, {
      transactionalId: p.id,
      groupId: s.name('g'),
      producerId: p.producerId,
      producerEpoch: p.producerEpoch,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [{ name: topic.name, partitions }],
    })
    await forget(s, topic.name)
    await s.send(
      apis.endTxn,
      {
        transactionalId: p.id,
        producerId: p.producerId,
        producerEpoch: p.producerEpoch,
        committed: false,
      },
      older.end,
    )
  }),

  history('a protocol without a name', joinGroup, async (s) => {
    const request = {
      groupId: s.name('g'),
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 3_000,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: '', metadata: Uint8Array.of(0, 1) }],
    }
    const { memberId } = await s.send(joinGroup, { ...request, memberId: '' })
    await s.send(joinGroup, { ...request, memberId })
  }),

  history('offsets of a topic that is named twice', describeShareGroupOffsets, async (s) => {
    const { name } = await s.topic('orders', { partitions: 3 })
    await offsets(s, [name, 0], [name, 1])
    await offsets(s, [name, 1, 0], [s.name('missing'), 0], [name, 0, 2], [s.name('missing'), 0])
    await offsets(s, [name], [name, 0])
    await offsets(s, [name, -1], [name, 0])
    await offsets(s, [s.name('missing')])
  }),

  history('what makes a group', alterShareGroupOffsets, async (s) => {
    const { name } = await s.topic('orders', { partitions: 3 })
    await alter(s, [s.name('missing'), 0, -1])
    await sharers(s)
    await alter(s)
    await alter(s, [s.name('missing')])
    await sharers(s)
    await alter(s, [name])
    await sharers(s)
    await offsets(s, [name, 0])
    await alter(s, [name, 7])
    await alter(s, [name, 0, 1], [name, 2, 0])
    await offsets(s, [name, 0, 1, 2])
    await s.send(describeShareGroupOffsets, { groups: [{ groupId: s.name('g'), topics: null }] })
    await s.send(deleteGroups, { groupsNames: [s.name('g'), s.name('g')] })
    await sharers(s)
    await alter(s, [name, -1])
    await s.send(deleteGroups, { groupsNames: [s.name('g')] })
    await sharers(s)
  }),
]
