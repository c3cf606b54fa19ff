import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FrameReader } from './frame-reader.ts'

function frameOf(body: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + body.length)
  frame.writeInt32BE(body.length)
  frame.set(body, 4)
  return frame
}

const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 60 }), { minLength: 1, maxLength: 8 })

describe('FrameReader', () => {
  test('finds the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (expected, cuts) => {
        const stream = Buffer.concat(expected.map((body) => frameOf(body)))
        const found: Uint8Array[] = []
        const reader = new FrameReader({ maxFrameBytes: 1000, onFrame: (frame) => found.push(frame.slice()) })
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const size = cuts[cut % cuts.length]!
          reader.push(stream.subarray(at, at + size))
          at += size
        }
        assert.deepEqual(
          found.map((frame) => Array.from(frame)),
          expected.map((body) => Array.from(body)),
        )
      }),
    )
  })

  test('a frame that comes whole is a view, not a copy', () => {
    const chunk = frameOf(Uint8Array.of(1, 2, 3, 4))
    let frame: Uint8Array | undefined
    new FrameReader({ maxFrameBytes: 1000, onFrame: (found) => (frame = found) }).push(chunk)
    assert.equal(frame?.buffer, chunk.buffer)
  })

  for (const size of [-1, 3, 1001, 0x7fffffff]) {
    test(`refuses a frame of ${size} bytes before making room for it`, () => {
      const header = Buffer.alloc(4)
      header.writeInt32BE(size)
      const reader = new FrameReader({ maxFrameBytes: 1000, onFrame: () => assert.fail() })
      assert.throws(() => reader.push(header), { name: 'MALFORMED_RESPONSE' })
    })
  }
})
