import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { execute, required, succeed } from '../support/client-program.ts'
import { jars } from '../support/environments.ts'

const source = path.join(import.meta.dirname, '..', 'clients', 'java', 'src', 'ClientProgram.java')
const [newest, oldest] = [await jars('kafka-4.3.1'), await jars('kafka-clients-3.6.0')]

for (const [version, environment] of [
  ['3.6.0', oldest],
  ['4.3.1', newest],
] as const) {
  test(`Java kafka-clients ${version} against a fresh broker`, async (t) => {
    const libraries = required(t, environment)
    if (libraries === undefined) return
    await using broker = await startBroker()
    const classes = mkdtempSync(path.join(os.tmpdir(), 'milena-java-'))
    try {
      await succeed('javac', ['-d', classes, '-cp', `${libraries}/*`, source])
      const classPath = `${classes}:${libraries}/*`
      await succeed('java', ['-Xmx256m', '-cp', classPath, 'ClientProgram', broker.bootstrapServers, version])
    } finally {
      rmSync(classes, { recursive: true, force: true })
    }
  })
}

test("Apache's own console tools 4.3.1 against a fresh broker", async (t) => {
  const libraries = required(t, newest)
  if (libraries === undefined) return
  await using broker = await startBroker()
  const server = ['--bootstrap-server', broker.bootstrapServers]
  const tool = (name: string, args: readonly string[], input?: string) =>
    execute(
      'java',
      ['-Xmx256m', '-cp', `${libraries}/*`, `org.apache.kafka.tools.${name}`, ...server, ...args],
      input === undefined ? {} : { input },
    )
  const topics = (...args: string[]) => tool('TopicCommand', args)

  const created = await topics('--create', '--topic', 'my-topic', '--partitions', '3', '--replication-factor', '1')
  assert.equal(created.stdout, 'Created topic my-topic.\n', created.stderr)
  assert.equal((await topics('--list')).stdout, 'my-topic\n')
  const described = await topics('--describe', '--topic', 'my-topic')
  assert.match(described.stdout, /^Topic: my-topic\tTopicId: [\w-]{22}\tPartitionCount: 3\tReplicationFactor: 1\t/)
  assert.equal((await topics('--create', '--topic', 'my-topic')).code, 1)

  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)
  await tool('ConsoleProducer', ['--topic', 'my-topic'], `${lines.join('\n')}\n`)
  const group = ['--group', 'my-group', '--from-beginning', '--max-messages', '100', '--timeout-ms', '30000']
  const consumed = await tool('consumer.ConsoleConsumer', ['--topic', 'my-topic', ...group])
  assert.deepEqual(consumed.stdout.trim().split('\n').sort(), lines.sort(), consumed.stderr)

  const groups = (...args: string[]) => tool('consumer.group.ConsumerGroupCommand', args)
  assert.equal((await groups('--list')).stdout, 'my-group\n')
  const lag = await groups('--describe', '--group', 'my-group')
  assert.match(lag.stdout, /GROUP +TOPIC +PARTITION +CURRENT-OFFSET +LOG-END-OFFSET +LAG/, lag.stderr)
  const reset = await groups(
    '--reset-offsets',
    '--group',
    'my-group',
    '--topic',
    'my-topic',
    '--to-earliest',
    '--execute',
  )
  assert.match(reset.stdout, /my-group +my-topic +0 +0/, reset.stderr)
  assert.match((await groups('--delete', '--group', 'my-group')).stdout, /was successful/)
})
