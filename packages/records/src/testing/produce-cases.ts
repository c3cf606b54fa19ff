// What `testdata/produce-validation.txt` asks Apache Kafka: one line a case, `name|options|bytes in hex`.
// `testdata/README.md` says how the answers are made.
import { buildBatch, finishBatch } from '../batch-builder.ts'
import type { NewBatch, NewRecord } from '../batch-builder.ts'
import {
  ATTRIBUTES_AT,
  LAST_OFFSET_DELTA_AT,
  LENGTH_AT,
  MAGIC_AT,
  RECORDS_AT,
  RECORDS_COUNT_AT,
} from '../batch-layout.ts'
import { writeInt16, writeInt32 } from '../bytes.ts'
import { compress } from '../compression/codec.ts'
import { compressionTypes } from '../compression/compression-type.ts'
import { endTransactionMarker } from '../control-record.ts'
import { writeCrc } from '../patch-batch.ts'
import type { CompressionType } from '../compression/compression-type.ts'

const NOW = 1_700_000_000_000

export interface ProduceCase {
  readonly name: string
  readonly options: string
  readonly bytes: Uint8Array
}

const key = Buffer.from('key')
const value = Buffer.from('a value that is compressible, a value that is compressible')
const record = (more: Partial<NewRecord> = {}): NewRecord => ({ timestamp: NOW, key, value, ...more })
const three = [
  record({ headers: [{ key: 'header', value: Buffer.from('x') }] }),
  record({ timestamp: NOW + 5, key: null }),
  record({ timestamp: NOW - 7, value: null }),
]
const plain = (more: Partial<NewBatch> = {}): Uint8Array => buildBatch({ records: three, ...more })

/** Changes a batch and makes its CRC right again. */
function changed(batch: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(batch)
  change(copy)
  writeCrc(copy, 0)
  return copy
}

/** A batch whose records are these bytes, whatever they are. */
export function batchOf(
  payload: Uint8Array,
  recordsCount: number,
  compression: CompressionType = 'none',
  lastOffsetDelta = recordsCount - 1,
): Uint8Array {
  return finishBatch(Buffer.concat([new Uint8Array(RECORDS_AT), payload]), {
    compression,
    baseTimestamp: NOW,
    maxTimestamp: NOW,
    lastOffsetDelta,
    recordsCount,
  })
}

/** A batch that says it is compressed, and holds these bytes instead. */
function badlyCompressed(payload: Uint8Array, compression: CompressionType): Uint8Array {
  return changed(batchOf(payload, 3), (bytes) =>
    writeInt16(bytes, ATTRIBUTES_AT, compressionTypes.indexOf(compression)),
  )
}

const payloadOf = (batch: Uint8Array): Uint8Array => batch.subarray(RECORDS_AT)
const at = (options = ''): string => `now=${NOW},next=100,epoch=7${options === '' ? '' : `,${options}`}`

function* framing(): Generator<ProduceCase> {
  const batch = plain()
  yield { name: 'nothing', options: at(), bytes: new Uint8Array(0) }
  for (const length of [5, 12, 16, 17, 40, 61, batch.length - 1]) {
    yield { name: `cut to ${length} bytes`, options: at(), bytes: batch.subarray(0, length) }
  }
  for (const length of [0, -1, 13, 14, 20, 48, 49, 0x7fffffff]) {
    yield {
      name: `length ${length}`,
      options: at(),
      bytes: changed(batch, (bytes) => writeInt32(bytes, LENGTH_AT, length)),
    }
  }
  for (const magic of [0, 1, 3, 0x80]) {
    const bytes = Uint8Array.from(batch)
    bytes[MAGIC_AT] = magic
    yield { name: `magic ${magic}`, options: at(), bytes }
  }
  yield { name: 'two batches', options: at(), bytes: Buffer.concat([batch, batch]) }
  yield {
    name: 'two batches from a coordinator',
    options: at('origin=COORDINATOR'),
    bytes: Buffer.concat([batch, batch]),
  }
  yield { name: 'a batch and a part of one', options: at(), bytes: Buffer.concat([batch, batch.subarray(0, 50)]) }
  yield { name: 'a batch and four bytes', options: at(), bytes: Buffer.concat([batch, new Uint8Array(4)]) }
  yield { name: 'a batch and zeros', options: at(), bytes: Buffer.concat([batch, new Uint8Array(30)]) }
}

