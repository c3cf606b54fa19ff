// A processor that lives dangerously: consume, transform, produce, each batch in one transaction of which some abort.
// Prints `committed N` and `aborted N`; runs until it is killed, or ends with 1 on an error that only a new process
// can mend. Usage: transactor.ts SERVERS INPUT OUTPUT GROUP TRANSACTIONAL_ID
import kafkajs from 'kafkajs'

const { Kafka, logLevel } = kafkajs
const [servers, input, output, group, transactionalId] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 60 }
const kafka = new Kafka({ brokers: [servers], clientId: transactionalId, logLevel: logLevel.NOTHING, retry })
const biteSize = 60

const producer = kafka.producer({
  transactionalId,
  idempotent: true,
  maxInFlightRequests: 1,
  transactionTimeout: 20_000,
})
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: 2000,
  heartbeatInterval: 300,
  readUncommitted: false,
  maxWaitTimeInMs: 50,
})
const fail = (error: unknown): never => {
  console.error('failed', error)
  process.exit(1)
}
// What a crash of the consumer leaves behind is for a new process.
consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))

await producer.connect()
// It asks for its producer id with its first transaction, and only that ends what its predecessor has left open: the
// offsets are not to be read before.
await producer
  .transaction()
  .then((transaction) => transaction.abort())
  .catch(fail)
await consumer.connect()
await consumer.subscribe({ topic: input, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  eachBatch: async (payload) => {
    const { batch } = payload
    for (let at = 0; at < batch.messages.length; at += biteSize) {
      if (!payload.isRunning() || payload.isStale()) return
      const bite = batch.messages.slice(at, at + biteSize)
      const offset = `${BigInt(bite.at(-1)!.offset) + 1n}`
      const transaction = await producer.transaction().catch(fail)
      const fate = Math.random()
      try {
        const messages = bite.map(({ key, value }) => ({ key, value: `${value!.toString()}!` }))
        await transaction.send({ topic: output, messages })
        // Some transactions die before their offsets are part of them, some after.
        if (fate >= 0.1) {
          const topics = [{ topic: input, partitions: [{ partition: batch.partition, offset }] }]
          await transaction.sendOffsets({ consumerGroupId: group, topics })
        }
        if (fate >= 0.2) await transaction.commit()
        else await transaction.abort()
      } catch (error) {
        // Whether it was committed is not known here; the next process is told by the group.
        fail(error)
      }
      if (fate < 0.2) {
        console.log(`aborted ${bite.length}`)
        // An aborted transaction has not consumed anything.
        consumer.seek({ topic: input, partition: batch.partition, offset: bite[0]!.offset })
        return
      }
      console.log(`committed ${bite.length}`)
      payload.resolveOffset(bite.at(-1)!.offset)
      await payload.heartbeat()
    }
  },
})
