import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Consumer, Producer } from '@milena/client'
import { Milena } from './index.ts'

// In a file of its own: other tests' sockets, which go a moment after them, would be counted here.
test('a broker that is closed leaves nothing behind: no socket, no timer, no file', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-'))
  const before = process.getActiveResourcesInfo().toSorted()
  for (const storage of ['memory', path.join(folder, 'data')]) {
    await using kafka = await Milena.start({ storage })
    const { bootstrapServers } = kafka
    const producer = new Producer({ bootstrapServers })
    await producer.send({ topic: 'events', value: Buffer.from('one') })
    await producer.close()
    const consumer = new Consumer({ bootstrapServers }, { groupId: 'g', autoOffsetReset: 'earliest' })
    consumer.subscribe(['events'])
    while ((await consumer.poll()).length === 0);
    await consumer.close()
  }
  // What was closed in this turn goes back to the operating system at the end of it.
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(process.getActiveResourcesInfo().toSorted(), before)
  assert.deepEqual(readdirSync(folder), ['data'])
  rmSync(folder, { recursive: true })
})