function* headers(): Generator<ProduceCase> {
  const batch = plain()
  yield { name: 'a base offset', options: at(), bytes: plain({ baseOffset: 3 }) }
  yield { name: 'a base offset from a coordinator', options: at('origin=COORDINATOR'), bytes: plain({ baseOffset: 3 }) }
  yield { name: 'too large', options: at(`maxMessageBytes=${batch.length - 1}`), bytes: batch }
  yield { name: 'just not too large', options: at(`maxMessageBytes=${batch.length}`), bytes: batch }
  const flipped = Uint8Array.from(batch)
  flipped[batch.length - 3]! ^= 1
  yield { name: 'a flipped bit', options: at(), bytes: flipped }
  for (const [count, lastDelta] of [
    [0, 2],
    [-1, 2],
    [3, -1],
    [3, -2_147_483_648],
    [3, 3],
    [2, 2],
    [0, -1],
    [4, 3],
    [2, 1],
    [0x7fffffff, 0x7ffffffe],
  ] as const) {
    for (const compression of ['none', 'gzip'] as const) {
      yield {
        name: `${compression}, ${count} records to offset delta ${lastDelta}`,
        options: at(),
        bytes: changed(plain({ compression }), (bytes) => {
          writeInt32(bytes, RECORDS_COUNT_AT, count)
          writeInt32(bytes, LAST_OFFSET_DELTA_AT, lastDelta)
        }),
      }
    }
  }
  yield { name: 'a control batch', options: at(), bytes: plain({ isControl: true }) }
  const marker = endTransactionMarker({
    producerId: 9,
    producerEpoch: 1,
    committed: true,
    coordinatorEpoch: 4,
    timestamp: NOW,
  })
  yield { name: 'a marker from a coordinator', options: at('origin=COORDINATOR,target=gzip'), bytes: marker }
  yield {
    name: 'a producer without sequence',
    options: at(),
    bytes: plain({ producerId: 5, producerEpoch: 0, baseSequence: -1 }),
  }
  yield {
    name: 'a producer whose sequence goes round',
    options: at(),
    bytes: plain({ producerId: 5, producerEpoch: 0, baseSequence: 2 ** 31 - 2 }),
  }
  yield {
    name: 'a transaction',
    options: at('target=zstd'),
    bytes: plain({ producerId: 2 ** 40, producerEpoch: 32_767, baseSequence: 0, isTransactional: true }),
  }
  for (const id of [5, 6, 7]) {
    yield { name: `codec ${id}`, options: at(), bytes: changed(batch, (bytes) => writeInt16(bytes, ATTRIBUTES_AT, id)) }
  }
  yield { name: 'zstd too early', options: at('version=6'), bytes: plain({ compression: 'zstd' }) }
  yield { name: 'zstd early enough', options: at('version=7'), bytes: plain({ compression: 'zstd' }) }
  yield {
    name: 'unused attributes',
    options: at(),
    bytes: changed(batch, (bytes) => writeInt16(bytes, ATTRIBUTES_AT, 0x7f80)),
  }
}

function* timestamps(): Generator<ProduceCase> {
  const hourMs = 3_600_000
  const times = (...list: readonly number[]): Partial<NewBatch> => ({
    records: list.map((timestamp) => record({ timestamp })),
  })
  for (const compression of ['none', 'lz4'] as const) {
    const named = (name: string, options: string, more: Partial<NewBatch>): ProduceCase => ({
      name: `${compression}, ${name}`,
      options: at(options),
      bytes: plain({ compression, ...more }),
    })
    yield named('no timestamps', '', times(-1, -1))
    yield named('timestamps and none', '', times(-1, NOW))
    yield named('old', `before=${hourMs}`, times(NOW, NOW - hourMs - 1, NOW - hourMs))
    yield named('new', '', times(NOW, NOW + hourMs + 1, NOW + hourMs))
    yield named('negative', '', times(-5, -7))
    yield named('max timestamp is wrong', '', {
      ...times(NOW, NOW + 9),
      timestampType: 'LogAppendTime',
      logAppendTime: 1,
    })
    yield named('append time', 'appendTime=1', times(NOW - 9 * hourMs, NOW + 9 * hourMs))
    const marked: Partial<NewBatch> = { timestampType: 'LogAppendTime', logAppendTime: NOW - 3 }
    yield named('marked by the producer', '', { ...times(NOW, NOW + 1), ...marked })
    yield named('marked, too old', 'before=2', { ...times(NOW, NOW + 1), ...marked })
    yield named('marked with none', '', { ...times(NOW), ...marked, logAppendTime: -1 })
    yield named('marked for append time', 'appendTime=1', { ...times(NOW, NOW + 1), ...marked })
    yield named('marked for another codec', 'target=gzip', { ...times(NOW, NOW + 1), ...marked })
    yield named('no key', 'compacted=1', {})
    yield named('no key and old', `compacted=1,before=3`, {})
    yield named('keys', 'compacted=1', times(NOW, NOW))
  }
}

