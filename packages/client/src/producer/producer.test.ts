import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Errors } from '@milena/protocol'
import { RecordBatch } from '@milena/records'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { withLogs, type Fault, type FakeProduceOptions } from '../testing/fake-produce.ts'
import { runUntil } from '../testing/run-until.ts'
import { partitionForKey } from './murmur2.ts'
import { Producer, type ProducerOptions } from './producer.ts'

function setup(options: ProducerOptions = {}, produce: Partial<FakeProduceOptions> = {}) {
  const clock = new ManualClock()
  const cluster = new FakeCluster().withTopics({ t: [1, 1, 1] })
  const logs = withLogs(cluster, { topics: { t: 3 }, ...produce })
  const producer = new Producer(cluster.client(clock), options)
  return { clock, cluster, logs, producer, log: logs.get('t-0')! }
}

const toFirst = (value: string) => ({ topic: 't', partition: 0, value })

describe('sending', () => {
  test('records of a moment travel together and learn their places', async () => {
    const { clock, cluster, log, producer } = setup()
    const sent = Promise.all(['a', 'b', 'c'].map((value) => producer.send(toFirst(value))))
    const metadata = await runUntil(clock, sent)
    assert.deepEqual(
      metadata.map(({ offset }) => offset),
      [0, 1, 2],
    )
    assert.deepEqual(log.values(), ['a', 'b', 'c'])
    assert.equal(cluster.requests(apis.produce).length, 1)
    assert.equal(clock.pendingTimers, 0)
  })

  test('a full batch does not wait, one that is not waits for linger', async () => {
    const { clock, log, producer } = setup({ lingerMs: 1_000, batchSize: 200 })
    const large = producer.send(toFirst('x'.repeat(200)))
    const startMs = clock.monotonicMs()
    await runUntil(clock, large)
    assert.ok(clock.monotonicMs() - startMs < 1_000)
    const small = producer.send(toFirst('y'))
    const sentMs = clock.monotonicMs()
    await runUntil(clock, small)
    assert.ok(clock.monotonicMs() - sentMs >= 1_000)
    assert.equal(log.batches.length, 2)
  })

  test('keys go where the Java client sends them, others stay together', async () => {
    const { clock, producer } = setup()
    const keyed = await runUntil(clock, producer.send({ topic: 't', key: 'foobar', value: 'v' }))
    assert.equal(keyed.partition, partitionForKey(Buffer.from('foobar'), 3))
    const others = await runUntil(
      clock,
      Promise.all([1, 2, 3].map((n) => producer.send({ topic: 't', value: String(n) }))),
    )
    assert.equal(new Set(others.map(({ partition }) => partition)).size, 1)
  })

  test('brokers before topic ids get names', async () => {
    const { clock, cluster, log, producer } = setup({}, { versions: { max: 9 } })
    await runUntil(clock, producer.send(toFirst('a')))
    assert.equal(cluster.requests(apis.produce)[0]!.version, 9)
    assert.deepEqual(log.values(), ['a'])
  })

  test('with acks=0 nobody waits for an answer, and nothing is numbered', async () => {
    const { clock, log, producer } = setup({ acks: 0 })
    const { offset } = await runUntil(clock, producer.send(toFirst('a')))
    assert.equal(offset, -1)
    await runUntil(clock, producer.send(toFirst('b')))
    assert.deepEqual(log.values(), ['a', 'b'])
    assert.equal(RecordBatch.at(log.batches[0]!).producerId, -1)
  })

  test('compression, headers and timestamps arrive', async () => {
    const { clock, log, producer } = setup({ compression: 'gzip' })
    const headers = [
      { key: 'h', value: 'v' },
      { key: 'n', value: null },
    ]
    await runUntil(clock, producer.send({ ...toFirst('a'), key: 'k', timestamp: 42, headers }))
    const batch = RecordBatch.at(log.batches[0]!)
    const [record] = Array.from(batch.records())
    assert.equal(batch.compression, 'gzip')
    assert.equal(record!.timestamp, 42)
    assert.deepEqual(
      record!.headers.map(({ key, value }) => [key, value && Buffer.from(value).toString()]),
      [
        ['h', 'v'],
        ['n', null],
      ],
    )
  })
})

