import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DescribeGroupsRequest,
  DeleteGroupsRequest,
  FetchRequest,
  HeartbeatRequest,
  MetadataRequest,
} from '../messages.ts'
import { ProtocolError } from '../protocol-error.ts'
import { everyVersion } from '../testing/every-version.ts'
import { Random } from '../testing/random.ts'
import { randomMessage } from '../testing/random-message.ts'
import { decode, decodeWithEnd, encode } from './codec.ts'
import { compileReader } from './compiled/compile.ts'
import { interpretedReader } from './interpreter/interpreted-codec.ts'
import { layoutOf } from './layout.ts'
import { type MessageReader, type RawBuffer, reading } from './message-codec.ts'

const MAX_ELEMENTS = 2000
const MUTATIONS = 30

type Outcome = { readonly value: unknown; readonly end: number } | 'refused'

function outcome(read: MessageReader, bytes: RawBuffer): Outcome {
  reading.elementsLeft = MAX_ELEMENTS
  try {
    return { value: read(bytes, 0, bytes.length), end: reading.end }
  } catch (error) {
    if (error instanceof ProtocolError) return 'refused'
    throw error
  }
}

/** Flips, cuts out, doubles or overwrites with what lengths and counts are made of. */
function mutate(random: Random, bytes: Buffer): RawBuffer {
  const copy = Buffer.from(bytes)
  const at = random.below(copy.length)
  switch (random.below(4)) {
    case 0:
      copy[at] = random.below(256)
      break
    case 1:
      copy.fill(random.oneOf([0, 0x7f, 0x80, 0xff]), at, Math.min(at + 1 + random.below(5), copy.length))
      break
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + random.below(4))]) as Buffer as RawBuffer
    default:
      return Buffer.concat([
        copy.subarray(0, at),
        random.bytes(1 + random.below(4)),
        copy.subarray(at),
      ]) as Buffer as RawBuffer
  }
  return copy as RawBuffer
}

describe('every message and version', () => {
  test('cut off at any byte is refused', () => {
    for (const { message, version } of everyVersion) {
      const layout = layoutOf(message, version)
      const compiled = compileReader(message.name, layout)
      const interpreted = interpretedReader(layout)
      const { input } = randomMessage(new Random(7), layout)
      const bytes = encode(message, version, input) as RawBuffer
      // In long messages the same fields come again and again; an odd step still meets every kind of place.
      const step = bytes.length > 300 ? 7 : 1
      for (let length = 0; length < bytes.length; length += step) {
        const cut = bytes.subarray(0, length) as RawBuffer
        const name = `${message.name} v${version} cut to ${length} of ${bytes.length}`
        assert.equal(outcome(compiled, cut), 'refused', name)
        assert.equal(outcome(interpreted, cut), 'refused', name)
      }
    }
  })

  test('mutated is refused, or read alike by both readers', () => {
    let refused = 0
    let read = 0
    for (const { message, version } of everyVersion) {
      const layout = layoutOf(message, version)
      const compiled = compileReader(message.name, layout)
      const interpreted = interpretedReader(layout)
      const random = new Random(version + 1)
      const { input } = randomMessage(random, layout)
      const bytes = encode(message, version, input) as Buffer
      if (bytes.length === 0) continue
      for (let i = 0; i < MUTATIONS; i++) {
        const mutated = mutate(random, bytes)
        const ours = outcome(compiled, mutated)
        assert.deepEqual(ours, outcome(interpreted, mutated), `${message.name} v${version}: ${mutated.toString('hex')}`)
        if (ours === 'refused') refused++
        else read++
      }
    }
    assert.ok(refused > 1000 && read > 1000, `${refused} refused, ${read} read`)
  })

  test('random bytes are refused, or read alike by both readers', () => {
    const random = new Random(99)
    for (const { message, version } of everyVersion) {
      const layout = layoutOf(message, version)
      const bytes = Buffer.from(random.bytes(40)) as RawBuffer
      assert.deepEqual(
        outcome(compileReader(message.name, layout), bytes),
        outcome(interpretedReader(layout), bytes),
        `${message.name} v${version}: ${bytes.toString('hex')}`,
      )
    }
  })
})

