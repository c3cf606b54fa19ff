import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { buildBatch, endTransactionMarker } from '@milena/records'
import { type Captured, capture } from '../testing/captured-io.ts'

const record = (value: string, timestamp = 1000) => ({ timestamp, key: Buffer.from('k'), value: Buffer.from(value) })
const batches = [
  buildBatch({ baseOffset: 0, records: [record('a'), record('b', 1007)] }),
  buildBatch({
    baseOffset: 2,
    records: [record('c')],
    producerId: 9,
    producerEpoch: 1,
    baseSequence: 4,
    isTransactional: true,
  }),
  endTransactionMarker({
    producerId: 9,
    producerEpoch: 1,
    committed: false,
    coordinatorEpoch: 3,
    timestamp: 1,
    baseOffset: 3,
  }),
]
const [first, second] = batches.map((batch) => batch.length) as [number, number]

function entry(kind: 'offset' | 'time', a: number, b: number): Buffer {
  const bytes = Buffer.alloc(kind === 'offset' ? 8 : 12)
  if (kind === 'offset') bytes.writeInt32BE(a, 0)
  else bytes.writeBigInt64BE(BigInt(a), 0)
  bytes.writeInt32BE(b, bytes.length - 4)
  return bytes
}

describe('kafka-dump-log', () => {
  let folder: string
  const at = (name: string): string => path.join(folder, name)
  const LOG = '00000000000000000000.log'
  const dump = (name: string, ...options: readonly string[]): Promise<Captured> =>
    capture('kafka-dump-log', ['--files', at(name), ...options])
  const lines = (text: string): readonly string[] => text.split('\n')

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'milena-dump-log-'))
    await writeFile(at(LOG), Buffer.concat(batches))
  })

  after(() => rm(folder, { recursive: true, force: true }))

  test('batches, records and markers', async () => {
    const { exitCode, stdout, stderr } = await dump(LOG, '--print-data-log')
    assert.deepEqual([exitCode, stderr], [0, ''])
    const shown = lines(stdout)
    assert.deepEqual(shown.slice(0, 2), [`Dumping ${at(LOG)}`, 'Log starting offset: 0'])
    assert.match(
      shown[2]!,
      /^baseOffset: 0 lastOffset: 1 count: 2 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1 partitionLeaderEpoch: -?\d+ isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: 1007 size: \d+ magic: 2 compresscodec: none crc: \d+ isvalid: true$/,
    )
    assert.equal(
      shown[4],
      '| offset: 1 CreateTime: 1007 keySize: 1 valueSize: 1 sequence: -1 headerKeys: [] key: k payload: b',
    )
    assert.equal(
      shown[8],
      '| offset: 3 CreateTime: 1 keySize: 4 valueSize: 6 sequence: -1 headerKeys: [] endTxnMarker: ABORT coordinatorEpoch: 3',
    )
    const brief = await dump(LOG, '--print-data-log', '--skip-record-metadata')
    assert.deepEqual(
      lines(brief.stdout)
        .filter((line) => !line.startsWith('base'))
        .slice(2, 6),
      ['| key: k payload: a', '| key: k payload: b', '| key: k payload: c', ''],
    )
  })

  test('damage: a wrong CRC, a gap, a torn end', async () => {
    const damaged = Buffer.concat([batches[0]!, batches[2]!, batches[1]!.subarray(0, -5)])
    damaged[25]! ^= 1
    await writeFile(at('00000000000000000007.log'), damaged)
    const { exitCode, stdout, stderr } = await dump('00000000000000000007.log', '--deep-iteration')
    assert.match(stdout, /position: 0 .* isvalid: false\n/)
    assert.match(stdout, new RegExp(`position: ${first} .* isvalid: true\\n`))
    assert.match(stdout, new RegExp(`\\nFound ${second - 5} invalid bytes at the end of 00000000000000000007.log\\n$`))
    assert.equal(stderr, `Non-consecutive offsets in ${at('00000000000000000007.log')}\n  1 is followed by 3\n`)
    assert.equal(exitCode, 0)
  })

  test('damage that ends the tool', async () => {
    const nonsense = Buffer.concat([batches[0]!, Buffer.alloc(100)])
    await writeFile(at('00000000000000000008.log'), nonsense)
    const tiny = await dump('00000000000000000008.log')
    assert.equal(tiny.exitCode, 1)
    assert.match(tiny.stdout, /isvalid: true\n$/)
    assert.match(tiny.stderr, /^Exception in thread "main" .*CorruptRecordException: Found record size 0 smaller than/)
    const missing = await dump('00000000000000000009.log')
    assert.match(missing.stderr, /NoSuchFileException: .*0009\.log\n$/)
  })

  test('indexes that agree with the log, and ones that do not', async () => {
    const [index, timeIndex] = [LOG.replace('.log', '.index'), LOG.replace('.log', '.timeindex')]
    await writeFile(at(index), Buffer.concat([entry('offset', 2, first), entry('offset', 3, first + second)]))
    await writeFile(at(timeIndex), Buffer.concat([entry('time', 1007, 1)]))
    const sound = await dump(index)
    assert.deepEqual(
      [sound.stdout, sound.stderr],
      [`Dumping ${at(index)}\noffset: 2 position: ${first}\noffset: 3 position: ${first + second}\n`, ''],
    )
    assert.deepEqual(await dump(timeIndex), {
      exitCode: 0,
      stdout: `Dumping ${at(timeIndex)}\ntimestamp: 1007 offset: 1\n`,
      stderr: '',
    })
    assert.match((await dump(index, '--index-sanity-check')).stdout, / passed sanity check\.\n$/)

    await writeFile(
      at(index),
      Buffer.concat([entry('offset', 1, first), entry('offset', 9, first + second), Buffer.alloc(3)]),
    )
    const wrong = await dump(index, '--verify-index-only')
    assert.equal(wrong.stdout, `Dumping ${at(index)}\n`)
    assert.equal(
      wrong.stderr,
      `Mismatches in :${at(index)}\n  Index offset: 9, log offset: 3\n  Index offset: 1, log offset: 2\n`,
    )
    assert.match((await dump(index, '--index-sanity-check')).stderr, /CorruptIndexException: .* found 19 bytes which/)
    await writeFile(at(index), '')
    await writeFile(
      at(timeIndex),
      Buffer.concat([entry('time', 900, 1), entry('time', 800, 2), entry('time', 801, 2), entry('time', 802, 7)]),
    )
    assert.equal(
      (await dump(timeIndex)).stderr,
      `Found timestamp mismatch in :${at(timeIndex)}\n` +
        '  Index timestamp: 900, log timestamp: 1007\n  Index timestamp: 800, log timestamp: 1000\n  Index timestamp: 801, log timestamp: 1000\n' +
        `Found out of order timestamp in :${at(timeIndex)}\n  Index timestamp: 800, Previously indexed timestamp: 900\n` +
        `The following indexed offsets are not found in :${at(timeIndex)}\nIndexed offset: 7, found log offset: -1\n`,
    )
  })

  test('a damaged snapshot is said, and the next file is looked at', async () => {
    await writeFile(at('x.snapshot'), Buffer.from('000100000000000000', 'hex'))
    const { exitCode, stderr, stdout } = await capture('kafka-dump-log', ['--files', `${at('x.snapshot')},${at('y')}`])
    assert.equal(exitCode, 0)
    assert.match(stderr, /^snapshot .*\nIgnoring unknown file .*\/y\n$/)
    assert.match(stdout, /Dumping .*y\n$/)
  })

  test('what needs Java is refused', async () => {
    const custom = await dump(LOG, '--value-decoder-class', 'com.example.Mine')
    assert.deepEqual([custom.exitCode, custom.stderr.includes('com.example.Mine needs Java')], [1, true])
    assert.equal((await dump(LOG, '--remote-log-metadata-decoder')).exitCode, 1)
    const nothing = await capture('kafka-dump-log', [])
    assert.match(nothing.stderr, /^Missing required argument "\[files\]"\n/)
  })

  test('records of internal topics by their schemas', async () => {
    const file = at('00000000000000000005.log')
    const values = [
      { timestamp: 1, key: Buffer.from('000100016700017400000003', 'hex'), value: null },
      { ...record('?'), key: Buffer.from('0063', 'hex') },
    ]
    await writeFile(file, buildBatch({ baseOffset: 0, records: values }))
    const { stdout } = await capture('kafka-dump-log', ['--files', file, '--offsets-decoder', '--skip-record-metadata'])
    const shown = lines(stdout)
    assert.ok(
      shown.includes('| key: {"type":"1","data":{"group":"g","topic":"t","partition":3}} payload: <DELETE>'),
      stdout,
    )
    assert.ok(shown.includes('| key: Unknown record type 99 at offset 1, skipping.'), stdout)
  })
})
