import { INT64_MAX, ZERO_UUID } from '@milena/protocol'
import { apis } from '../src/apis.ts'
import { history } from '../src/history.ts'
import { batch, LONG_AGO_MS, LONG_FROM_NOW_MS, spoiled } from '../src/records.ts'
import { fetching, listing, producing } from '../src/requests.ts'

const { produce, fetch, listOffsets, deleteRecords, offsetForLeaderEpoch, initProducerId, createPartitions } = apis
const UNKNOWN_ID = 'AbCdEfGhIjKlMnOpQrStUA'

export const histories = [
  history('records go in and come out', [produce, fetch], async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await s.send(produce, producing(topic, batch(['a=1', 'b=2', 'c'])))
    await s.send(produce, producing(topic, batch([null, 'x=']), { acks: 1 }))
    await s.send(fetch, fetching(topic, 0))
    await s.send(fetch, fetching(topic, 4))
    await s.send(fetch, fetching(topic, 5))
    await s.send(fetch, fetching(topic, 0, { partition: 1 }))
  }),

  history('without acknowledgement', produce, async (s) => {
    const topic = await s.topic('orders')
    await s.tell(produce, producing(topic, batch(['a=1']), { acks: 0 }))
    // Under load Apache Kafka may be seen before it has written: out of range, or empty.
    await s.until(fetch, fetching(topic, 0), (answer) => answer.responses[0]?.partitions[0]?.highWatermark === 1)
    await s.tell(produce, producing(topic, batch(['a=1']), { acks: 0, partition: 7 }))
    await s.send(fetch, fetching(topic, 0))
  }),

  history('acks that cannot be', produce, async (s) => {
    const topic = await s.topic('orders')
    for (const acks of [2, -2, 32767]) await s.send(produce, producing(topic, batch(['a=1']), { acks }))
  }),

  history('to where nothing is', produce, async (s) => {
    const topic = await s.topic('orders')
    for (const partition of [1, -1, 2 ** 31 - 1]) await s.send(produce, producing(topic, batch(['a']), { partition }))
    await s.send(produce, producing({ name: s.name('missing'), id: UNKNOWN_ID }, batch(['a'])))
    await s.send(produce, producing({ name: '', id: 'AAAAAAAAAAAAAAAAAAAAAA' }, batch(['a'])))
    await s.send(produce, producing({ name: 'a b', id: UNKNOWN_ID }, batch(['a'])))
  }),

  history('to the topic of the offsets', produce, async (s) => {
    const { topics } = await s.send(apis.metadata, {
      topics: [{ name: '__consumer_offsets', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
    await s.send(produce, producing({ name: '__consumer_offsets', id: topics[0]!.topicId }, batch(['a=1'])))
  }),

  history('batches that are wrong', produce, async (s) => {
    const topic = await s.topic('orders')
    const good = batch(['a=1', 'b=2'])
    const wrong: (Uint8Array | null)[] = [
      null,
      new Uint8Array(0),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(61),
      spoiled(good, (bytes) => bytes.writeUInt32BE(7, 17)),
      spoiled(good, (bytes) => bytes.writeUInt8(1, 16)),
      spoiled(good, (bytes) => bytes.writeUInt8(0, 16)),
      spoiled(good, (bytes) => bytes.writeUInt8(3, 16)),
      spoiled(good, (bytes) => bytes.writeInt32BE(bytes.readInt32BE(8) + 1, 8)),
      spoiled(good, (bytes) => bytes.writeInt32BE(bytes.readInt32BE(8) - 1, 8)),
      spoiled(good, (bytes) => bytes.writeInt32BE(-1, 8)),
      spoiled(good, (bytes) => bytes.writeInt32BE(0, 8)),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, good]),
      Buffer.concat([good, Buffer.from([0, 0, 0])]),
      batch(['a=1'], { baseOffset: 5 }),
      batch(['a=1'], { isControl: true }),
      batch(['a=1'], { timestampType: 'LogAppendTime' }),
      batch(['a=1', 'b'], { lastOffsetDelta: 5 }),
      batch(['a=1'], { producerId: 4000, producerEpoch: 0, baseSequence: -1 }),
      batch(['a=1'], { producerId: 4000, producerEpoch: -1, baseSequence: 0 }),
      batch(['a=1'], { isTransactional: true }),
    ]
    for (const bytes of wrong) await s.trySend(produce, producing(topic, bytes))
    await s.send(fetch, fetching(topic, 0))
  }),

  history('every codec', produce, async (s) => {
    const topic = await s.topic('orders')
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      await s.send(produce, producing(topic, batch(['a=1', 'b=2'], { compression })))
      const broken = spoiled(batch(['a=1', 'b=2'], { compression }), (bytes) => bytes.fill(9, 70))
      await s.send(produce, producing(topic, broken))
    }
    await s.send(fetch, fetching(topic, 0))
  }),

  history('the codec of the topic', produce, async (s) => {
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed']) {
      const topic = await s.topic(compression, { configs: { 'compression.type': compression } })
      await s.send(produce, producing(topic, batch(['a=1', 'b=2'])))
      await s.send(produce, producing(topic, batch(['a=1', 'b=2'], { compression: 'gzip' })))
      await s.send(fetch, fetching(topic, 0))
    }
  }),

  history('what the topic does not allow', produce, async (s) => {
    const small = await s.topic('small', { configs: { 'max.message.bytes': '100' } })
    await s.send(produce, producing(small, batch([`a=${'x'.repeat(100)}`])))
    await s.send(produce, producing(small, batch(['a=1'])))
    const compacted = await s.topic('compacted', { configs: { 'cleanup.policy': 'compact' } })
    await s.send(produce, producing(compacted, batch(['a=1', 'no key', 'b=2', null])))
    await s.send(produce, producing(compacted, batch(['a=1'])))
    const timed = await s.topic('timed', { configs: { 'message.timestamp.before.max.ms': '1000' } })
    await s.send(produce, producing(timed, batch(['a=1', 'b=2'])))
    const later = await s.topic('later')
    await s.send(produce, producing(later, batch(['a=1'], {}, LONG_FROM_NOW_MS)))
    await s.send(produce, producing(later, batch(['a=1'], {}, -1)))
    const two = await s.topic('two', { configs: { 'min.insync.replicas': '2' } })
    await s.send(produce, producing(two, batch(['a=1'])))
    await s.send(produce, producing(two, batch(['a=1']), { acks: 1 }))
  }),

  history("the broker's time", [produce, listOffsets], async (s) => {
    const topic = await s.topic('timed', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    await s.send(produce, producing(topic, batch(['a=1', 'b=2'])))
    await s.send(produce, producing(topic, batch(['a=1', 'b=2'], { compression: 'gzip' })))
    await s.send(fetch, fetching(topic, 0))
    for (const timestamp of [-1, -2, 0, INT64_MAX]) await s.send(listOffsets, listing(topic, timestamp))
  }),

  history('several topics and partitions in one request, one twice', produce, async (s) => {
    const a = await s.topic('a', { partitions: 2 })
    const b = await s.topic('b')
    const bytes = batch(['k=v'])
    const of = ({ name, id }: typeof a, ...indexes: number[]) => ({
      name,
      topicId: id,
      partitionData: indexes.map((index) => ({ index, records: bytes })),
    })
    const request = { transactionalId: null, acks: -1, timeoutMs: 30_000 }
    await s.send(produce, { ...request, topicData: [of(b, 0), of(a, 1, 0, 5)] })
    await s.send(produce, { ...request, topicData: [] })
    await s.send(produce, { ...request, topicData: [of(a)] })
    await s.trySend(produce, { ...request, topicData: [of(a, 0, 0)] })
    await s.trySend(produce, { ...request, topicData: [of(a, 0), of(a, 1)] })
  }),

  history('a batch without a frame beside others', produce, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    const good = batch(['a=1'])
    const frameless = [
      spoiled(good, (bytes) => bytes.writeUInt8(3, 16)),
      spoiled(good, (bytes) => bytes.writeUInt8(79, 16)),
      spoiled(good, (bytes) => bytes.writeInt32BE(13, 8)),
      spoiled(good, (bytes) => bytes.writeInt32BE(13, 8)).subarray(0, 14),
      spoiled(good, (bytes) => bytes.writeInt32BE(14, 8)).subarray(0, 14),
      spoiled(good, (bytes) => bytes.writeUInt8(3, 16)).subarray(0, 17),
    ]
    const transactional = batch(['a=1'], { producerId: 4000, producerEpoch: 0, baseSequence: 0, isTransactional: true })
    const missing = { name: s.name('missing'), id: UNKNOWN_ID }
    for (const records of frameless) {
      const to = ({ name, id }: typeof topic, ...batches: Uint8Array[]) => ({
        name,
        topicId: id,
        partitionData: batches.map((each, index) => ({ index, records: each })),
      })
      const request = { transactionalId: null, acks: -1, timeoutMs: 30_000 }
      await s.send(produce, { ...request, topicData: [to(missing, records)] })
      await s.send(produce, { ...request, topicData: [to(topic, good, records)] })
      await s.send(produce, { ...request, topicData: [to(topic, records, good)] })
      await s.send(produce, { ...request, topicData: [to(topic, transactional, records)] })
      const transactionalId = s.name('t')
      await s.send(produce, { ...request, transactionalId, topicData: [to(topic, transactional, records)] })
    }
    await s.send(fetch, fetching(topic, 0))
  }),

  history('a transactional id on plain records', produce, async (s) => {
    const topic = await s.topic('orders')
    await s.send(produce, { ...producing(topic, batch(['a=1'])), transactionalId: s.name('t') })
  }),

  history('an idempotent producer: duplicates, gaps, epochs', produce, async (s) => {
    const topic = await s.topic('orders')
    const { producerId } = await s.send(initProducerId, newProducer)
    const send = (baseSequence: number, producerEpoch = 0, values = ['a', 'b']) =>
      s.send(produce, producing(topic, batch(values, { producerId, producerEpoch, baseSequence })))
    await send(0)
    await send(2)
    await send(0)
    await send(2)
    await send(2, 0, ['a'])
    await send(6)
    await send(3)
    for (let sequence = 4; sequence < 16; sequence += 2) await send(sequence)
    await send(0)
    await send(6)
    await send(8, 1)
    await send(0, 1)
    await send(16, 0)
    await send(2, 1)
    await send(0, 3)
    await s.send(fetch, fetching(topic, 0))
  }),

  history('a producer that the log does not know', produce, async (s) => {
    const topic = await s.topic('orders')
    const options = { producerId: 7777, producerEpoch: 3, baseSequence: 2 ** 31 - 2 }
    await s.send(produce, producing(topic, batch(['a', 'b'], options)))
    await s.send(produce, producing(topic, batch(['c'], { ...options, baseSequence: 0 })))
    await s.send(produce, producing(topic, batch(['a', 'b'], options)))
    await s.send(produce, producing(topic, batch(['c'], { ...options, baseSequence: 5 })))
  }),

  history('who asks for a producer id', initProducerId, async (s) => {
    await s.send(initProducerId, newProducer)
    await s.send(initProducerId, newProducer)
    await s.send(initProducerId, { ...newProducer, transactionTimeoutMs: -1 })
    await s.send(initProducerId, { ...newProducer, producerId: 5, producerEpoch: 1 })
    await s.send(initProducerId, { ...newProducer, producerId: 5 })
    await s.send(initProducerId, { ...newProducer, producerEpoch: 1 })
    await s.send(initProducerId, { ...newProducer, transactionalId: '' })
  }),

  history('offsets outside of the log', fetch, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await s.send(produce, producing(topic, batch(['a', 'b', 'c'])))
    for (const offset of [3, 4, -1, -2, INT64_MAX]) await s.send(fetch, fetching(topic, offset))
    for (const partition of [2, -1]) await s.send(fetch, fetching(topic, 0, { partition }))
    await s.send(fetch, fetching({ name: s.name('missing'), id: UNKNOWN_ID }, 0))
    await s.send(fetch, fetching({ name: '', id: 'AAAAAAAAAAAAAAAAAAAAAA' }, 0))
    for (const currentLeaderEpoch of [0, 1, -2, 5]) {
      await s.send(fetch, fetching(topic, 0, { currentLeaderEpoch }))
    }
    for (const lastFetchedEpoch of [0, 1, -2]) await s.send(fetch, fetching(topic, 2, { lastFetchedEpoch }))
  }),

  history('so many bytes and no more', fetch, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    for (const partition of [0, 1]) {
      for (let i = 0; i < 3; i++) await s.send(produce, producing(topic, batch([`a=${i}`]), { partition }))
    }
    for (const maxBytes of [0, 1, 150, -1]) await s.send(fetch, fetching(topic, 0, {}, { maxBytes }))
    for (const partitionMaxBytes of [0, 1, 150, -1]) await s.send(fetch, fetching(topic, 0, { partitionMaxBytes }))
    for (const isolationLevel of [1, 2, -1]) await s.send(fetch, fetching(topic, 0, {}, { isolationLevel }))
    for (const minBytes of [0, -1, 10_000]) await s.send(fetch, fetching(topic, 0, {}, { minBytes, maxWaitMs: 20 }))
    await s.send(fetch, fetching(topic, 3, {}, { maxWaitMs: 0 }))
    await s.send(fetch, fetching(topic, 3, {}, { maxWaitMs: -1 }))
    await s.send(fetch, { ...fetching(topic, 0), topics: [] })
  }),

  history('as a replica that is none', fetch, async (s) => {
    const topic = await s.topic('orders')
    for (const replicaId of [0, 1, 5, -2]) {
      const replicaState = { replicaId, replicaEpoch: -1 }
      await s.trySend(fetch, { ...fetching(topic, 0), replicaId, replicaState })
    }
  }),

  history('a session, and what is wrong with it', fetch, async (s) => {
    const topic = await s.topic('orders', { partitions: 3 })
    await s.send(produce, producing(topic, batch(['a', 'b'])))
    const full = fetching(topic, 0, {}, { sessionEpoch: 0 })
    const { sessionId } = await s.send(fetch, full)
    const none = { ...fetching(topic, 0, {}, { sessionEpoch: 1 }), sessionId, topics: [] }
    await s.send(fetch, none)
    await s.send(fetch, { ...fetching(topic, 2, {}, { sessionEpoch: 2 }), sessionId })
    await s.send(fetch, { ...none, sessionEpoch: 3 })
    await s.send(fetch, { ...fetching(topic, 0, { partition: 1 }, { sessionEpoch: 4 }), sessionId })
    await s.send(fetch, { ...fetching(topic, 0, { partition: 9 }, { sessionEpoch: 5 }), sessionId })
    await s.send(fetch, { ...none, sessionEpoch: 6 })
    const forgotten = [{ topic: topic.name, topicId: topic.id, partitions: [0, 9] }]
    await s.send(fetch, { ...none, sessionEpoch: 7, forgottenTopicsData: forgotten })
    await s.send(fetch, { ...none, sessionEpoch: 9 })
    await s.send(fetch, { ...none, sessionEpoch: 8 })
    await s.send(produce, producing(topic, batch(['c']), { partition: 1 }))
    await s.send(fetch, { ...none, sessionEpoch: 9 })
    await s.send(fetch, { ...none, sessionId: 12345, sessionEpoch: 3 })
    await s.send(fetch, { ...fetching(topic, 0, {}, { sessionEpoch: -1 }), sessionId })
    await s.send(fetch, { ...none, sessionEpoch: 10 })
    await s.send(fetch, { ...none, sessionId: 0, sessionEpoch: 0 })
  }),

  history('a session of a topic that goes', fetch, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    await s.send(produce, producing(topic, batch(['a'])))
    const { sessionId } = await s.send(fetch, fetching(topic, 0, {}, { sessionEpoch: 0 }))
    const names = { topics: [{ name: topic.name, topicId: ZERO_UUID }], topicNames: [topic.name], timeoutMs: 30_000 }
    await s.send(apis.deleteTopics, names)
    const again = (sessionEpoch: number, partition: number) => ({
      ...fetching(topic, 0, { partition }, { sessionEpoch }),
      sessionId,
    })
    await s.send(fetch, { ...again(1, 0), topics: [] })
    await s.send(fetch, again(2, 0))
    await s.send(fetch, again(3, 1))
    await s.send(fetch, { ...again(4, 0), topics: [] })
  }),

  history('a topic without an id, before others and behind them', fetch, async (s) => {
    const topic = await s.topic('orders')
    await s.send(produce, producing(topic, batch(['a'])))
    const asked = (topicId: string, partition: number) => fetching({ ...topic, id: topicId }, 0, { partition }).topics
    const none = (partition = 0) => asked(ZERO_UUID, partition)
    for (const topics of [
      none(),
      [...none(), ...none(1)],
      [...asked(topic.id, 0), ...none()],
      [...none(), ...asked(topic.id, 0)],
      [...none(), ...asked(topic.id, 7)],
      [...none(), ...asked(UNKNOWN_ID, 0)],
    ]) {
      await s.send(fetch, { ...fetching(topic, 0), topics, sessionEpoch: -1 })
    }
  }),

  history('offsets of every kind', listOffsets, async (s) => {
    const topic = await s.topic('orders', { partitions: 2 })
    for (const timestamp of [-1, -2, -3, -4, -5, -6, -7, 0]) await s.send(listOffsets, listing(topic, timestamp))
    await s.send(produce, producing(topic, batch(['a', 'b', 'c'])))
    await s.send(produce, producing(topic, batch(['d'], {}, LONG_AGO_MS + 100)))
    await s.send(produce, producing(topic, batch(['e', 'f'], {}, LONG_AGO_MS + 50)))
    for (const timestamp of [-1, -2, -3, -4, -5, -6, -7, 0, INT64_MAX]) {
      await s.send(listOffsets, listing(topic, timestamp))
    }
    for (const after of [0, 1, 2, 3, 51, 100, 101]) await s.send(listOffsets, listing(topic, LONG_AGO_MS + after))
    await s.send(listOffsets, listing(topic, -1, { isolationLevel: 1 }))
    await s.send(listOffsets, listing(topic, -1, { isolationLevel: 5 }))
    for (const currentLeaderEpoch of [0, 1, -2]) await s.send(listOffsets, listing(topic, -1, { currentLeaderEpoch }))
    for (const partition of [2, -1]) await s.send(listOffsets, listing(topic, -1, { partition }))
    await s.send(listOffsets, listing({ name: s.name('missing'), id: '' }, -1))
    await s.send(listOffsets, listing({ name: 'a b', id: '' }, -1))
    for (const replicaId of [-2, 0, 1, 5]) await s.send(listOffsets, { ...listing(topic, -1), replicaId })
    const twice = listing(topic, -1)
    await s.send(listOffsets, { ...twice, topics: [...twice.topics, ...twice.topics] })
    await s.send(listOffsets, { ...twice, topics: [] })
    const partitions = twice.topics.flatMap((each) => [...each.partitions, ...each.partitions])
    await s.send(listOffsets, { ...twice, topics: [{ name: topic.name, partitions }] })
  }),

  history('records without a time', listOffsets, async (s) => {
    const topic = await s.topic('orders')
    await s.send(produce, producing(topic, batch(['a', 'b'], {}, -1)))
    for (const timestamp of [-3, 0, 5]) await s.send(listOffsets, listing(topic, timestamp))
    await s.send(produce, producing(topic, batch(['a', 'b'], {}, 5)))
    for (const timestamp of [-3, 0, 5, 6]) await s.send(listOffsets, listing(topic, timestamp))
  }),

  history('the oldest records go', deleteRecords, async (s) => {
    const topic = await s.topic('orders')
    const drop = (offset: number, partitionIndex = 0, name = topic.name) =>
      s.send(deleteRecords, { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 10_000 })
    await s.send(produce, producing(topic, batch(['a', 'b', 'c'])))
    for (const offset of [1, 1, 0, 4, -2, INT64_MAX]) await drop(offset)
    await s.send(fetch, fetching(topic, 0))
    await s.send(fetch, fetching(topic, 1))
    await s.send(listOffsets, listing(topic, -2))
    await s.send(listOffsets, listing(topic, 0))
    await drop(-1)
    await s.send(fetch, fetching(topic, 3))
    await drop(0, 5)
    await drop(0, -1)
    await drop(0, 0, s.name('missing'))
    await drop(0, 0, '__consumer_offsets')
    await s.send(produce, producing(topic, batch(['d'])))
    await s.send(fetch, fetching(topic, 3))
    await s.send(deleteRecords, { topics: [], timeoutMs: 10_000 })
    const partition = { partitionIndex: 0, offset: 0 }
    await s.send(deleteRecords, { topics: [{ name: topic.name, partitions: [] }], timeoutMs: 10_000 })
    const topics = [{ name: topic.name, partitions: [partition, partition] }]
    await s.send(deleteRecords, { topics, timeoutMs: 10_000 })
  }),

  history('a topic whose records may not be deleted', deleteRecords, async (s) => {
    const topic = await s.topic('compacted', { configs: { 'cleanup.policy': 'compact' } })
    await s.send(produce, producing(topic, batch(['a=1'])))
    const topics = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 1 }] }]
    await s.send(deleteRecords, { topics, timeoutMs: 10_000 })
  }),

  history('where an epoch ends', offsetForLeaderEpoch, async (s) => {
    const topic = await s.topic('orders')
    const ask = (leaderEpoch: number, currentLeaderEpoch = -1, partition = 0, name = topic.name, replicaId = -1) =>
      s.send(offsetForLeaderEpoch, {
        replicaId,
        topics: [{ topic: name, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
      })
    await ask(0)
    await s.send(produce, producing(topic, batch(['a', 'b'])))
    for (const epoch of [0, 1, -1, -2]) await ask(epoch)
    for (const epoch of [0, 1, -2]) await ask(0, epoch)
    await ask(0, -1, 3)
    await ask(0, -1, 0, s.name('missing'))
    for (const replicaId of [-2, 1, 5]) await ask(0, -1, 0, topic.name, replicaId)
  }),

  history('partitions that were added are written to and read from', createPartitions, async (s) => {
    const topic = await s.topic('orders')
    const topics = [{ name: topic.name, count: 2, assignments: null }]
    await s.send(createPartitions, { topics, timeoutMs: 10_000, validateOnly: false })
    await s.send(produce, producing(topic, batch(['a']), { partition: 1 }))
    await s.send(fetch, fetching(topic, 0, { partition: 1 }))
  }),

  history('a topic made anew under the same name has a new id and an empty log', [produce, fetch], async (s) => {
    const old = await s.topic('orders')
    await s.send(produce, producing(old, batch(['a', 'b'])))
    await s.send(apis.deleteTopics, {
      topics: [{ name: old.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      topicNames: [old.name],
      timeoutMs: 10_000,
    })
    const anew = await s.topic('orders')
    // Before its log is made, what the checkpoints say of the old one is written anew.
    const patience = { deadlineMs: 30_000 }
    await s.send(produce, producing(old, batch(['a'])), patience)
    await s.send(produce, producing(anew, batch(['a'])), patience)
    await s.send(fetch, fetching(old, 0))
    await s.send(fetch, fetching(anew, 0))
  }),
]

const newProducer = {
  transactionalId: null,
  transactionTimeoutMs: 60_000,
  producerId: -1,
  producerEpoch: -1,
}
