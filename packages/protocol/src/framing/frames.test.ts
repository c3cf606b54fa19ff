// Frames written out by hand from the description of the protocol, byte for byte.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decode, encode } from '../codec/codec.ts'
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  FetchResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  MetadataRequest,
  OffsetCommitValue,
  ProduceRequest,
} from '../messages.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decodeRequestHeader, encodeRequestFrame } from './request-frame.ts'
import { decodeResponseHeader, encodeResponseFrame } from './response-frame.ts'

function hex(...parts: string[]): string {
  return parts.join('').replaceAll(' ', '')
}

function joined(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString('hex')
}

/** The frame without its size, as it comes from a connection. */
function unframed(text: string): Buffer {
  return Buffer.from(text, 'hex').subarray(4)
}

describe('requests', () => {
  test('ApiVersions v3, flexible, whose header keeps the client id in the old encoding', () => {
    const frame = hex(
      '0000001b', // 27 bytes follow
      '0012 0003 00000007', // key 18, version 3, correlation id 7
      '0003 6a7661', // client id 'jva'
      '00', // no tagged fields in the header
      '06 6b61666b61', // client software name 'kafka'
      '06 342e332e31', // client software version '4.3.1'
      '00', // no tagged fields
    )
    const chunks = encodeRequestFrame({
      message: ApiVersionsRequest,
      version: 3,
      correlationId: 7,
      clientId: 'jva',
      body: { clientSoftwareName: 'kafka', clientSoftwareVersion: '4.3.1' },
    })
    assert.equal(joined(chunks), frame)
    const header = decodeRequestHeader(unframed(frame))
    assert.deepEqual(header, { apiKey: 18, apiVersion: 3, correlationId: 7, clientId: 'jva', bodyOffset: 14 })
    assert.deepEqual(decode(ApiVersionsRequest, 3, unframed(frame), 14), {
      clientSoftwareName: 'kafka',
      clientSoftwareVersion: '4.3.1',
    })
  })

  test('Metadata v1, with a header that has no tagged fields, and null for all topics', () => {
    const frame = hex('0000000e', '0003 0001 00000001', 'ffff', 'ffffffff')
    const chunks = encodeRequestFrame({
      message: MetadataRequest,
      version: 1,
      correlationId: 1,
      clientId: null,
      body: { topics: null },
    })
    assert.equal(joined(chunks), frame)
    const header = decodeRequestHeader(unframed(frame))
    assert.deepEqual(header, { apiKey: 3, apiVersion: 1, correlationId: 1, clientId: null, bodyOffset: 10 })
    assert.equal(decode(MetadataRequest, 1, unframed(frame), 10).topics, null)
  })

  test('Heartbeat v3, the last one with old encodings', () => {
    const body = hex(
      '0002 6731', // group id 'g1'
      '00000005', // generation 5
      '0002 6d31', // member id 'm1'
      '0002 6931', // group instance id 'i1'
    )
    const value = { groupId: 'g1', generationId: 5, memberId: 'm1', groupInstanceId: 'i1' }
    assert.equal(Buffer.from(encode(HeartbeatRequest, 3, value)).toString('hex'), body)
    assert.deepEqual(decode(HeartbeatRequest, 3, Buffer.from(body, 'hex')), value)
  })

  test('Produce v3', () => {
    const body = hex(
      'ffff', // no transactional id
      'ffff', // acks of all
      '00007530', // 30 seconds
      '00000001 0001 74', // one topic, 't'
      '00000001 00000002', // one partition, 2
      '00000003 aabbcc', // three bytes of records
    )
    const value = {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: 't', partitionData: [{ index: 2, records: Uint8Array.of(0xaa, 0xbb, 0xcc) }] }],
    }
    assert.equal(Buffer.from(encode(ProduceRequest, 3, value)).toString('hex'), body)
    assert.deepEqual(
      decode(ProduceRequest, 3, Buffer.from(body, 'hex')).topicData[0]?.partitionData,
      value.topicData[0]?.partitionData,
    )
  })

  test('a header can be read although its version is not supported', () => {
    const frame = Buffer.from(hex('0012 7fff 00000009', '0001 61', '00', 'deadbeef'), 'hex')
    assert.deepEqual(decodeRequestHeader(frame), {
      apiKey: 18,
      apiVersion: 0x7fff,
      correlationId: 9,
      clientId: 'a',
      bodyOffset: 12,
    })
  })

  for (const [what, text] of [
    ['nothing', ''],
    ['a header that stops in the middle', '001200030000'],
    ['an API that nobody has', '7fff000000000001ffff'],
    ['an API that Kafka has removed', '0004000000000001ffff'],
    ['a negative key', 'ffff000000000001ffff'],
    ['a client id longer than the frame', '0003000100000001000561'],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n').toString('hex')],
  ] as const) {
    test(`${what} is not a request`, () => {
      assert.throws(() => decodeRequestHeader(Buffer.from(text, 'hex')), ProtocolError)
    })
  }
})

