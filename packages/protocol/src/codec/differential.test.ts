import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyMessage, everyVersion } from '../testing/every-version.ts'
import { Random } from '../testing/random.ts'
import { randomMessage } from '../testing/random-message.ts'
import { compileReader, compileWriter } from './compiled/compile.ts'
import { interpretedReader, interpretedWriter } from './interpreter/interpreted-codec.ts'
import { layoutOf } from './layout.ts'
import { type MessageReader, type MessageWriter, type RawBuffer, reading } from './message-codec.ts'

const ROUNDS = 12

function write(writer: MessageWriter, value: unknown): RawBuffer {
  const size = writer.size(value)
  // Room behind it, so that a writer that goes further than it counted is found out.
  const bytes = Buffer.alloc(size + 8) as RawBuffer
  assert.equal(writer.write(value, bytes, 0), size, 'what was counted is what was written')
  assert.ok(bytes.subarray(size).every((byte) => byte === 0))
  return bytes.subarray(0, size) as RawBuffer
}

function read(reader: MessageReader, bytes: RawBuffer): unknown {
  reading.elementsLeft = 1_000_000
  const value = reader(bytes, 0, bytes.length)
  assert.equal(reading.end, bytes.length, 'all of it is read')
  return value
}

test('there is something to test', () => {
  assert.ok(everyMessage.length > 240, `${everyMessage.length} messages`)
  assert.ok(everyVersion.length > 500, `${everyVersion.length} versions`)
})

test('compiled codecs and the interpreter agree on random values of every message and version', () => {
  for (const { message, version } of everyVersion) {
    const layout = layoutOf(message, version)
    const compiled = { reader: compileReader(message.name, layout), writer: compileWriter(message.name, layout) }
    const interpreted = { reader: interpretedReader(layout), writer: interpretedWriter(layout) }
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const { input, output } = randomMessage(new Random(seed), layout)
      const name = `${message.name} v${version} seed ${seed}`
      const bytes = write(interpreted.writer, input)
      assert.deepEqual(write(compiled.writer, input), bytes, name)
      assert.deepEqual(read(interpreted.reader, bytes), output, name)
      assert.deepEqual(read(compiled.reader, bytes), output, name)
      assert.deepEqual(write(compiled.writer, output), bytes, `${name}, encoded again`)
    }
  }
})