function* codecs(): Generator<ProduceCase> {
  for (const source of compressionTypes) {
    for (const target of ['producer', ...compressionTypes]) {
      yield { name: `${source} to ${target}`, options: at(`target=${target}`), bytes: plain({ compression: source }) }
    }
    yield {
      name: `${source} to gzip with append time`,
      options: at('target=gzip,appendTime=1'),
      bytes: plain({ compression: source }),
    }
    // Deltas 1, 5, 9, with the header made to say 0, 1, 2.
    const scattered = plain({
      compression: source,
      records: three.map((one, i) => ({ ...one, offsetDelta: 1 + 4 * i })),
    })
    yield {
      name: `${source}, scattered offsets`,
      options: at(),
      bytes: changed(scattered, (bytes) => writeInt32(bytes, LAST_OFFSET_DELTA_AT, 2)),
    }
    const payload = payloadOf(plain())
    yield { name: `${source}, trailing bytes`, options: at(), bytes: batchOf(Buffer.concat([payload, key]), 3, source) }
    yield { name: `${source}, fewer records`, options: at(), bytes: batchOf(payload, 4, source) }
    yield { name: `${source}, cut records`, options: at(), bytes: batchOf(payload.subarray(0, -2), 3, source) }
    yield { name: `${source}, no bytes`, options: at(), bytes: batchOf(new Uint8Array(0), 3, source) }
  }
  const large = record({ value: Buffer.alloc(3000, 'x') })
  yield {
    name: 'too large when no longer compressed',
    options: at('maxMessageBytes=1000,target=none'),
    bytes: plain({ compression: 'gzip', records: [large] }),
  }
  yield {
    name: 'too large before it is compressed',
    options: at('maxMessageBytes=1000,target=gzip'),
    bytes: plain({ records: [large] }),
  }
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    const good = compress(compression, payloadOf(plain()))
    yield { name: `${compression}, not at all`, options: at(), bytes: badlyCompressed(payloadOf(plain()), compression) }
    yield { name: `${compression}, cut`, options: at(), bytes: badlyCompressed(good.subarray(0, -9), compression) }
    yield { name: `${compression}, empty`, options: at(), bytes: badlyCompressed(new Uint8Array(0), compression) }
  }
}

function* records(): Generator<ProduceCase> {
  // attributes, timestamp delta, offset delta, key, value, headers; numbers are zigzag, so 1 is -1 and 2 is 1.
  const bodies: readonly (readonly [string, readonly number[]])[] = [
    ['a record without anything', [0, 0, 0, 1, 1, 0]],
    ['attributes', [0xff, 0, 0, 1, 1, 0]],
    ['a key of length -2', [0, 0, 0, 3, 1, 0]],
    ['an empty key', [0, 0, 0, 0, 0, 0]],
    ['a key that is too long', [0, 0, 0, 20, 1, 0]],
    ['a value that is too long', [0, 0, 0, 1, 20, 0]],
    ['a header without value', [0, 0, 0, 1, 1, 2, 2, 0x61, 1]],
    ['a header without key', [0, 0, 0, 1, 1, 2, 1, 1]],
    ['headers of number -1', [0, 0, 0, 1, 1, 1]],
    ['too many headers', [0, 0, 0, 1, 1, 100]],
    ['a number without end', [0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a long number without end', [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 1, 0]],
    ['the smallest delta', [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 1, 0]],
    ['a long way to write a delta', [0, 0x82, 0x80, 0x80, 0x80, 0x80, 0, 0, 1, 1, 0]],
    ['nothing', []],
    ['only attributes', [0]],
    ['a negative offset delta', [0, 0, 1, 1, 1, 0]],
  ]
  for (const [name, body] of bodies) {
    yield { name: `record: ${name}`, options: at(), bytes: batchOf(Uint8Array.of(2 * body.length, ...body), 1) }
    yield {
      name: `gzip record: ${name}`,
      options: at(),
      bytes: batchOf(Uint8Array.of(2 * body.length, ...body), 1, 'gzip'),
    }
  }
  yield { name: 'record: shorter than it says', options: at(), bytes: batchOf(Uint8Array.of(14, 0, 0, 0, 1, 1, 0), 1) }
  yield { name: 'record: longer than it says', options: at(), bytes: batchOf(Uint8Array.of(10, 0, 0, 0, 1, 1, 0), 1) }
  yield { name: 'record: a negative length', options: at(), bytes: batchOf(Uint8Array.of(1, 0, 0, 0, 1, 1, 0), 1) }
}

/** All cases; the names are unique. */
export function* produceCases(): Generator<ProduceCase> {
  yield* framing()
  yield* headers()
  yield* timestamps()
  yield* codecs()
  yield* records()
}

if (import.meta.main) {
  for (const { name, options, bytes } of produceCases()) {
    process.stdout.write(`${name}|${options}|${Buffer.from(bytes).toString('hex')}\n`)
  }
}
