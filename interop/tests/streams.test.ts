// Kafka Streams with repartitioning, two stores and transactions, while its processes and the broker are killed: each
// number is added up exactly once.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { jars, python } from '../support/environments.ts'
import { javaProgram } from '../support/java-program.ts'
import { Processors } from '../support/processors.ts'

const judge = path.join(import.meta.dirname, '..', 'clients', 'python', 'exactly_once.py')
const count = '12000'
// A process that was killed is missed soon.
const properties = { 'group.min.session.timeout.ms': '500', 'group.initial.rebalance.delay.ms': '0' }

test('Kafka Streams 4.3.1, exactly once', async (t) => {
  const [interpreter, libraries] = [required(t, await python()), required(t, await jars('kafka-streams-4.3.1'))]
  if (interpreter === undefined || libraries === undefined) return
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-streams-'))
  await using broker = await startBroker({ properties })
  using streams = await javaProgram('StreamsSums', libraries)
  const { bootstrapServers } = broker
  await succeed(interpreter, [judge, bootstrapServers, 'fill', 'input,output,counted', count])

  const command = { program: streams.program, args: [...streams.args, 'run', bootstrapServers, folder] }
  await using processors = new Processors([command, command])
  let current = broker
  try {
    await processors.progress(60_000)
    await processors.kill(0)
    await processors.progress(60_000)
    await current.kill()
    current = await current.restart()
    await processors.progress(60_000)
    await processors.kill(1)
    const { stdout } = await succeed(streams.program, [...streams.args, 'check', bootstrapServers, count])
    t.diagnostic(stdout.trim())
  } catch (error) {
    throw new Error(`${processors.errors}\n${current.output().slice(-4000)}`, { cause: error })
  } finally {
    await processors.stop()
    await current.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