function refuses(read: () => unknown, what: RegExp): void {
  assert.throws(read, (error) => error instanceof ProtocolError && what.test(error.message))
}

describe('what attacks a decoder', () => {
  test('a count that the bytes cannot hold is refused before anything is made', () => {
    refuses(
      () => decode(MetadataRequest, 1, Buffer.from('7fffffff', 'hex')),
      /topics: 2147483647 elements in the 0 bytes/,
    )
    refuses(() => decode(MetadataRequest, 9, Buffer.from('ffffffff0f', 'hex')), /topics: 4294967294 elements/)
    // Sixteen bytes can be sixteen elements by their count, but not sixteen numbers.
    refuses(() => decode(FetchRequest, 4, Buffer.alloc(40, 1)), /FetchRequest v4 topics/)
  })

  test('more elements than the caller allows are refused, also when many arrays share them', () => {
    const names = Array.from({ length: 500 }, () => '')
    const bytes = encode(DescribeGroupsRequest, 5, { groups: names })
    assert.equal(decodeWithEnd(DescribeGroupsRequest, 5, bytes, 0, 500).value.groups.length, 500)
    refuses(() => decodeWithEnd(DescribeGroupsRequest, 5, bytes, 0, 499), /too many elements/)
    const nested = encode(FetchRequest, 4, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: Array.from({ length: 30 }, () => ({
        topic: 't',
        partitions: Array.from({ length: 30 }, () => ({ partition: 0, fetchOffset: 0, partitionMaxBytes: 0 })),
      })),
    })
    refuses(() => decodeWithEnd(FetchRequest, 4, nested, 0, 900), /too many elements/)
    assert.equal(decodeWithEnd(FetchRequest, 4, nested, 0, 930).value.topics.length, 30)
  })

  test('how many elements a message has is the same for who interprets it and who has compiled it', () => {
    const bytes = encode(DeleteGroupsRequest, 2, { groupsNames: ['a', 'b', 'c'] })
    const counts = Array.from({ length: 5 }, () => decodeWithEnd(DeleteGroupsRequest, 2, bytes).elements)
    assert.deepEqual(counts, [3, 3, 3, 3, 3])
  })

  test('null where nothing may be null', () => {
    refuses(
      () => decode(HeartbeatRequest, 0, Buffer.from('ffff', 'hex')),
      /HeartbeatRequest v0 groupId must not be null/,
    )
    refuses(() => decode(HeartbeatRequest, 4, Buffer.from('00', 'hex')), /groupId must not be null/)
    refuses(() => decode(DeleteGroupsRequest, 0, Buffer.from('ffffffff', 'hex')), /groupsNames must not be null/)
    refuses(() => decode(DeleteGroupsRequest, 0, Buffer.from('00000001ffff', 'hex')), /groupsNames must not be null/)
  })

  test('varints of more than 32 bits', () => {
    refuses(() => decode(HeartbeatRequest, 4, Buffer.from('ffffffff1f', 'hex')), /varint/)
    refuses(() => decode(HeartbeatRequest, 4, Buffer.from('8080808080808080', 'hex')), /varint/)
  })

  test('strings longer than any string may be', () => {
    const bytes = Buffer.concat([Buffer.from('818002', 'hex'), Buffer.alloc(40_000)])
    refuses(() => decode(HeartbeatRequest, 4, bytes), /a string of 32768 bytes/)
  })

  test('tagged fields that claim more than there is', () => {
    const whole = encode(HeartbeatRequest, 4, { groupId: 'g', generationId: 1, memberId: 'm' })
    const body = whole.subarray(0, whole.length - 1)
    const withTags = (hex: string): Uint8Array => Buffer.concat([body, Buffer.from(hex, 'hex')])
    refuses(() => decode(HeartbeatRequest, 4, withTags('01')), /tagged fields/)
    refuses(() => decode(HeartbeatRequest, 4, withTags('010005')), /tagged fields/)
    refuses(() => decode(HeartbeatRequest, 4, withTags('ffffffff0f0000')), /tagged fields/)
    assert.equal(decode(HeartbeatRequest, 4, withTags('0163021122')).memberId, 'm', 'an unknown one is skipped')
  })
})
