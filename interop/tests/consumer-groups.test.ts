import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { jars } from '../support/environments.ts'
import { javaProgram } from '../support/java-program.ts'

test('consumer groups of KIP-848 with the Java client 4.3.1: members, expressions, static members, migration', async (t) => {
  const libraries = required(t, await jars('kafka-4.3.1'))
  if (libraries === undefined) return
  // Members learn soon of what changed.
  const properties = {
    'group.consumer.heartbeat.interval.ms': '500',
    'group.consumer.min.heartbeat.interval.ms': '500',
    'group.initial.rebalance.delay.ms': '0',
  }
  await using broker = await startBroker({ properties })
  using comingAndGoing = await javaProgram('ComingAndGoing', libraries)
  const { program, args } = comingAndGoing
  await succeed(program, [...args, broker.bootstrapServers], { timeoutMs: 240_000 })
})