describe('failures', () => {
  const once = (fault: Fault): FakeProduceOptions['fault'] => {
    let done = false
    return () => {
      if (done) return undefined
      done = true
      return fault
    }
  }

  test('an answer that is lost does not write a record twice', async () => {
    const { clock, log, producer } = setup({}, { fault: once('lost after') })
    const metadata = await runUntil(clock, producer.send(toFirst('a')))
    assert.equal(metadata.offset, 0)
    assert.deepEqual(log.values(), ['a'])
  })

  test('another leader is found', async () => {
    const { clock, cluster, log, producer } = setup(
      {},
      { fault: once({ errorCode: Errors.NOT_LEADER_OR_FOLLOWER.code }) },
    )
    await runUntil(clock, producer.send(toFirst('a')))
    assert.deepEqual(log.values(), ['a'])
    assert.ok(cluster.requests(apis.metadata).length >= 2)
  })

  test('a fatal error fails its batch alone, and what follows is numbered anew', async () => {
    const { clock, log, producer } = setup({}, { fault: once({ errorCode: Errors.INVALID_RECORD.code }) })
    await assert.rejects(runUntil(clock, producer.send(toFirst('a'))), { name: 'INVALID_RECORD' })
    await runUntil(clock, producer.send(toFirst('b')))
    const batch = RecordBatch.at(log.batches[0]!)
    assert.deepEqual([batch.producerEpoch, batch.baseSequence], [1, 0])
  })

  test('a batch that the broker finds too large is halved until it fits', async () => {
    const { clock, log, producer } = setup({ batchSize: 10_000 })
    log.maxBatchBytes = 500
    const values = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(50, '.'))
    const sent = await runUntil(clock, Promise.all(values.map((value) => producer.send(toFirst(value)))))
    assert.deepEqual(log.values(), values)
    assert.deepEqual(
      sent.map(({ offset }) => offset),
      values.map((_, index) => index),
    )
  })

  test('what cannot be delivered in time is given up', async () => {
    const { clock, producer } = setup(
      { deliveryTimeoutMs: 5_000 },
      { fault: () => ({ errorCode: Errors.NOT_ENOUGH_REPLICAS.code }) },
    )
    const startMs = clock.monotonicMs()
    await assert.rejects(runUntil(clock, producer.send(toFirst('a'))))
    assert.ok(clock.monotonicMs() - startMs >= 4_000)
    assert.ok(clock.monotonicMs() - startMs <= 6_000)
  })

  test('an unknown topic is waited for, as long as allowed', async () => {
    const { clock, producer } = setup({ maxBlockMs: 2_000 })
    await assert.rejects(runUntil(clock, producer.send({ topic: 'nope', value: 'a' })), {
      name: 'TIMEOUT',
      message: 'Topic nope not present in metadata after 2000 ms.',
    })
  })

  test('a record above the limit is refused at once', async () => {
    const { clock, cluster, producer } = setup({ maxRequestSize: 1_000 })
    await assert.rejects(runUntil(clock, producer.send(toFirst('x'.repeat(1_000)))), { name: 'MESSAGE_TOO_LARGE' })
    assert.equal(cluster.requests(apis.produce).length, 0)
  })

  test('an idempotent producer needs acks=all', () => {
    assert.throws(() => setup({ acks: 1, idempotent: true }), { name: 'INVALID_ARGUMENT' })
  })
})

describe('limits', () => {
  test('who finds no room waits, in order, and is sent away when none comes free', async () => {
    let release: (() => void) | undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { clock, cluster, log, producer } = setup({ bufferMemory: 300, maxBlockMs: 1_000, lingerMs: 0 })
    cluster.on(apis.initProducerId, async () => {
      await held
      return { errorCode: 0, throttleTimeMs: 0, producerId: 1, producerEpoch: 0 }
    })
    const sent = Array.from({ length: 4 }, (_, n) => producer.send(toFirst(`${n}`.padStart(80, '.'))))
    for (const promise of sent) promise.catch(() => undefined)
    await assert.rejects(runUntil(clock, sent[3]!), { name: 'BUFFER_EXHAUSTED' })
    release!()
    await runUntil(clock, Promise.allSettled(sent))
    assert.deepEqual(
      log.values().map((value) => Number(value.replaceAll('.', ''))),
      [0, 1],
    )
    assert.equal(producer.backlogged, false)
  })

  test('flush hurries what lingers; close delivers it, and refuses more', async () => {
    const { clock, log, producer } = setup({ lingerMs: 60_000 })
    const startMs = clock.monotonicMs()
    const first = producer.send(toFirst('a'))
    await runUntil(clock, producer.flush())
    await first
    const second = producer.send(toFirst('b'))
    await runUntil(clock, producer.close())
    await second
    assert.ok(clock.monotonicMs() - startMs < 60_000)
    assert.deepEqual(log.values(), ['a', 'b'])
    await assert.rejects(producer.send(toFirst('c')), { name: 'CLIENT_CLOSED' })
    assert.equal(clock.pendingTimers, 0)
  })
})

describe('whatever happens on the way', () => {
  const faults = fc.array(
    fc.constantFrom<Fault>(
      undefined,
      undefined,
      'lost before',
      'lost after',
      { errorCode: Errors.NOT_LEADER_OR_FOLLOWER.code },
      { errorCode: Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.code },
    ),
    { maxLength: 30 },
  )

  test('each acknowledged record is there once, where it was said to be, and in order', async () => {
    await fc.assert(
      fc.asyncProperty(faults, fc.array(fc.nat(200), { minLength: 1, maxLength: 40 }), async (script, sizes) => {
        const { clock, logs, producer } = setup(
          { batchSize: 300, lingerMs: 0, maxInFlight: 5 },
          { fault: ({ batch }) => script[batch] },
        )
        const sent = sizes.map((size, index) => {
          const value = `${index}:${'x'.repeat(size)}`
          return producer.send({ topic: 't', partition: index % 3, value }).then((metadata) => ({ value, metadata }))
        })
        for (const { value, metadata } of await runUntil(clock, Promise.all(sent))) {
          const log = logs.get(`t-${metadata.partition}`)!
          assert.equal(log.values()[metadata.offset], value)
        }
        for (const [name, log] of logs) {
          const indexes = log.values().map((value) => Number.parseInt(value, 10))
          const expected = sizes.map((_, index) => index).filter((index) => `t-${index % 3}` === name)
          assert.deepEqual(indexes, expected)
        }
        await runUntil(clock, producer.close())
        assert.equal(clock.pendingTimers, 0)
      }),
      { numRuns: 60 },
    )
  })
})
