// A disk that is really full: writes are refused, reads go on, and when there is space again so do the writes, without a
// restart, and with all that was acknowledged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Admin, apis, KafkaClient, valuesOf } from '@milena/client'
import { Errors } from '@milena/protocol'
import { batches, buildBatch } from '@milena/records'
import { startBroker } from '../support/broker-process.ts'
import { smallDisk } from '../support/small-disk.ts'

const TOPIC = 'full'
const VALUE_BYTES = 60_000
const PATIENCE_MS = 60_000

/** A record a batch, each of another text. */
function valueOf(number: number): string {
  return `${number} `.repeat(VALUE_BYTES).slice(0, VALUE_BYTES)
}

class Writer {
  readonly #client: KafkaClient
  readonly topicId: string
  /** Numbers by the offsets at which they were acknowledged. */
  readonly acknowledged = new Map<number, number>()
  #number = 0

  constructor(client: KafkaClient, topicId: string) {
    this.#client = client
    this.topicId = topicId
  }

  /** Returns the error, 0 when it was acknowledged. */
  async write(): Promise<number> {
    const number = ++this.#number
    const records = buildBatch({ records: [{ timestamp: 1, key: null, value: Buffer.from(valueOf(number)) }] })
    const topicData = [{ name: TOPIC, topicId: this.topicId, partitionData: [{ index: 0, records }] }]
    const { responses } = await this.#client.send(
      apis.produce,
      { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData },
      { to: 'any' },
    )
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    if (errorCode === 0) this.acknowledged.set(baseOffset, number)
    return errorCode
  }

  async assertAllRead(): Promise<void> {
    for (const [offset, number] of this.acknowledged) {
      const partitions = [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1 }]
      const body = { maxWaitMs: 0, minBytes: 0, topics: [{ topic: TOPIC, topicId: this.topicId, partitions }] }
      const { responses } = await this.#client.send(apis.fetch, body, { to: 'any' })
      const { errorCode, records } = responses[0]!.partitions[0]!
      assert.equal(errorCode, 0, `at ${offset}`)
      const [first] = batches(records!)
      assert.equal(first!.baseOffset, offset)
      const value = Buffer.from([...first!.records()][0]!.value!).toString()
      assert.ok(value === valueOf(number), `${value.slice(0, 10)}… at ${offset}, and not ${number}`)
    }
  }
}

test('a full disk refuses writes, is read, and takes writes again without a restart; nothing acknowledged is lost', async (t) => {
  if (process.env.INTEROP_BROKER === 'apache') return t.skip('Apache Kafka gives a full log folder up')
  using disk = await smallDisk({ totalBytes: 16 << 20, ballastBytes: 6 << 20 })
  if (disk === undefined) return t.skip('this system lets nobody mount a disk of its own (unshare -rm, mount)')
  await using broker = await startBroker({ within: disk.within })
  using client = new KafkaClient({ bootstrapServers: broker.bootstrapServers })
  await using admin = new Admin(client)
  const created = valuesOf(await admin.createTopics([{ name: TOPIC, numPartitions: 1 }]))
  const writer = new Writer(client, created.get(TOPIC)!.topicId)

  let errorCode = 0
  while (errorCode === 0 && writer.acknowledged.size < 1000) errorCode = await writer.write()
  assert.equal(errorCode, Errors.KAFKA_STORAGE_ERROR.code)
  const before = writer.acknowledged.size
  assert.ok(before > 100, `${before} writes were taken before the disk was full`)
  assert.equal(await writer.write(), Errors.KAFKA_STORAGE_ERROR.code)
  await writer.assertAllRead()
  assert.match(broker.output(), /The disk refuses writes/)

  disk.makeRoom()
  for (const deadline = Date.now() + PATIENCE_MS; errorCode !== 0 && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    errorCode = await writer.write()
  }
  assert.equal(errorCode, 0, broker.output().slice(-4000))
  for (let more = 0; more < 20; more++) assert.equal(await writer.write(), 0)
  assert.equal(writer.acknowledged.size, before + 21)
  await writer.assertAllRead()
  assert.match(broker.output(), /The disk takes writes again/)
  assert.equal(await broker.stop(), 0)
  t.diagnostic(`${before} records before the disk was full, ${writer.acknowledged.size} in the end`)
})
