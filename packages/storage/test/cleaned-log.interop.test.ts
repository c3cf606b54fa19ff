// Apache's own `kafka-dump-log` reads what the cleaner left. KAFKA_LIB names a folder with the jars of Apache Kafka.
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
const KEYS = 100
const BATCHES = 400

describe('kafka-dump-log, of a log that was cleaned', { skip: isThere ? false : 'KAFKA_LIB is not set' }, () => {
  let directory: string
  const last = new Map<string, string | null>()
  const partition = () => path.join(directory, 'cleaned-0')

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'milena-cleaned-'))
    await writeAndClean(directory, last)
  })

  after(() => rm(directory, { recursive: true, force: true }))

  function dump(suffix: string, ...options: string[]): string {
    const files = readdirSync(partition()).filter((name) => name.endsWith(suffix))
    assert.ok(files.length > 0, `no ${suffix} file`)
    const list = files.map((name) => path.join(partition(), name)).join(',')
    const args = [
      '-cp',
      path.join(kafkaLib!, '*'),
      'org.apache.kafka.tools.DumpLogSegments',
      '--files',
      list,
      ...options,
    ]
    const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
    assert.equal(status, 0, stderr)
    // Gaps are what a cleaning is for; the tool tells of each, in Kafka's own logs too.
    const complaints = stderr.replaceAll(/^Non-consecutive offsets in .*\n(?: {2}-?\d+ is followed by \d+\n)+/gm, '')
    assert.equal(complaints, '')
    return stdout
  }

  test('reads the last record of every key, in every compression, with its checksum right', () => {
    const output = dump('.log', '--print-data-log', '--deep-iteration')
    assert.doesNotMatch(output, /isvalid: false|trailing|mismatch|exception/i)
    for (const codec of CODECS) assert.match(output, new RegExp(`compresscodec: ${codec}`))
    const found = [...output.matchAll(/ key: (k\d+)(?: payload: (.*))?$/gm)]
    const left = new Map(found.map(([, key, value]) => [key!, value ?? null]))
    assert.deepEqual(left, last)
    assert.ok(found.length < KEYS * 2, `${found.length} records of ${KEYS} keys`)
    assert.match(output, /deleteHorizonMs: OptionalLong\[\d+\]/)
  })

  test('finds nothing wrong in the indexes, nor in what says what was aborted', () => {
    for (const kind of ['.index', '.timeindex']) {
      assert.doesNotMatch(dump(kind), /Mismatches|Found|exception/i)
      assert.match(dump(kind, '--index-sanity-check'), /passed sanity check/)
    }
    assert.match(dump('.txnindex'), /firstOffset: \d+ lastOffset: \d+/)
    assert.doesNotMatch(dump('.snapshot'), /exception|corrupt/i)
  })
})

function append(log: UnifiedLog, bytes: Uint8Array, origin: 'client' | 'coordinator' = 'client'): void {
  const result = log.appendAsLeader(bytes, { leaderEpoch: 1, origin })
  assert.ok(result.ok, result.ok ? '' : result.message)
}

function recordsOf(batch: number, last: Map<string, string | null> | undefined): NewBatch['records'] {
  return Array.from({ length: 1 + (batch % 7) }, (_, index) => {
    const key = `k${(batch * 31 + index * 17) % KEYS}`
    const value = batch % 11 === 0 ? null : `value ${batch} ${index} ${'x'.repeat(batch % 90)}`
    last?.set(key, value)
    return {
      timestamp: 1_700_000_000_000 + batch,
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    }
  })
}

/** Plain batches, and between them transactions, every other of which is aborted. */
async function writeAndClean(logDir: string, last: Map<string, string | null>): Promise<void> {
  const manager = await LogManager.open({
    logDirs: [logDir],
    fs: nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    nodeId: 1,
    defaultConfig: { ...defaultLogConfig, cleanupPolicy: ['compact'], segmentBytes: 20_000, indexIntervalBytes: 300 },
  })
  const log = await manager.getOrCreateLog({ topic: 'cleaned', partition: 0 }, systemRandom.uuid())
  const producer = { producerId: 9, producerEpoch: 0, isTransactional: true }
  let baseSequence = 0
  for (let batch = 0; batch < BATCHES; batch++) {
    const isTransactional = batch % 5 === 0
    // The last one is committed: of what is empty the tool does not know the time, and says so of the index.
    const committed = batch % 10 === 5
    const records = recordsOf(batch, isTransactional && !committed ? undefined : last)
    const compression = CODECS[batch % CODECS.length]!
    if (!isTransactional) {
      append(log, buildBatch({ compression, records }))
      continue
    }
    append(log, buildBatch({ ...producer, compression: CODECS[batch % 3]!, baseSequence, records }))
    baseSequence += records.length
    append(log, endTransactionMarker({ ...producer, committed, coordinatorEpoch: 0, timestamp: 1 }), 'coordinator')
  }
  await log.flushed(log.logEndOffset)
  log.updateHighWatermark(log.writtenOffset)
  await log.roll()
  assert.equal(await manager.cleaner.cleanNow(), 1)
  await manager.close()
}
