import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Errors, FetchRequest, FetchResponse, ProduceRequest, ProduceResponse } from '@milena/protocol'
import { buildBatch, crc32c } from '@milena/records'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchBody, fetchFrom, produceBody, produceTo, valuesIn } from '../testing/topics.ts'

test('what is produced can be fetched, at the offsets that were answered, by every version', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicId = await createTopic(client, 'events')
  let offset = 0
  for (let version = 3; version <= 13; version++) {
    const records = batchOf([`v${version}-a`, `v${version}-b`])
    const body = produceBody('events', [{ index: 0, records }])
    const byId = { ...body, topicData: body.topicData.map((topic) => ({ ...topic, topicId })) }
    const { responses } = await client.send(ProduceRequest, ProduceResponse, version, version >= 13 ? byId : body)
    const answer = responses[0]!.partitionResponses[0]!
    assert.equal(answer.errorCode, 0)
    assert.equal(answer.baseOffset, offset)
    assert.equal(answer.logAppendTimeMs, -1)
    assert.equal(answer.logStartOffset, version >= 5 ? 0 : -1)
    const { records: fetched, highWatermark } = await fetchFrom(client, 'events', offset)
    assert.deepEqual(valuesIn(fetched), [`v${version}-a`, `v${version}-b`])
    offset += 2
    assert.equal(highWatermark, offset)
  }
})

test('pipelined produce requests keep the order of arrival, from the very first write on', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const sent = Array.from({ length: 50 }, (_, index) => `value-${index}`)
  const answers = await Promise.all(sent.map((value) => produceTo(client, 'events', batchOf([value]))))
  assert.deepEqual(
    answers.map(({ baseOffset }) => baseOffset),
    sent.map((_, index) => index),
  )
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), sent)
})

test('acks 0, 1 and all', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  client.sendUnanswered(
    ProduceRequest,
    9,
    produceBody('events', [{ index: 0, records: batchOf(['none']) }], { acks: 0 }),
  )
  assert.equal((await produceTo(client, 'events', batchOf(['leader']), { acks: 1 })).baseOffset, 1)
  assert.equal((await produceTo(client, 'events', batchOf(['all']), { acks: -1 })).baseOffset, 2)
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['none', 'leader', 'all'])
})

test('with acks=0 an error can only be said by closing the connection', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  client.sendUnanswered(ProduceRequest, 9, produceBody('nowhere', [{ index: 0, records: batchOf(['x']) }], { acks: 0 }))
  await client.closed
})

test('what cannot be told from what follows is said in words', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const magic3 = batchOf(['a'])
  magic3[16] = 3
  for (const records of [new Uint8Array(61), magic3]) {
    const answer = await produceTo(client, 'events', records)
    assert.equal(answer.errorCode, Errors.CORRUPT_MESSAGE.code)
    assert.match(answer.errorMessage ?? '', /batch of (0 bytes|magic 3)/)
  }
})

test('a batch of which not even the frame can be read fails all that is asked with it', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const magic79 = batchOf(['a'])
  magic79[16] = 79
  const { responses } = await client.send(ProduceRequest, ProduceResponse, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      { name: 'events', partitionData: [{ index: 0, records: batchOf(['good']) }] },
      { name: 'nowhere', partitionData: [{ index: 0, records: magic79 }] },
    ],
  })
  const codes = responses.flatMap(({ partitionResponses }) => partitionResponses.map(({ errorCode }) => errorCode))
  assert.deepEqual(codes, [Errors.CORRUPT_MESSAGE.code, Errors.CORRUPT_MESSAGE.code])
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), [])
})

test('the form of a batch is looked at before the acks', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const codes = [batchOf(['a']), batchOf(['a'], { compression: 'zstd' }), new Uint8Array(0)].map(async (records) => {
    const body = produceBody('events', [{ index: 0, records }], { acks: 2 })
    const { responses } = await client.send(ProduceRequest, ProduceResponse, 6, body)
    return responses[0]!.partitionResponses[0]!.errorCode
  })
  const { INVALID_REQUIRED_ACKS, UNSUPPORTED_COMPRESSION_TYPE, INVALID_RECORD } = Errors
  const expected = [INVALID_REQUIRED_ACKS.code, UNSUPPORTED_COMPRESSION_TYPE.code, INVALID_RECORD.code]
  assert.deepEqual(await Promise.all(codes), expected)
})

test('of several batches for one partition the last counts', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 2 })
  const data = (index: number, value: string) => ({ index, records: batchOf([value]) })
  const { responses } = await client.send(ProduceRequest, ProduceResponse, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      { name: 'events', partitionData: [data(0, 'first'), data(1, 'other')] },
      { name: 'events', partitionData: [data(0, 'last')] },
    ],
  })
  const answers = responses.map(({ partitionResponses }) => partitionResponses.map(({ index }) => index))
  assert.deepEqual(answers, [[0, 1]])
  assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['last'])
})

test('errors of one partition are no errors of another', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { partitions: 2 })
  const corrupt = batchOf(['corrupt'])
  corrupt[corrupt.length - 1]! ^= 0xff
  const { responses } = await client.send(ProduceRequest, ProduceResponse, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      {
        name: 'events',
        partitionData: [
          { index: 0, records: corrupt },
          { index: 1, records: batchOf(['good']) },
          { index: 2, records: batchOf(['beyond']) },
        ],
      },
      { name: 'nowhere', partitionData: [{ index: 0, records: batchOf(['lost']) }] },
    ],
  })
  const codes = responses.map(({ name, partitionResponses }) => [
    name,
    ...partitionResponses.map((each) => each.errorCode),
  ])
  assert.deepEqual(codes, [
    ['events', Errors.CORRUPT_MESSAGE.code, 0, Errors.UNKNOWN_TOPIC_OR_PARTITION.code],
    ['nowhere', Errors.UNKNOWN_TOPIC_OR_PARTITION.code],
  ])
  assert.deepEqual(
    responses[0]!.partitionResponses.map(({ baseOffset }) => baseOffset),
    [-1, 0, -1],
  )
})

