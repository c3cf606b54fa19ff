// @platformatic/kafka, which speaks only the newest, flexible encodings.
import assert from 'node:assert/strict'
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'

const [servers] = process.argv.slice(2)
const options = { clientId: 'interop', bootstrapBrokers: [servers!], autocreateTopics: false }
const topic = 'platformatic'
const groupId = 'platformatic-group'
const count = 400

const admin = new Admin(options)
await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 })
assert.ok((await admin.listTopics()).includes(topic))

const producer = new Producer({ ...options, serializers: stringSerializers, idempotent: true })
const messages = Array.from({ length: count }, (_, i) => ({ topic, key: `key-${i % 9}`, value: `value-${i}` }))
for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
  await producer.send({ messages: messages.slice(0, count / 5), compression, acks: -1 })
}
await producer.close()

const seen = new Set<string>()
async function sitting(until: number): Promise<void> {
  const consumer = new Consumer({ ...options, groupId, deserializers: stringDeserializers })
  const mode = MessagesStreamModes.COMMITTED
  const stream = await consumer.consume({
    topics: [topic],
    autocommit: false,
    mode,
    fallbackMode: 'earliest',
    maxWaitTime: 200,
  })
  for await (const message of stream) {
    const where = `${message.partition}@${message.offset}`
    assert.ok(!seen.has(where), `${where} came twice`)
    seen.add(where)
    await message.commit()
    if (seen.size >= until) break
  }
  await consumer.close(true)
}
await sitting(count / 2)
await sitting(count)
assert.equal(seen.size, count)
const groups = await admin.listGroups()
assert.ok(groups.has(groupId))
await admin.deleteGroups({ groups: [groupId] })
await admin.deleteTopics({ topics: [topic] })
await admin.close()
console.log(`${count} records`)
