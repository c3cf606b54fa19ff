// Apache's own `kafka-dump-log` reads what we write. KAFKA_LIB names a folder with the jars of Apache Kafka.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { CompressionType, NewBatch } from '@milena/records'
import { buildBatch, endTransactionMarker } from '@milena/records'
import { nodeFileSystem, silentLogger, systemClock, systemRandom } from '@milena/runtime'
import { LogManager, defaultLogConfig } from '../src/index.ts'
import type { UnifiedLog } from '../src/index.ts'

const kafkaLib = process.env['KAFKA_LIB']
const isThere = kafkaLib !== undefined && existsSync(kafkaLib)
if (!isThere && process.env['CI'] === 'true')
  throw new Error('KAFKA_LIB must name a folder with the jars of Apache Kafka')

const CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const RECORDS = 600

describe('kafka-dump-log', { skip: isThere ? false : 'KAFKA_LIB is not set' }, () => {
  let directory: string
  const partition = () => path.join(directory, 'dumped-0')

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'milena-dump-'))
    await writeLog(directory)
  })

  after(() => rm(directory, { recursive: true, force: true }))

  function dump(suffix: string, ...options: string[]): string {
    const files = readdirSync(partition()).filter((name) => name.endsWith(suffix))
    assert.ok(files.length > 0, `no ${suffix} file`)
    const list = files.map((name) => path.join(partition(), name)).join(',')
    const classPath = path.join(kafkaLib!, '*')
    const main = 'org.apache.kafka.tools.DumpLogSegments'
    const args = ['-cp', classPath, main, '--files', list, ...options]
    const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
    assert.equal(status, 0, stderr)
    // The tool expects each file to begin at offset 0, and says so of every later segment, Kafka's own too.
    const complaints = stderr.replaceAll(/^Non-consecutive offsets in .*\n {2}-1 is followed by \d+\n/gm, '')
    assert.equal(complaints, '')
    return stdout
  }

  test('reads every record of every segment, in every compression', () => {
    const output = dump('.log', '--print-data-log', '--deep-iteration')
    assert.doesNotMatch(output, /isvalid: false|Found|not consecutive|trailing|mismatch|exception/i)
    for (const codec of CODECS) assert.match(output, new RegExp(`compresscodec: ${codec}`))
    const payloads = [...output.matchAll(/payload: (record .*)$/gm)].map((match) => match[1])
    assert.deepEqual(
      payloads,
      Array.from({ length: RECORDS }, (_, index) => valueOf(index)),
    )
  })

  test('finds nothing wrong in the offset indexes', () => {
    const output = dump('.index')
    assert.ok([...output.matchAll(/^offset: \d+ position: \d+$/gm)].length > 10)
    assert.doesNotMatch(output, /Mismatches|exception|offset: 0 position: 0/i)
    assert.match(dump('.index', '--index-sanity-check'), /passed sanity check/)
  })

  test('finds nothing wrong in the time indexes', () => {
    const output = dump('.timeindex')
    assert.ok([...output.matchAll(/^timestamp: \d+ offset: \d+$/gm)].length > 10)
    assert.doesNotMatch(output, /Found|exception/i)
    assert.match(dump('.timeindex', '--index-sanity-check'), /passed sanity check/)
  })

  test('reads the producers in the snapshots', () => {
    const output = dump('.snapshot')
    assert.doesNotMatch(output, /exception|corrupt/i)
    assert.match(output, /producerId: 4711 producerEpoch: 3/)
    assert.match(
      output,
      /producerId: 9 producerEpoch: 0 .*coordinatorEpoch: 5 currentTxnFirstOffset: Optional(Long)?\[\d+\]/,
    )
  })

  test('reads the aborted transactions, and the markers', () => {
    const output = dump('.txnindex')
    const aborted = [...output.matchAll(/firstOffset: (\d+) lastOffset: (\d+) lastStableOffset: (\d+)/g)]
    assert.deepEqual(
      aborted.map(([, ...offsets]) => offsets.map(Number)),
      transactions.aborted,
    )
    const markers = dump('.log', '--print-data-log')
    for (const type of ['COMMIT', 'ABORT'])
      assert.match(markers, new RegExp(`endTxnMarker: ${type} coordinatorEpoch: 5`))
  })
})

/** Written behind everything else: first offset, last offset and last stable offset of what was aborted. */
const transactions = { aborted: [] as number[][] }

/** Three transactions of producer 9: one committed, one aborted, one left open. */
function writeTransactions(log: UnifiedLog): void {
  const producer = { producerId: 9, producerEpoch: 0, isTransactional: true }
  const append = (bytes: Uint8Array, origin: 'client' | 'coordinator'): number => {
    const result = log.appendAsLeader(bytes, { leaderEpoch: 200, origin })
    assert.ok(result.ok, result.ok ? '' : result.message)
    return result.firstOffset
  }
  for (const [index, committed] of [true, false, undefined].entries()) {
    const records = [{ timestamp: Date.now(), key: null, value: Buffer.from(`transaction ${index}`) }]
    const firstOffset = append(buildBatch({ ...producer, baseSequence: index, records }), 'client')
    if (committed === undefined) break
    const timestamp = Date.now()
    const lastOffset = append(
      endTransactionMarker({ ...producer, committed, coordinatorEpoch: 5, timestamp }),
      'coordinator',
    )
    if (!committed) transactions.aborted.push([firstOffset, lastOffset, lastOffset + 1])
  }
}

function valueOf(index: number): string {
  return `record ${index} ${'x'.repeat(index % 90)}`
}

/** Several segments with every compression, an idempotent producer and timestamps that go up and down. */
async function writeLog(logDir: string): Promise<void> {
  const manager = await LogManager.open({
    logDirs: [logDir],
    fs: nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    nodeId: 1,
    defaultConfig: { ...defaultLogConfig, segmentBytes: 9000, indexIntervalBytes: 300 },
  })
  const log = await manager.getOrCreateLog({ topic: 'dumped', partition: 0 }, systemRandom.uuid())
  for (let index = 0, batch = 0; index < RECORDS; batch++) {
    const count = Math.min(1 + (batch % 7), RECORDS - index)
    const bytes = buildBatch({ ...headerOf(batch, index), records: recordsFrom(index, count) })
    const result = log.appendAsLeader(bytes, { leaderEpoch: Math.floor(batch / 50), origin: 'client' })
    assert.ok(result.ok)
    index += count
  }
  writeTransactions(log)
  await manager.close()
}

function headerOf(batch: number, baseSequence: number): Omit<NewBatch, 'records'> {
  return { compression: CODECS[batch % CODECS.length]!, producerId: 4711, producerEpoch: 3, baseSequence }
}

function recordsFrom(index: number, count: number): NewBatch['records'] {
  const nowMs = Date.now()
  return Array.from({ length: count }, (_, at) => ({
    timestamp: nowMs - 100_000 + index * 10 + ((index * 7919) % 100),
    key: Buffer.from(`key ${index + at}`),
    value: Buffer.from(valueOf(index + at)),
    headers: [{ key: 'header', value: Buffer.from('h') }],
  }))
}
