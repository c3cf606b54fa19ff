import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameReader } from './frame-reader.ts'
import { RequestMemory } from './request-memory.ts'

interface Setup {
  readonly reader: FrameReader
  readonly memory: RequestMemory
  readonly frames: Buffer[]
  readonly violations: { size: number; isFirstFrame: boolean }[]
  /** Times that reading was told to go on after waiting for memory. */
  readonly resumed: () => number
  congested: boolean
}

function setUp({ maxFrameBytes = 1 << 20, memoryBytes = 1 << 30 } = {}): Setup {
  const memory = new RequestMemory(memoryBytes)
  const frames: Buffer[] = []
  const violations: { size: number; isFirstFrame: boolean }[] = []
  let resumed = 0
  const setup = { memory, frames, violations, congested: false, resumed: () => resumed }
  const reader = new FrameReader({
    maxFrameBytes,
    memory,
    onFrame: (frame) => frames.push(frame),
    onViolation: (size, isFirstFrame) => violations.push({ size, isFirstFrame }),
    isCongested: () => setup.congested,
    onMemoryAvailable: () => {
      resumed += 1
    },
  })
  return Object.assign(setup, { reader })
}

/** As the kernel does it: into whatever the reader lends, as much as fits. Stops when the reader says so. */
function feed(reader: FrameReader, bytes: Uint8Array, readBytes = Infinity): number {
  let position = 0
  while (position < bytes.length) {
    const target = reader.target()
    const length = Math.min(target.length, bytes.length - position, readBytes)
    target.set(bytes.subarray(position, position + length))
    position += length
    if (!reader.received(length)) break
  }
  return position
}

function framed(...bodies: Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const prefix = Buffer.alloc(4)
      prefix.writeInt32BE(body.length)
      return [prefix, body]
    }),
  )
}

function patterned(length: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff))
}

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 200_000 })), { maxLength: 8 }),
      fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 150_000 })),
      (sizes, readBytes) => {
        // A byte at a time through megabytes would only be slow.
        const bodies = sizes.map((size, index) => patterned(readBytes < 8 ? size % 500 : size, index))
        const { reader, frames, memory } = setUp()
        feed(reader, framed(...bodies), readBytes)
        assert.deepEqual(frames, bodies)
        assert.equal(reader.isMidFrame, false)
        const held = bodies.reduce((sum, body) => sum + body.length, 0)
        assert.equal(memory.usedBytes, held, 'every frame handed over is counted until it is released')
      },
    ),
    { numRuns: 100 },
  )
})

test('a frame owns its memory: what arrives later does not touch it', () => {
  const { reader, frames } = setUp()
  const first = patterned(1000, 1)
  const second = patterned(100_000, 2)
  feed(reader, framed(first, second, patterned(100_000, 3), patterned(1000, 4)))
  assert.deepEqual(frames[0], first)
  assert.deepEqual(frames[1], second)
})

test('a negative length and one beyond the limit end the reading, and say what was announced', () => {
  for (const size of [-1, 0x7fff_ffff, 1001]) {
    const { reader, frames, violations } = setUp({ maxFrameBytes: 1000 })
    const prefix = Buffer.alloc(4)
    prefix.writeInt32BE(size)
    feed(reader, Buffer.concat([framed(patterned(3, 0)), prefix, patterned(50, 0)]))
    assert.equal(frames.length, 1)
    assert.deepEqual(violations, [{ size, isFirstFrame: false }])
    assert.equal(reader.received(10), false, 'nothing is read any more')
    assert.equal(frames.length, 1)
  }
})

test('a length prefix alone costs nothing: memory follows what arrives', () => {
  const { reader } = setUp({ maxFrameBytes: 100 << 20 })
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(100 << 20)
  feed(reader, prefix)
  assert.ok(reader.target().length <= 64 * 1024)
  feed(reader, patterned(1000, 0))
  assert.ok(reader.target().length <= 64 * 1024)
  feed(reader, patterned(63 * 1024 + 100, 0))
  assert.ok(reader.target().length <= 16 * 64 * 1024)
})

test('a long frame waits for its turn when the memory for requests is used up', () => {
  const { reader, frames, memory, resumed } = setUp({ memoryBytes: 1000 })
  memory.take(1000)
  const body = patterned(100_000, 7)
  const bytes = framed(body)
  const read = feed(reader, bytes)
  assert.ok(read < bytes.length && reader.isWaiting)
  assert.equal(memory.usedBytes, 1000)

  memory.release(1000)
  assert.equal(resumed(), 1)
  assert.equal(memory.usedBytes, 100_000, 'taken in whole, so that it can be finished')
  feed(reader, bytes.subarray(read))
  assert.deepEqual(frames, [body])
})

test('a reader that is stopped gives its memory back', () => {
  const { reader, memory, frames } = setUp()
  feed(reader, framed(patterned(100_000, 0)).subarray(0, 70_000))
  assert.equal(memory.usedBytes, 100_000)
  reader.stop()
  assert.equal(memory.usedBytes, 0)
  assert.equal(reader.received(100), false)
  assert.deepEqual(frames, [])
})

test('congestion is asked after every read', () => {
  const setup = setUp()
  setup.congested = true
  assert.equal(feed(setup.reader, framed(patterned(10, 0), patterned(10, 1)), 14), 14)
  assert.equal(setup.frames.length, 1)
})
