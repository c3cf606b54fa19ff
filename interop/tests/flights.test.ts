import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { python } from '../support/environments.ts'

const program = path.join(import.meta.dirname, '..', 'clients', 'python', 'flights.py')
const dataSet = path.resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-20k.json')

for (const protocol of ['classic', 'consumer']) {
  test(`20,000 flights through three partitions and a ${protocol} group whose members come and go`, async (t) => {
    const interpreter = required(t, await python())
    if (interpreter === undefined) return
    await using broker = await startBroker()
    await succeed(interpreter, [program, broker.bootstrapServers, dataSet, protocol])
  })
}
