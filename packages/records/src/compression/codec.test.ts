import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RecordsError } from '../records-error.ts'
import { compress, decompress } from './codec.ts'
import { compressionById, compressionId, compressionLevels, compressionTypes } from './compression-type.ts'
import { lz4CompressSoftware } from './lz4-frame.ts'
import { decodeSnappyBlock, encodeSnappyBlock, readSnappyLength } from './snappy-block.ts'

const LIMIT = 1 << 20

/** Contents of all kinds of repetition, some longer than the blocks of the codecs. */
const content = fc
  .tuple(fc.uint8Array({ maxLength: 400 }), fc.nat(60), fc.uint8Array({ maxLength: 40 }), fc.nat(3000))
  .map(([head, times, unit, moreTimes]) =>
    Buffer.concat([
      head,
      ...Array.from<Uint8Array>({ length: times }).fill(head),
      ...Array.from<Uint8Array>({ length: moreTimes }).fill(unit),
    ]),
  )

const codecs: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  none: (bytes) => compress('none', bytes),
  gzip: (bytes) => compress('gzip', bytes),
  snappy: (bytes) => compress('snappy', bytes),
  lz4: (bytes) => compress('lz4', bytes),
  zstd: (bytes) => compress('zstd', bytes),
  'lz4 in software': lz4CompressSoftware,
  'snappy in software': encodeSnappyBlock,
}

for (const [name, encode] of Object.entries(codecs)) {
  const type = compressionTypes.find((candidate) => name.startsWith(candidate))!
  const decode = (bytes: Uint8Array, limit = LIMIT): Uint8Array => decompress(type, bytes, limit)

  describe(name, () => {
    test('gives back what was put in', () =>
      fc.assert(
        fc.property(content, (bytes) => assert.ok(Buffer.from(decode(encode(bytes))).equals(bytes))),
        { numRuns: 60 },
      ))

    test('gives no more than it may', () => {
      const bytes = Buffer.alloc(200_000, 'all the same ')
      assert.equal(decode(encode(bytes), bytes.length).length, bytes.length)
      assert.throws(() => decode(encode(bytes), bytes.length - 1), isRecordsError('MESSAGE_TOO_LARGE'))
      assert.throws(() => decode(encode(bytes), 10), isRecordsError('MESSAGE_TOO_LARGE'))
    })

    test('refuses a bomb without giving it memory', () => {
      const bomb = encode(Buffer.alloc(64 << 20))
      const before = process.memoryUsage().arrayBuffers
      assert.throws(() => decode(bomb), isRecordsError('MESSAGE_TOO_LARGE'))
      assert.ok(process.memoryUsage().arrayBuffers - before < 8 * LIMIT)
    })

    test('takes whatever bytes cleanly', () =>
      fc.assert(
        fc.property(
          content,
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
          fc.nat(),
          (bytes, changes, cut) => {
            const encoded = Uint8Array.from(encode(bytes))
            for (const [at, value] of changes) if (encoded.length > 0) encoded[at % encoded.length] = value
            const length = changes.length % 2 === 0 ? encoded.length : cut % (encoded.length + 1)
            try {
              assert.ok(decode(encoded.subarray(0, length)).length <= LIMIT)
            } catch (error) {
              assert.ok(error instanceof RecordsError, String(error))
            }
          },
        ),
        { numRuns: 150 },
      ))
  })
}

const isRecordsError =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof RecordsError && error.error.name === name

describe('compression types', () => {
  test('have the ids of Kafka', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5].map(compressionById), ['none', 'gzip', 'snappy', 'lz4', 'zstd', undefined])
    assert.equal(compressionId('zstd'), 4)
  })

  test('take their levels', () => {
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => `${index * 7} `).join(''))
    for (const type of ['gzip', 'zstd'] as const) {
      const { min, max } = compressionLevels[type]
      const [least, most] = [compress(type, bytes, min), compress(type, bytes, max)]
      assert.ok(most.length < least.length)
      assert.ok(Buffer.from(decompress(type, least, LIMIT)).equals(bytes))
      assert.ok(Buffer.from(decompress(type, most, LIMIT)).equals(bytes))
    }
  })
})

describe('snappy', () => {
  const raw = (text: string): Uint8Array => encodeSnappyBlock(Buffer.from(text))
  const size = (block: Uint8Array): Uint8Array => Uint8Array.of(0, 0, block.length >> 8, block.length)
  const header = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex')

  test('is read with and without frame, and as several streams', () => {
    const [first, second] = [raw('hello hello hello'), raw(' and good bye')]
    const framed = Buffer.concat([header, size(first), first, size(second), second])
    assert.equal(Buffer.from(decompress('snappy', first, LIMIT)).toString(), 'hello hello hello')
    assert.equal(Buffer.from(decompress('snappy', framed, LIMIT)).toString(), 'hello hello hello and good bye')
    const twice = Buffer.concat([framed, framed])
    assert.equal(decompress('snappy', twice, LIMIT).length, 60)
    assert.equal(decompress('snappy', header, LIMIT).length, 0)
  })

  test('gets no memory for a length that its bytes cannot keep', () => {
    const before = process.memoryUsage().arrayBuffers
    const claim = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0)
    assert.throws(() => decompress('snappy', claim, 2 ** 40), isRecordsError('CORRUPT_MESSAGE'))
    assert.ok(process.memoryUsage().arrayBuffers - before < LIMIT)
  })

  test('is decoded in software as it is natively', () =>
    fc.assert(
      fc.property(content, (bytes) => {
        const framed = compress('snappy', bytes)
        // The blocks of the native encoder, taken out of their frame.
        for (let at = 16; at < framed.length;) {
          const length = Buffer.from(framed).readInt32BE(at)
          const block = framed.subarray(at + 4, at + 4 + length)
          const output = new Uint8Array(readSnappyLength(block).length)
          decodeSnappyBlock(block, output)
          assert.deepEqual(output, Uint8Array.from(decompress('snappy', block, LIMIT)))
          at += 4 + length
        }
      }),
      { numRuns: 40 },
    ))
})
