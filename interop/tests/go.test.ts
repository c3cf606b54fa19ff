import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { go } from '../support/environments.ts'

// Members learn soon of what changed.
const properties = {
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.min.heartbeat.interval.ms': '500',
  'group.share.heartbeat.interval.ms': '500',
  'group.share.min.heartbeat.interval.ms': '500',
}

for (const client of ['franz-go', 'sarama', 'kafka-go']) {
  test(`${client} against a fresh broker`, async (t) => {
    const programs = required(t, await go())
    if (programs === undefined) return
    await using broker = await startBroker({ properties })
    try {
      const { stdout } = await succeed(path.join(programs, client), [broker.bootstrapServers])
      t.diagnostic(stdout.trim().replaceAll('\n', '; '))
    } catch (error) {
      throw new Error(broker.output().slice(-4000), { cause: error })
    }
  })
}
