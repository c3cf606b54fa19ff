// Consume, transform, produce in transactions of which some abort, while processors and the broker are killed: the
// output holds each input exactly once.
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { type BrokerProcess, startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { jars, python } from '../support/environments.ts'
import { javaProgram } from '../support/java-program.ts'
import { type ProcessorCommand, Processors } from '../support/processors.ts'

const clients = path.join(import.meta.dirname, '..', 'clients')
const judge = path.join(clients, 'python', 'exactly_once.py')
const count = 6000
const deaths = 6
// A processor that was killed is missed soon.
const properties = { 'group.min.session.timeout.ms': '500', 'group.initial.rebalance.delay.ms': '0' }

interface Loop {
  /** The processor, without its arguments. */
  readonly processor: ProcessorCommand
  /** How many at once. kafkajs names no member in its commits, so a second one could not be fenced. */
  readonly processors: number
}

async function lower(servers: string, libraries: string, level: number): Promise<void> {
  const command = ['org.apache.kafka.tools.FeatureCommand', '--bootstrap-server', servers, 'downgrade']
  await succeed('java', ['-Xmx128m', '-cp', `${libraries}/*`, ...command, '--feature', `transaction.version=${level}`])
}

async function exactlyOnce(t: TestContext, interpreter: string, broker: BrokerProcess, loop: Loop): Promise<void> {
  const { processor } = loop
  const task = (...args: string[]) =>
    succeed(interpreter, [judge, broker.bootstrapServers, ...args], { timeoutMs: 180_000 })
  await task('fill', 'input,output', `${count}`)

  const commands = Array.from({ length: loop.processors }, (_, i) => ({
    program: processor.program,
    args: [...processor.args, broker.bootstrapServers, 'input', 'output', 'processors', `processor-${i}`],
  }))
  await using processors = new Processors(commands)
  let current = broker
  try {
    // Each death comes right after somebody got a transaction through, with the others in the middle of theirs.
    for (let death = 0; death < deaths; death++) {
      await processors.progress(60_000)
      if (death % 2 === 1) {
        await processors.kill(death % processors.count)
        continue
      }
      await current.kill()
      current = await current.restart()
    }
    await task('settle', 'input', 'processors')
    await processors.stop()
    const { stdout } = await task('check', 'output', `${count}`, '1')
    t.diagnostic(`${stdout.trim()}; ${deaths} killed, ${processors.replaced} processors replaced`)
  } catch (error) {
    throw new Error(`${processors.errors}\n${current.output().slice(-4000)}`, { cause: error })
  } finally {
    await processors.stop()
    await current.stop()
  }
}

test('confluent-kafka', async (t) => {
  const interpreter = required(t, await python())
  if (interpreter === undefined) return
  await using broker = await startBroker({ properties })
  const processor = { program: interpreter, args: [path.join(clients, 'python', 'transactor.py')] }
  await exactlyOnce(t, interpreter, broker, { processor, processors: 2 })
})

test('kafkajs', async (t) => {
  const interpreter = required(t, await python())
  if (interpreter === undefined) return
  await using broker = await startBroker({ properties })
  const processor = { program: process.execPath, args: [path.join(clients, 'node', 'transactor.ts')] }
  await exactlyOnce(t, interpreter, broker, { processor, processors: 1 })
})

for (const transactionVersion of [1, 2]) {
  test(`Java 4.3.1 with transaction.version ${transactionVersion}`, async (t) => {
    const [interpreter, libraries] = [required(t, await python()), required(t, await jars('kafka-4.3.1'))]
    if (interpreter === undefined || libraries === undefined) return
    await using broker = await startBroker({ properties })
    if (transactionVersion < 2) await lower(broker.bootstrapServers, libraries, transactionVersion)
    using processor = await javaProgram('Transactor', libraries)
    await exactlyOnce(t, interpreter, broker, { processor, processors: 2 })
  })
}
