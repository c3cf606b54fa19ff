import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import { Admin, Consumer, Producer } from '@milena/client'
import { Milena } from '../index.ts'
import { importCommand } from './import-command.ts'

let folder: string
const place = (name: string): string => path.join(folder, name)

/** Runs the command with what it prints in memory. */
async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  mock.method(console, 'log', (text: string) => void out.push(text))
  mock.method(console, 'error', (text: string) => void err.push(text))
  try {
    const code = await importCommand(argv)
    return { code, out: out.join('\n'), err: err.join('\n') }
  } finally {
    mock.restoreAll()
  }
}

const contents = (of: string): ReadonlyMap<string, string> => {
  const files = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => [
      path.join(parentPath, name),
      readFileSync(path.join(parentPath, name), 'hex'),
    ]),
  )
}

/** A group goes on behind its offset, and a producer behind the last record. */
async function readAndWrite(): Promise<void> {
  await using milena = await Milena.start({ storage: place('copy') })
  const { bootstrapServers } = milena
  await using consumer = new Consumer({ bootstrapServers }, { groupId: 'g', autoOffsetReset: 'none' })
  consumer.subscribe(['t'])
  const [first] = await consumer.poll({ timeoutMs: 10_000 })
  assert.deepEqual([first?.offset, first?.value?.[0]], [7, 7])
  await using producer = new Producer({ bootstrapServers })
  assert.equal((await producer.send({ topic: 't', partition: 0, value: Buffer.from('more') })).offset, 30)
}

/** What lies in Milena's own folders is what Kafka writes, so that one of them will do. */
describe('milena import', () => {
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'milena-import-'))
    await using kafka = await Milena.start({ storage: place('source') })
    const { bootstrapServers } = kafka
    await using admin = new Admin({ bootstrapServers })
    const configs = { 'segment.bytes': '1048576' }
    await admin.createTopics([{ name: 't', numPartitions: 2, configs }])
    await using producer = new Producer({ bootstrapServers })
    for (let index = 0; index < 30; index++) {
      await producer.send({ topic: 't', partition: 0, value: Buffer.alloc(100_000, index) })
    }
    await admin.alterGroupOffsets('g', [
      { topic: 't', partition: 0, offset: 7 },
      { topic: 't', partition: 1, offset: 0 },
    ])
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  test('a folder with all that was in it; complete segments as links', async () => {
    const before = contents(place('source'))
    const { code, out } = await run('--from', place('source'), '--to', place('copy'), '--link')
    assert.equal(code, 0)
    assert.match(out, /Imported 2 topics with \d+ partitions .*, \d+ of them as links\./)
    const logs = readdirSync(place('copy/t-0')).filter((name) => name.endsWith('.log'))
    assert.ok(logs.length >= 3)
    const links = logs.map((name) => statSync(path.join(place('copy/t-0'), name)).nlink)
    assert.deepEqual(
      links,
      logs.map((_, index) => (index < logs.length - 1 ? 2 : 1)),
    )

    await readAndWrite()
    assert.deepEqual(contents(place('source')), before)
  })

  test('what cannot be done is said, and leaves nothing', async () => {
    const refused = async (message: RegExp, ...argv: readonly string[]): Promise<void> => {
      const { code, err } = await run(...argv)
      assert.equal(code, 1)
      assert.match(err, message)
    }
    const from = ['--from', place('source')]
    await refused(/both are needed/, ...from)
    await refused(/is no data folder of Kafka/, '--from', folder, '--to', `${folder}-2`)
    await refused(/lies in .*source, which is only read/, ...from, '--to', place('source/new'))
    await refused(/Unknown option '--bogus'/, '--bogus')
    await run(...from, '--to', place('once'))
    await refused(/once is not empty/, ...from, '--to', place('once'))
    await using _ = await Milena.start({ storage: place('once') })
    await refused(/The folder is in use/, '--from', place('once'), '--to', place('twice'))
    assert.deepEqual(readdirSync(folder).toSorted(), ['copy', 'once', 'source'])
  })
})
