import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { crc32cSoftware } from './crc32c-software.ts'
import { crc32c } from './crc32c.ts'

describe('crc32c', () => {
  test('gives the sums of RFC 3720', () => {
    const vectors: readonly (readonly [Uint8Array, number])[] = [
      [new Uint8Array(0), 0],
      [Buffer.from('123456789'), 0xe3069283],
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(0xff), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
      [Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
    ]
    for (const [bytes, sum] of vectors) {
      assert.equal(crc32c(bytes), sum)
      assert.equal(crc32cSoftware(bytes), sum)
    }
  })

  test('is the same in software and natively, at any alignment and in any pieces', () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1024, maxLength: 3000 }),
        fc.nat(200),
        fc.nat(2000),
        (content, start, cut) => {
          const bytes = content.subarray(start)
          const sum = crc32c(bytes)
          assert.equal(crc32cSoftware(bytes), sum)
          assert.equal(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))), sum)
          assert.equal(crc32cSoftware(bytes.subarray(cut), crc32cSoftware(bytes.subarray(0, cut))), sum)
        },
      ),
    ))
})
