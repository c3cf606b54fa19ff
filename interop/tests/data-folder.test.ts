// A data folder written by Apache Kafka, stopped in order and killed: both tools that dump it say the same, Milena
// imports it, clients see what they saw and go on; and Kafka's tool finds nothing wrong with what Milena wrote.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { execute, type ProgramResult, required, succeed } from '../support/client-program.ts'
import { jars } from '../support/environments.ts'
import { type JavaProgram, javaProgram } from '../support/java-program.ts'

const bin = path.join(import.meta.dirname, '..', '..', 'packages', 'milena', 'bin')
const environment = await jars('kafka-4.3.1')
const internal = {
  __consumer_offsets: '--offsets-decoder',
  __transaction_state: '--transaction-log-decoder',
  __share_group_state: '--share-group-state-decoder',
}

/** Few partitions of the internal topics, and a cleaner that never rests. */
const kafkaProperties = {
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.num.partitions': '5',
  'share.coordinator.state.topic.num.partitions': '5',
  'log.cleaner.backoff.ms': '300',
}

function filesOf(folder: string, suffix: string, topics = /^[a-z]/): readonly string[] {
  return readdirSync(folder)
    .filter((name) => topics.test(name) && statSync(path.join(folder, name)).isDirectory() && !name.endsWith('-delete'))
    .flatMap((name) => readdirSync(path.join(folder, name)).map((file) => path.join(folder, name, file)))
    .filter((file) => file.endsWith(suffix))
    .sort()
}

/** The bytes of all files, to see that nobody changed them. */
function contents(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((file) => {
      const full = path.join(file.parentPath, file.name)
      return [path.relative(folder, full), readFileSync(full).toString('base64')]
    }),
  )
}

