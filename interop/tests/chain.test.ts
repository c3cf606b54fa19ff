import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { assertContiguous } from '../support/contiguous-log.ts'
import { python } from '../support/environments.ts'
import { Processors } from '../support/processors.ts'

const clients = path.join(import.meta.dirname, '..', 'clients', 'python')
const levels = 4
const count = 4000
const deaths = 12

test(`a chain of ${levels} groups whose members are killed and replaced: each record once on each level`, async (t) => {
  const interpreter = required(t, await python())
  if (interpreter === undefined) return
  await using broker = await startBroker({
    properties: { 'group.min.session.timeout.ms': '500', 'group.initial.rebalance.delay.ms': '0' },
  })
  const servers = broker.bootstrapServers
  const task = (...args: string[]) =>
    succeed(interpreter, [path.join(clients, 'exactly_once.py'), servers, ...args], { timeoutMs: 180_000 })
  const topics = Array.from({ length: levels + 1 }, (_, level) => `level-${level}`)
  await task('fill', topics.join(','), `${count}`)

  // Two members a level; each reads the level above and writes its own.
  const commands = Array.from({ length: 2 * levels }, (_, i) => {
    const level = 1 + Math.floor(i / 2)
    const places = [`level-${level - 1}`, `level-${level}`, `group-${level}`, `member-${i}`]
    return { program: interpreter, args: [path.join(clients, 'transactor.py'), servers, ...places] }
  })
  await using processors = new Processors(commands)
  try {
    for (let death = 0; death < deaths; death++) {
      await processors.progress(60_000)
      await processors.kill(Math.floor(Math.random() * processors.count))
    }
    for (let level = 1; level <= levels; level++) await task('settle', `level-${level - 1}`, `group-${level}`)
  } catch (error) {
    throw new Error(`${processors.errors}\n${broker.output().slice(-4000)}`, { cause: error })
  }
  await processors.stop()
  for (let level = 1; level <= levels; level++) {
    await task('check', `level-${level}`, `${count}`, `${level}`)
    // Aborted records and markers have offsets too, so there are more of them than records.
    assert.ok((await assertContiguous(servers, `level-${level}`)) > count)
  }
  t.diagnostic(`${levels} times ${count} records; ${processors.replaced} members replaced`)
})
