// kafkajs, which never goes beyond the old encodings: produce, consume in a group in two sittings, administration.
import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'

const { Kafka, CompressionTypes, logLevel } = kafkajs
const [servers] = process.argv.slice(2)
const kafka = new Kafka({ brokers: [servers!], clientId: 'interop', logLevel: logLevel.NOTHING })
const topic = 'kafkajs'
const groupId = 'kafkajs-group'
const perBatch = 200

const admin = kafka.admin()
await admin.connect()
assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), true)
assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), false)

const producer = kafka.producer({ idempotent: true })
await producer.connect()
let sent = 0
for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
  const messages = Array.from({ length: perBatch }, (_, i) => ({
    key: `key-${i % 9}`,
    value: `value-${i}`,
    headers: { compression: `${compression}` },
  }))
  const metadata = await producer.send({ topic, messages, compression, acks: -1 })
  assert.ok(metadata.every(({ errorCode }) => errorCode === 0))
  sent += messages.length
}
await producer.disconnect()

const seen = new Set<string>()
async function sitting(until: number): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: true,
        autoCommitThreshold: 1,
        // After enough records nothing more is taken, so that what is committed is what was seen.
        eachMessage: async ({ partition, message }) => {
          const where = `${partition}@${message.offset}`
          if (seen.has(where)) reject(new Error(`${where} came twice`))
          seen.add(where)
          if (seen.size >= until) {
            consumer.pause([{ topic }])
            resolve()
          }
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
}
await sitting(sent / 2)
await sitting(sent)
assert.equal(seen.size, sent)

const ends = await admin.fetchTopicOffsets(topic)
const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
for (const { partition, offset } of committed!.partitions) {
  assert.equal(offset, ends.find((end) => end.partition === partition)!.high)
}
assert.ok((await admin.listGroups()).groups.some((group) => group.groupId === groupId))
await admin.deleteGroups([groupId])
await admin.deleteTopics({ topics: [topic] })
await admin.disconnect()
console.log(`${sent} records`)
