// kafkajs: a topic made, records written by an idempotent producer, read in a group, and all of it taken away.
import kafkajs from 'kafkajs'

const { Kafka, logLevel } = kafkajs
const kafka = new Kafka({ brokers: [process.argv[2]!], clientId: 'recorded', logLevel: logLevel.NOTHING })
const topic = 'h0-kafkajs'

const admin = kafka.admin()
await admin.connect()
await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 2 }] })
// It asks for the leaders at once, and gives up when the broker has not yet heard of the topic.
await new Promise((resolve) => setTimeout(resolve, 2000))

const producer = kafka.producer({ idempotent: true })
await producer.connect()
await producer.send({
  topic,
  messages: [
    { key: 'a', value: 'one' },
    { key: 'b', value: 'two', headers: { h: 'x' } },
  ],
})
await producer.disconnect()

const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 300 })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
let seen = 0
await new Promise<void>((resolve, reject) => {
  const eachMessage = async (): Promise<void> => {
    if (++seen === 2) resolve()
  }
  consumer.run({ eachMessage }).catch(reject)
})
await consumer.disconnect()
await admin.fetchOffsets({ groupId: topic, topics: [topic] })
await admin.deleteGroups([topic])
await admin.deleteTopics({ topics: [topic] })
await admin.disconnect()
