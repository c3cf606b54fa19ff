import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crc32c } from './crc32c.ts'
import { findFlippedBit, isOneBit } from './flipped-bit.ts'

describe('findFlippedBit', () => {
  test('names the one bit that has changed, wherever it is', () => {
    for (const length of [1, 2, 61, 700]) {
      const bytes = Buffer.alloc(length, 'records')
      const sum = crc32c(bytes)
      for (let run = 0; run < 50; run++) {
        const flip = { at: (run * 7919) % length, bit: run % 8 }
        bytes[flip.at]! ^= 1 << flip.bit
        assert.deepEqual(findFlippedBit(sum ^ crc32c(bytes), length), flip)
        bytes[flip.at]! ^= 1 << flip.bit
      }
    }
  })

  test('finds none where several have changed, or nothing has', () => {
    const bytes = Buffer.alloc(300, 'records')
    const sum = crc32c(bytes)
    for (const at of [0, 100, 297]) {
      const changed = Buffer.from(bytes)
      changed.fill(0, at, at + 3)
      assert.equal(findFlippedBit(sum ^ crc32c(changed), 300), undefined, `three bytes from ${at} on`)
    }
    assert.equal(findFlippedBit(0, 300), undefined)
  })
})

test('isOneBit', () => {
  assert.deepEqual([0, 1, 2, 3, 0x40, 0x80000000 | 0, -1].map(isOneBit), [false, true, true, false, true, true, false])
})
