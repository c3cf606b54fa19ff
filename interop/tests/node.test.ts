import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { succeed } from '../support/client-program.ts'

const programs = path.join(import.meta.dirname, '..', 'clients', 'node')

for (const client of ['kafkajs', 'platformatic']) {
  test(`${client} against a fresh broker`, async () => {
    await using broker = await startBroker()
    await succeed(process.execPath, [path.join(programs, `${client}.ts`), broker.bootstrapServers])
  })
}
