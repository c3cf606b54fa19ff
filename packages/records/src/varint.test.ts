import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from './bytes.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'
import { RecordWalker } from './record-walker.ts'

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const safe = fc.oneof(fc.maxSafeInteger(), int32, fc.integer({ min: -70_000, max: 70_000 }))

/** A record whose timestamp delta and offset delta are these, as the walker reads it. */
function walked(timestampDelta: number, offsetDelta: number): RecordWalker {
  const bytes = new Uint8Array(40)
  let at = writeVarlong(bytes, 2, timestampDelta)
  at = writeVarint(bytes, at, offsetDelta)
  at = writeVarint(bytes, writeVarint(bytes, at, -1), -1)
  bytes[at++] = 0
  writeVarint(bytes, 0, at - 1)
  const walker = new RecordWalker(bytes, 0, at)
  walker.next()
  return walker
}

describe('numbers of records', () => {
  test('are read as they were written, in the bytes that were foretold', () =>
    fc.assert(
      fc.property(safe, int32, (delta, offsetDelta) => {
        const walker = walked(delta, offsetDelta)
        assert.equal(walker.timestampDelta, delta)
        assert.equal(walker.offsetDelta, offsetDelta)
        assert.equal(walker.offsetDeltaStart - walker.bodyStart - 1, sizeOfVarlong(delta))
        assert.equal(walker.contentStart - walker.offsetDeltaStart, sizeOfVarint(offsetDelta))
      }),
      { numRuns: 1000 },
    ))

  test('take more bytes at the powers of two', () => {
    for (let bits = 1; bits <= 53; bits++) {
      for (const value of [2 ** (bits - 1) - 1, 2 ** (bits - 1), -(2 ** (bits - 1)), -(2 ** (bits - 1)) - 1]) {
        const needed = value < 0 ? 2n * -BigInt(value) - 1n : 2n * BigInt(value)
        const size = Math.max(1, Math.ceil(needed.toString(2).length / 7))
        assert.equal(sizeOfVarlong(value), size, `${value}`)
        assert.equal(walked(value, 0).timestampDelta, value)
      }
    }
  })
})

describe('fixed numbers', () => {
  test('are those of a DataView', () =>
    fc.assert(
      fc.property(safe, int32, fc.integer({ min: -32_768, max: 32_767 }), (long, int, short) => {
        const bytes = new Uint8Array(14)
        const view = new DataView(bytes.buffer)
        writeInt64(bytes, 0, long)
        writeInt32(bytes, 8, int)
        writeInt16(bytes, 12, short)
        assert.equal(view.getBigInt64(0), BigInt(long))
        assert.deepEqual([view.getInt32(8), view.getInt16(12)], [int, short])
        assert.deepEqual([readInt64(bytes, 0), readInt32(bytes, 8), readInt16(bytes, 12)], [long, int, short])
      }),
    ))

  test('end at the ends of int64', () => {
    const bytes = new Uint8Array(8)
    writeInt64(bytes, 0, Infinity)
    assert.equal(Buffer.from(bytes).toString('hex'), '7fffffffffffffff')
    assert.equal(readInt64(bytes, 0), 2 ** 63)
    writeInt64(bytes, 0, -Infinity)
    assert.equal(Buffer.from(bytes).toString('hex'), '8000000000000000')
  })
})
