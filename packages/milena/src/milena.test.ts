import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { Consumer, KafkaClient, Producer } from '@milena/client'
import { ConfigurationError, Milena } from './index.ts'

async function produce(bootstrapServers: string, topic: string, values: readonly string[]): Promise<void> {
  const producer = new Producer({ bootstrapServers })
  await Promise.all(values.map((value) => producer.send({ topic, value: Buffer.from(value) })))
  await producer.close()
}

/** Reads in a group until there are so many, commits, and leaves. */
async function consume(bootstrapServers: string, topic: string, groupId: string, count: number): Promise<string[]> {
  const consumer = new Consumer({ bootstrapServers }, { groupId, autoOffsetReset: 'earliest', autoCommit: false })
  consumer.subscribe([topic])
  const values: string[] = []
  while (values.length < count) {
    for (const { value } of await consumer.poll()) values.push(Buffer.from(value ?? []).toString())
  }
  await consumer.commit()
  await consumer.close()
  return values
}

describe('Milena.start', () => {
  test('is a Kafka: produce, consume in a group, come back and go on', async () => {
    await using kafka = await Milena.start()
    assert.match(kafka.bootstrapServers, /^127\.0\.0\.1:\d+$/)
    await produce(kafka.bootstrapServers, 'events', ['one', 'two'])
    assert.deepEqual(await consume(kafka.bootstrapServers, 'events', 'g', 2), ['one', 'two'])
    await produce(kafka.bootstrapServers, 'events', ['three'])
    assert.deepEqual(await consume(kafka.bootstrapServers, 'events', 'g', 1), ['three'])
  })

  test('many at once know nothing of each other', async () => {
    const brokers = await Promise.all(Array.from({ length: 8 }, () => Milena.start()))
    assert.equal(new Set(brokers.map(({ port }) => port)).size, 8)
    await Promise.all(brokers.map(({ bootstrapServers }, index) => produce(bootstrapServers, 'events', [`${index}`])))
    const read = await Promise.all(brokers.map(({ bootstrapServers }) => consume(bootstrapServers, 'events', 'g', 1)))
    assert.deepEqual(
      read,
      brokers.map((_, index) => [`${index}`]),
    )
    await Promise.all(brokers.map((broker) => broker.close()))
  })

  test('keeps what it knows in a folder', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-'))
    {
      await using kafka = await Milena.start({ storage: folder })
      await produce(kafka.bootstrapServers, 'events', ['one'])
      await consume(kafka.bootstrapServers, 'events', 'g', 1)
    }
    {
      await using kafka = await Milena.start({ storage: folder })
      await produce(kafka.bootstrapServers, 'events', ['two'])
      assert.deepEqual(await consume(kafka.bootstrapServers, 'events', 'g', 1), ['two'])
      assert.deepEqual(await consume(kafka.bootstrapServers, 'events', 'new', 2), ['one', 'two'])
    }
    rmSync(folder, { recursive: true })
  })

  test('takes Kafka properties, and refuses what is none', async () => {
    await using kafka = await Milena.start({ config: { 'num.partitions': '3' } })
    const client = new KafkaClient({ bootstrapServers: kafka.bootstrapServers })
    await produce(kafka.bootstrapServers, 'events', ['one'])
    const metadata = await client.refreshMetadata({ topics: ['events'] })
    assert.equal(metadata.topic('events')?.partitions.length, 3)
    client.close()
    await assert.rejects(Milena.start({ config: { 'num.partitons': '3', 'node.id': 'x' } }), (error) => {
      assert.ok(error instanceof ConfigurationError)
      assert.match(error.complaints[0]!, /num\.partitons.*num\.partitions/)
      assert.match(error.complaints[1]!, /node\.id.*"x"/)
      return true
    })
  })
})
