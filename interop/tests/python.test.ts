import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { python } from '../support/environments.ts'

const programs = path.join(import.meta.dirname, '..', 'clients', 'python')

for (const client of ['kafka_python', 'confluent', 'aiokafka']) {
  test(`${client} against a fresh broker`, async (t) => {
    const interpreter = required(t, await python())
    if (interpreter === undefined) return
    await using broker = await startBroker()
    await succeed(interpreter, [path.join(programs, `${client}_client.py`), broker.bootstrapServers])
  })
}
