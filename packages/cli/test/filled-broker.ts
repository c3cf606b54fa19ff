// What the comparisons of the tools of administration begin with.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Admin, Producer, valuesOf } from '@milena/client'
import { startApacheBroker, type ApacheBroker } from './apache-broker.ts'

/** A broker with topics of each side, and one that both look at, each with two partitions and a record in each. */
export async function startFilledBroker(lib: string): Promise<ApacheBroker> {
  const broker = await startApacheBroker(lib)
  await using admin = new Admin({ bootstrapServers: broker.bootstrapServers })
  valuesOf(await admin.createTopics(['ap-one', 'mi-one', 'shared'].map((name) => ({ name, numPartitions: 2 }))))
  await using producer = new Producer({ bootstrapServers: broker.bootstrapServers })
  for (const topic of ['ap-one', 'mi-one', 'shared']) {
    await producer.send({ topic, partition: 0, key: 'k', value: 'v' })
    await producer.send({ topic, partition: 1, key: 'k', value: 'v' })
  }
  return broker
}

/** Gives files with some content, which are gone when the work is done. */
export async function withFiles(work: (file: (content: string) => Promise<string>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'milena-admin-tools-'))
  let count = 0
  try {
    await work(async (content) => {
      const name = path.join(folder, `${++count}.json`)
      await writeFile(name, content)
      return name
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
