// What the README shows runs as printed, against the broker as the README starts it: on localhost:9092.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type BrokerProcess, startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { python } from '../support/environments.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const programs = [...readme.matchAll(/```python\n([\s\S]*?)```/g)].map((match) => match[1]!)
const commands = [...readme.matchAll(/^npx (kafka-.*)$/gm)].map((match) => match[1]!)

describe('the README', () => {
  let broker: BrokerProcess
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-readme-'))
  before(async () => void (broker = await startBroker({ port: 9092 })))
  after(async () => {
    await broker[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  test('begins with the two commands of a newcomer', () => {
    assert.match(readme, /^# Milena\n\n```sh\nnpm start .*\nnpm test .*\n```\n/)
  })

  test('shows a producer and a consumer in Python that work', async (t) => {
    const interpreter = required(t, await python())
    if (interpreter === undefined) return
    assert.equal(programs.length, 2)
    const printed: string[] = []
    for (const [index, program] of programs.entries()) {
      const file = path.join(folder, `program-${index}.py`)
      writeFileSync(file, program)
      printed.push((await succeed(interpreter, [file])).stdout)
    }
    assert.match(printed[0]!, /^order 0: partition 0, offset 0\n/)
    assert.equal(printed[1]!.trim().split('\n').length, 10)
    assert.match(printed[1]!, /orders-0@9: {'order': 9, 'amount': 85.5}\n$/)
  })

  test('shows commands that work', async () => {
    assert.equal(commands.length, 7)
    const output: Record<string, string> = {}
    for (const command of commands) {
      const [tool, ...args] = command.split(' ')
      // A console consumer runs until it is stopped; here it stops at the records there are.
      const bounded = tool === 'kafka-console-consumer' ? ['--max-messages', '2', '--group', 'my-group'] : []
      const input = tool === 'kafka-console-producer' ? { input: 'one\ntwo\n' } : {}
      const bin = path.join(root, 'node_modules', '.bin', tool!)
      output[command] = (await succeed(bin, [...args, ...bounded], input)).stdout
    }
    const [created, listed, described, , consumed, groups, group] = commands.map((command) => output[command]!)
    assert.equal(created, 'Created topic my-topic.\n')
    assert.match(listed!, /^my-topic$/m)
    assert.match(described!, /^Topic: my-topic\tTopicId: [\w-]{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: /)
    assert.deepEqual(consumed!.trim().split('\n').sort(), ['one', 'two'])
    assert.match(groups!, /^my-group$/m)
    assert.match(group!, /^my-group +my-topic +\d +\d+ +\d+ +0 +- +- +-/m)
  })
})