describe('responses', () => {
  test('Heartbeat v4 has tagged fields in its header', () => {
    const frame = hex('0000000c', '00000007', '00', '00000000', '001b', '00')
    const chunks = encodeResponseFrame(HeartbeatResponse, 4, 7, { throttleTimeMs: 0, errorCode: 27 })
    assert.equal(joined(chunks), frame)
    assert.deepEqual(decodeResponseHeader(unframed(frame), HeartbeatResponse, 4), { correlationId: 7, bodyOffset: 5 })
    assert.equal(decode(HeartbeatResponse, 4, unframed(frame), 5).errorCode, 27)
  })

  test('Heartbeat v1 does not', () => {
    const frame = hex('0000000a', '00000007', '00000064', '0000')
    assert.equal(joined(encodeResponseFrame(HeartbeatResponse, 1, 7, { throttleTimeMs: 100, errorCode: 0 })), frame)
    assert.deepEqual(decodeResponseHeader(unframed(frame), HeartbeatResponse, 1), { correlationId: 7, bodyOffset: 4 })
  })

  test('nor does ApiVersions in any version, although its body is flexible', () => {
    const frame = hex(
      '0000002a', // 42 bytes follow
      '00000001', // correlation id, and no tagged fields
      '0000', // no error
      '02 0012 0000 0004 00', // one API: 18, versions 0 to 4
      '00000000', // not throttled
      '02', // two tagged fields
      '00 0b 02 05 6b697031 0000 0002 00', // tag 0, 11 bytes: one feature 'kip1', 0 to 2
      '01 08 0000000000000005', // tag 1, 8 bytes: the epoch of the features, 5
    )
    const chunks = encodeResponseFrame(ApiVersionsResponse, 4, 1, {
      errorCode: 0,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      throttleTimeMs: 0,
      supportedFeatures: [{ name: 'kip1', minVersion: 0, maxVersion: 2 }],
      finalizedFeaturesEpoch: 5,
    })
    assert.equal(joined(chunks), frame)
  })

  test('Fetch v12 hands large records on without a copy, its sizes counting them', () => {
    const large = new Uint8Array(5000).fill(7)
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 9, abortedTransactions: null, records: large }
    const body = {
      throttleTimeMs: 0,
      errorCode: 0,
      sessionId: 0,
      responses: [{ topic: 'a', partitions: [partition, { ...partition, records: [large, Uint8Array.of(1), large] }] }],
    }
    const chunks = encodeResponseFrame(FetchResponse, 12, 3, body)
    assert.deepEqual(
      chunks.map((chunk) => chunk === large),
      [false, true, false, true, false, true, false],
    )
    const frame = Buffer.concat(chunks)
    assert.equal(frame.readInt32BE(0), frame.length - 4)
    const decoded = decode(FetchResponse, 12, frame.subarray(4), 5)
    assert.deepEqual(decoded.responses[0]?.partitions[0]?.records, large)
    assert.equal(decoded.responses[0]?.partitions[1]?.records?.length, 10_001)
  })
})

test('a record of an internal topic: OffsetCommitValue v3', () => {
  const bytes = hex('000000000000002a', '00000003', '0002 6d65', '00000000000003e8')
  const value = { offset: 42, leaderEpoch: 3, metadata: 'me', commitTimestamp: 1000 }
  assert.equal(Buffer.from(encode(OffsetCommitValue, 3, value)).toString('hex'), bytes)
})