describe('data folders', { skip: 'path' in environment || process.env.CI === 'true' ? false : 'no Java' }, () => {
  let libraries: string
  let program: JavaProgram
  let folder: string
  let shown: string
  const place = (name: string): string => path.join(folder, name)
  const client = async (command: string, servers: string): Promise<string> =>
    (await succeed(program.program, [...program.args, command, servers], { timeoutMs: 180_000 })).stdout

  before(async (t) => {
    libraries = required(t as never, environment)!
    program = await javaProgram('DataFolder', libraries)
    folder = mkdtempSync(path.join(os.tmpdir(), 'milena-data-folder-'))
    const properties = { ...kafkaProperties, 'log.dirs': place('kafka') }
    await using kafka = await startBroker({ kind: 'apache', properties })
    await client('write', kafka.bootstrapServers)
    shown = await client('show', kafka.bootstrapServers)
    await kafka.kill()
    cpSync(place('kafka'), place('killed'), { recursive: true, preserveTimestamps: true })
    await using again = await kafka.restart()
    assert.equal(await again.stop(), 143)
  })

  after(() => {
    program[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const dumpBy = {
    apache: (args: readonly string[]) => {
      const jvm = ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-Dlog4j2.level=OFF', '-cp', `${libraries}/*`]
      return execute('java', [...jvm, 'org.apache.kafka.tools.DumpLogSegments', ...args])
    },
    milena: (args: readonly string[]) => execute(process.execPath, [path.join(bin, 'kafka-dump-log.js'), ...args]),
  }

  async function dumpedBySame(args: readonly string[]): Promise<ProgramResult> {
    const [apache, milena] = await Promise.all([dumpBy.apache(args), dumpBy.milena(args)])
    assert.deepEqual(milena, apache, args.join(' '))
    assert.equal(apache.code, 0)
    return apache
  }

  test('kafka-dump-log prints of every file what Apache’s prints', async () => {
    for (const source of ['kafka', 'killed']) {
      const list = (suffix: string, topics?: RegExp) => filesOf(place(source), suffix, topics).join(',')
      const files = (suffix: string) => [list(suffix), list(suffix, /^__/)].filter(Boolean).join(',')
      const data = await dumpedBySame(['--files', list('.log'), '--print-data-log'])
      for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        assert.match(data.stdout, new RegExp(`codec: ${codec}`))
      await dumpedBySame(['--files', [files('.txnindex'), files('.snapshot')].join(',')])
      const metadata = [list('.log', /^__cluster/), list('.checkpoint', /^__cluster/)].join(',')
      await dumpedBySame(['--files', metadata, '--cluster-metadata-decoder'])
    }
    const list = (suffix: string, topics?: RegExp) => filesOf(place('kafka'), suffix, topics).join(',')
    // Not of the killed broker: it leaves indexes of 10 MB of zeros, at which Apache's tool ends in an exception.
    await dumpedBySame(['--files', ['.index', '.timeindex'].map((suffix) => list(suffix, /^[_a-z]/)).join(',')])
    for (const [topic, decoder] of Object.entries(internal)) {
      await dumpedBySame(['--files', list('.log', new RegExp(`^${topic}`)), decoder])
    }
  })

  test('kafka-dump-log finds in damaged files what Apache’s finds', async () => {
    const damaged = place('damaged')
    cpSync(path.join(place('kafka'), 'segments-0'), damaged, { recursive: true })
    const file = (suffix: string): string => path.join(damaged, `00000000000000000000${suffix}`)
    const change = (suffix: string, at: number): void => {
      const bytes = readFileSync(file(suffix))
      bytes[at]! ^= 1
      writeFileSync(file(suffix), bytes)
    }
    // A byte of a value, which the checksum covers; the offset of an index's entry; a time index's timestamp.
    change('.log', 200)
    change('.index', 3)
    change('.timeindex', 7)
    const indexes = await dumpedBySame([
      '--files',
      [file('.index'), file('.timeindex')].join(','),
      '--verify-index-only',
    ])
    assert.match(indexes.stderr, /^Mismatches in :.*\n {2}Index offset: \d+[^]*Found timestamp mismatch in :/)
    // Indexes that point behind the end of the log would end both tools.
    writeFileSync(file('.log'), readFileSync(file('.log')).subarray(0, -10))
    const log = await dumpedBySame(['--files', file('.log'), '--deep-iteration'])
    assert.match(
      log.stdout,
      /position: 0 .* isvalid: false\n[^]* isvalid: true\n[^]*\nFound \d+ invalid bytes at the end/,
    )
  })

  for (const [source, options] of [
    ['killed', []],
    ['kafka', ['--link']],
  ] as const) {
    test(`Milena goes on where ${source === 'killed' ? 'a killed' : 'a stopped'} Kafka ended`, async () => {
      const [from, to] = [place(source), place(`milena-${source}`)]
      const before = contents(from)
      const command = [path.join(bin, 'milena.js'), 'import', '--from', from, '--to', to, ...options]
      const { stdout } = await succeed(process.execPath, command)
      assert.match(stdout, /^Note: gone-0\..*-delete belongs to no partition, and is left out\.$/m)
      assert.match(stdout, /^Imported 10 topics with 25 partitions of cluster bWlsZW5hLWludGVyb3AtMQ/m)
      // What is cleaned meanwhile is not what was shown.
      const properties = { 'log.dirs': to, 'log.cleaner.enable': 'false' }
      await using milena = await startBroker({ kind: 'milena', properties })
      assert.deepEqual(comparable(await client('show', milena.bootstrapServers)), comparable(shown))
      assert.equal(await client('go-on', milena.bootstrapServers), 'ok\n')
      assert.equal(await milena.stop(), 0)
      assert.deepEqual(contents(from), before, 'the source has changed')
    })
  }

  async function nothingWrongIn(written: string): Promise<void> {
    const all = ['.log', '.index', '.timeindex', '.txnindex', '.snapshot'].flatMap((suffix) => [
      ...filesOf(written, suffix),
      ...filesOf(written, suffix, /^__/),
    ])
    const { code, stdout, stderr } = await dumpedBySame(['--files', all.join(','), '--deep-iteration'])
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stdout, /isvalid: false|invalid bytes|exception/i)
    // It expects each file to begin at offset 0 and to have every offset, which is more than compaction leaves.
    assert.equal(stderr.replaceAll(/^Non-consecutive offsets in .*\n(?: {2}-?\d+ is followed by \d+\n)+/gm, ''), '')
    const metadata = ['.log', '.checkpoint'].flatMap((suffix) => filesOf(written, suffix, /^__cluster/))
    const dumped = await dumpedBySame(['--files', metadata.join(','), '--cluster-metadata-decoder'])
    assert.doesNotMatch(dumped.stdout, /Error at|isvalid: false|invalid bytes/)
    assert.equal(dumped.stderr.replace(/^Non-consecutive.*\n.*\n/, ''), '')
  }

  test('Apache’s kafka-dump-log finds nothing wrong with what Milena has written behind Kafka', () =>
    nothingWrongIn(place('milena-kafka')))

  test('nor with what Milena wrote from the beginning, cleaned segments and all', async () => {
    const properties = { ...kafkaProperties, 'log.dirs': place('milena') }
    await using milena = await startBroker({ kind: 'milena', properties })
    await client('write', milena.bootstrapServers)
    assert.equal(await milena.stop(), 0)
    await nothingWrongIn(place('milena'))
  })
})

/** Without what may differ: leader epochs after a crash, features that Milena has not, and the order of configs. */
function comparable(text: string): readonly string[] {
  return text.split('\n').filter((line) => !line.startsWith('feature streams.version'))
}
