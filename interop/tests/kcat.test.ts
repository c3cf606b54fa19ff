import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { required, succeed } from '../support/client-program.ts'
import { kcat } from '../support/environments.ts'

test('kcat produces, lists and consumes', async (t) => {
  const program = required(t, await kcat())
  if (program === undefined) return
  await using broker = await startBroker()
  const run = (args: readonly string[], input?: string) =>
    succeed(program, ['-b', broker.bootstrapServers, ...args], {
      timeoutMs: 60_000,
      ...(input === undefined ? {} : { input }),
    })

  const lines = Array.from({ length: 500 }, (_, i) => `key-${i % 5}:value ${i}`)
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    await run(['-P', '-t', 'kcat', '-K:', '-X', 'acks=all', '-z', codec], `${lines.join('\n')}\n`)
  }
  const listed = JSON.parse((await run(['-L', '-J'])).stdout) as { topics: { topic: string }[] }
  assert.ok(listed.topics.some(({ topic }) => topic === 'kcat'))

  const consumed = (await run(['-C', '-t', 'kcat', '-K:', '-o', 'beginning', '-e', '-q'])).stdout.trim().split('\n')
  assert.deepEqual(
    consumed.sort(),
    Array.from({ length: 5 }, () => lines)
      .flat()
      .sort(),
  )
  const byTime = (await run(['-Q', '-t', 'kcat:0:1'])).stdout
  assert.match(byTime, /kcat \[0\] offset 0/)
  const group = await run(['-G', 'kcat-group', '-X', 'auto.offset.reset=earliest', '-e', '-q', '-c', '2500', 'kcat'])
  assert.equal(group.stdout.trim().split('\n').length, 2500)
})
