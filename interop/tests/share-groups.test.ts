import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { jars } from '../support/environments.ts'
import { javaProgram } from '../support/java-program.ts'

test('share groups of KIP-932 with the Java client 4.3.1', async (t) => {
  const libraries = required(t, await jars('kafka-4.3.1'))
  if (libraries === undefined) return
  // A member learns soon what it shall read.
  const heartbeat = { 'group.share.heartbeat.interval.ms': '500', 'group.share.min.heartbeat.interval.ms': '500' }
  await using broker = await startBroker({ properties: heartbeat })
  using sharedQueue = await javaProgram('SharedQueue', libraries)
  const { program, args } = sharedQueue
  await succeed(program, [...args, broker.bootstrapServers], { timeoutMs: 240_000 })
})
