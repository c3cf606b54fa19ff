import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import readline from 'node:readline'
import { test } from 'node:test'
import { type BrokerProcess, startBroker } from '../support/broker-process.ts'
import { required } from '../support/client-program.ts'
import { python } from '../support/environments.ts'

const program = path.join(import.meta.dirname, '..', 'clients', 'python', 'survivor.py')
const kills = Number(process.env.KILLS ?? 20)

test(`kill -9 in the middle of producing, ${kills} times: nothing acknowledged is lost or doubled`, async (t) => {
  const interpreter = required(t, await python())
  if (interpreter === undefined) return
  await using first = await startBroker()
  let broker: BrokerProcess = first
  const survivor = spawn(interpreter, [program, broker.bootstrapServers, 'survivors'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(survivor, 'close') as Promise<[number | null]>
  let errors = ''
  survivor.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const lines = readline.createInterface({ input: survivor.stdout })

  let killed = 0
  let last = ''
  try {
    // Each death comes while records are in flight: right after an acknowledgement, with the window full again.
    for await (const line of lines) {
      last = line
      if (!line.startsWith('acked') || killed > kills) continue
      if (killed === kills) {
        survivor.stdin.end('stop\n')
        killed++
        continue
      }
      await broker.kill()
      broker = await broker.restart()
      killed++
    }
    const [code] = await ended
    assert.equal(code, 0, `${errors}\n${broker.output().slice(-4000)}`)
    assert.match(last, /^verified \d+ records/)
    t.diagnostic(last)
  } finally {
    survivor.kill('SIGKILL')
    await broker.stop()
  }
})
