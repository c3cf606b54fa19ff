import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { RecordsError } from '../records-error.ts'
import { lz4Compress, lz4CompressSoftware, lz4Decompress } from './lz4-frame.ts'
import { xxh32 } from './xxh32.ts'

/** Frames of the reference implementation in all its variants; `testdata/README.md` says how they were made. */
const frames = readFileSync(new URL('../../testdata/lz4-frames.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [name, hex] = line.split('|')
    return { name: name!, bytes: Buffer.from(hex!, 'hex') }
  })

const contents: Readonly<Record<string, Buffer>> = {
  short: Buffer.from(
    Array.from({ length: 300 }, (_, index) => (index % 97 === 0 ? index % 256 : (index * index) >> 5)),
  ),
  long: Buffer.alloc(150_000, 'the quick brown fox jumps over the lazy dog '),
}

const corrupt = (error: unknown): boolean => error instanceof RecordsError && error.error.name === 'CORRUPT_MESSAGE'

describe('an LZ4 frame', () => {
  for (const { name, bytes } of frames) {
    test(`is read: ${name}`, () => {
      const content = contents[name.split(' ')[0]!]!
      assert.ok(Buffer.from(lz4Decompress(bytes, content.length)).equals(content))
      assert.throws(
        () => lz4Decompress(bytes, content.length - 1),
        (error) => error instanceof RecordsError && error.error.name === 'MESSAGE_TOO_LARGE',
      )
      // What follows a frame is not looked at.
      assert.equal(lz4Decompress(Buffer.concat([bytes, bytes]), 1 << 20).length, content.length)
    })

    test(`is refused at any length but its own: ${name}`, () => {
      const step = Math.ceil(bytes.length / 300)
      for (let length = 0; length < bytes.length; length += step) {
        assert.throws(() => lz4Decompress(bytes.subarray(0, length), 1 << 20), corrupt)
      }
    })

    test(`shows that a bit was flipped, as far as it has checksums: ${name}`, () => {
      if (!name.includes('contentChecksum=True')) return
      const step = Math.ceil(bytes.length / 300)
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Uint8Array.from(bytes)
        flipped[at]! ^= 0x10
        assert.throws(() => lz4Decompress(flipped, 1 << 20), RecordsError)
      }
    })
  }

  test('is written with independent blocks and a right header, which is what Java clients read', () => {
    for (const frame of [lz4Compress(contents['long']!), lz4CompressSoftware(contents['long']!)]) {
      assert.equal(Buffer.from(frame).readUInt32LE(0), 0x184d2204)
      // Version 01, independent blocks, no dictionary.
      assert.equal(frame[4]! & 0xe3, 0x60)
      assert.equal(frame[5]! & 0x8f, 0)
      assert.equal(Buffer.from(lz4Decompress(frame, 1 << 20)).toString(), contents['long']!.toString())
    }
  })

  test('gets no memory for a content that it only claims', () => {
    const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x68, 0x70, 0, 0, 0, 0, 0x10, 0, 0, 0, 0])
    header[14] = (xxh32(header.subarray(4, 14)) >>> 8) & 0xff
    const before = process.memoryUsage().arrayBuffers
    assert.throws(() => lz4Decompress(Buffer.concat([header, new Uint8Array(4)]), 2 ** 40), corrupt)
    assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20)
  })

  test('refuses what Kafka refuses in the header', () => {
    const frame = lz4CompressSoftware(contents['short']!)
    for (const [at, value] of [
      [4, 0xa0],
      [4, 0x62],
      [4, 0x61],
      [5, 0x30],
      [5, 0xc0],
      [5, 0x41],
      [6, 0],
    ] as const) {
      const changed = Uint8Array.from(frame)
      changed[at] = value
      if (at < 6) changed[6] = (xxh32(changed.subarray(4, 6)) >>> 8) & 0xff
      assert.throws(() => lz4Decompress(changed, 1 << 20), corrupt)
    }
  })
})

test('xxh32 gives the sums of its specification', () => {
  assert.equal(xxh32(new Uint8Array(0)), 0x02cc5d05)
  assert.equal(xxh32(Buffer.from('abc')), 0x32d153ff)
  assert.equal(xxh32(Buffer.from('Nobody inspects the spammish repetition')), 0xe2293b2f)
})