test('what Kafka refuses, as Kafka refuses it', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await createTopic(client, 'compacted', { configs: { 'cleanup.policy': 'compact' } })
  await createTopic(client, 'small', { configs: { 'max.message.bytes': '100' } })
  const two = Buffer.concat([batchOf(['a']), batchOf(['b'])])
  const transactional = batchOf(['t'], { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true })
  const miscounted = batchOf(['a'])
  const header = new DataView(miscounted.buffer, miscounted.byteOffset)
  header.setInt32(57, 7)
  header.setUint32(17, crc32c(miscounted.subarray(21)))
  const cases: readonly [string, Uint8Array | null, Parameters<typeof produceTo>[3], number][] = [
    ['events', null, {}, Errors.INVALID_RECORD.code],
    ['events', new Uint8Array(0), {}, Errors.INVALID_RECORD.code],
    ['events', two, {}, Errors.INVALID_RECORD.code],
    ['events', batchOf(['x']).subarray(0, 40), {}, Errors.INVALID_RECORD.code],
    ['events', miscounted, {}, Errors.INVALID_RECORD.code],
    ['events', batchOf(['x']), { acks: 2 }, Errors.INVALID_REQUIRED_ACKS.code],
    ['small', batchOf(['x'.repeat(200)]), {}, Errors.MESSAGE_TOO_LARGE.code],
    ['compacted', batchOf(['no key']), {}, Errors.INVALID_RECORD.code],
    ['events', transactional, {}, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code],
    // There is no coordinator yet that could say whether it has the transaction: to be tried again.
    ['events', transactional, { transactionalId: 'tx' }, Errors.NOT_ENOUGH_REPLICAS.code],
  ]
  for (const [index, [topic, records, options, expected]] of cases.entries()) {
    const { errorCode, baseOffset } = await produceTo(client, topic, records, options)
    assert.deepEqual({ errorCode, baseOffset }, { errorCode: expected, baseOffset: -1 }, `case ${index}`)
  }
  const { recordErrors, errorMessage } = await produceTo(client, 'compacted', batchOf(['no key']))
  assert.equal(recordErrors[0]?.batchIndex, 0)
  assert.ok((errorMessage ?? '').length > 0)
})

test('zstd needs version 7', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  for (const [version, errorCode] of [
    [6, Errors.UNSUPPORTED_COMPRESSION_TYPE.code],
    [7, 0],
  ] as const) {
    const body = produceBody('events', [{ index: 0, records: batchOf(['x'], { compression: 'zstd' }) }])
    const { responses } = await client.send(ProduceRequest, ProduceResponse, version, body)
    assert.equal(responses[0]!.partitionResponses[0]!.errorCode, errorCode)
  }
})

test('versions 0 to 2 are advertised and refused', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  client.sendRaw(Buffer.from([0, 0, 0, 10, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff]))
  await client.closed
})

test('an unknown topic id', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const topicData = [{ topicId: 'h5QKKNXUR62dv6MHHEIpTA', partitionData: [{ index: 0, records: batchOf(['x']) }] }]
  const body = { acks: -1, timeoutMs: 1000, topicData }
  const { responses } = await client.send(ProduceRequest, ProduceResponse, 13, body)
  assert.equal(responses[0]!.topicId, 'h5QKKNXUR62dv6MHHEIpTA')
  assert.equal(responses[0]!.partitionResponses[0]!.errorCode, Errors.UNKNOWN_TOPIC_ID.code)
})

test('internal topics are written by coordinators and by the admin client alone', async () => {
  await using broker = await TestBroker.start()
  const admin = await broker.connect('__admin_client')
  await createTopic(admin, '__consumer_offsets', { configs: { 'cleanup.policy': 'compact' } })
  const other = await broker.connect('somebody')
  const keyed = (): Uint8Array =>
    buildBatch({ records: [{ timestamp: Date.now(), key: Buffer.from([0, 9]), value: null }] })
  assert.equal((await produceTo(other, '__consumer_offsets', keyed())).errorCode, Errors.INVALID_TOPIC_EXCEPTION.code)
  assert.equal((await produceTo(admin, '__consumer_offsets', keyed())).errorCode, 0)
})

test('an idempotent producer that repeats a batch is told where it was first', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const batch = (baseSequence: number): Uint8Array =>
    batchOf(['a', 'b'], { producerId: 7, producerEpoch: 0, baseSequence })
  assert.equal((await produceTo(client, 'events', batch(0))).baseOffset, 0)
  assert.equal((await produceTo(client, 'events', batch(2))).baseOffset, 2)
  assert.equal((await produceTo(client, 'events', batch(0))).baseOffset, 0)
  const gap = await produceTo(client, 'events', batch(6))
  assert.equal(gap.errorCode, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code)
  assert.equal((await fetchFrom(client, 'events', 0)).highWatermark, 4)
})

test('LogAppendTime is told', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
  const before = Date.now()
  const { logAppendTimeMs } = await produceTo(client, 'events', batchOf(['x']))
  assert.ok(logAppendTimeMs >= before && logAppendTimeMs <= Date.now())
})

test('a fetch on the connection of a produce sees what it wrote', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const [, fetched] = await Promise.all([
    produceTo(client, 'events', batchOf(['x']), { acks: 1 }),
    client.send(FetchRequest, FetchResponse, 12, fetchBody('events', [{ fetchOffset: 0 }])),
  ])
  assert.deepEqual(valuesIn(fetched.responses[0]!.partitions[0]!.records), ['x'])
})
