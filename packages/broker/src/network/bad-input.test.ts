import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiVersionsRequest, ApiVersionsResponse, encodeRequestFrame, Errors } from '@milena/protocol'
import { MetadataRequest, MetadataResponse, ProduceRequest } from '@milena/protocol'
import { crc32c } from '@milena/records'
import { captureLogger } from '@milena/runtime'
import type { LogEntry } from '@milena/runtime'
import { gzipSync } from 'node:zlib'
import { RawPeer } from '../testing/raw-peer.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceBody, produceTo, valuesIn } from '../testing/topics.ts'

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function frame(body: Uint8Array): Buffer {
  return Buffer.concat([int32(body.length), body])
}

/** A request header of version 1: key, version, correlation id 1, client id null. */
function header(apiKey: number, version: number): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(1, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}

const TLS_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])

const strangers: readonly { readonly what: string; readonly bytes: Buffer; readonly says: RegExp }[] = [
  { what: 'an HTTP request', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), says: /speaks HTTP/ },
  { what: 'a TLS hello', bytes: TLS_HELLO, says: /speaks TLS/ },
  { what: 'garbage', bytes: Buffer.alloc(500, 0xf7), says: /request of -\d+ bytes/ },
  { what: 'a length of 2 GB', bytes: int32(0x7fff_ffff), says: /request of 2147483647 bytes/ },
  { what: 'a length of -1', bytes: int32(-1), says: /request of -1 bytes/ },
  { what: 'an empty frame', bytes: int32(0), says: /header cannot be read/ },
  { what: 'a frame of three bytes', bytes: frame(Buffer.alloc(3)), says: /header cannot be read/ },
  { what: 'an unknown key', bytes: frame(header(999, 0)), says: /no API with key 999/ },
  { what: 'a negative key', bytes: frame(header(-1, 0)), says: /no API with key -1/ },
  { what: 'an API of controllers', bytes: frame(headerFlexible(67, 0)), says: /not served here/ },
  { what: 'an unknown version', bytes: frame(headerFlexible(3, 99)), says: /version 99 of Metadata/ },
  { what: 'a negative version', bytes: frame(header(3, -1)), says: /version -1 of Metadata/ },
  { what: 'a truncated body', bytes: frame(header(0, 3)), says: /Produce request cannot be read/ },
  {
    what: 'an array of two billion topics',
    bytes: frame(Buffer.concat([header(3, 1), int32(0x7fff_fff0)])),
    says: /Metadata request cannot be read/,
  },
]

for (const { what, bytes, says } of strangers) {
  test(`${what} is shown out with one line in the log, and nobody else notices`, async () => {
    const { logger, entries } = captureLogger()
    await using broker = await TestBroker.start({ logger })
    const healthy = await broker.connect()
    await createTopic(healthy, 'events')
    const before = entries.length
    const peer = await RawPeer.connect(broker.port)
    assert.equal((await peer.send(bytes)).length, 0)
    const lines = entries.slice(before).map(lineOf)
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.match(lines[0]!, says)
    assert.equal((await produceTo(healthy, 'events', batchOf([what]))).errorCode, 0)
    assert.deepEqual(valuesIn((await fetchFrom(healthy, 'events', 0)).records), [what])
  })
}

function lineOf({ message, fields }: LogEntry): string {
  return `${message} ${JSON.stringify(fields)}`
}

test('a hundred strangers of one kind make one line', async () => {
  const { logger, entries } = captureLogger()
  await using broker = await TestBroker.start({ logger })
  for (let i = 0; i < 100; i++) await (await RawPeer.connect(broker.port)).send('GET / HTTP/1.1\r\n\r\n')
  assert.equal(entries.filter((entry) => /HTTP/.test(entry.message)).length, 1)
})

test('an unknown version of ApiVersions is answered in version 0, with the range to come back with', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  for (const version of [99, 5, -1]) {
    const answer = await client.sendFrame(frame(Buffer.concat([headerFlexible(18, version)])))
    // Correlation id, then error 35, one key: 18 from 0 to 4.
    assert.deepEqual([...answer], [0, 0, 0, 1, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4])
  }
  const { errorCode } = await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})
  assert.equal(errorCode, 0, 'the connection lives on')
})

function headerFlexible(apiKey: number, version: number): Buffer {
  return Buffer.concat([header(apiKey, version), Buffer.from([0, 2, 0x78, 2, 0x31, 0])])
}

test('what came before the bad request is answered', async () => {
  await using broker = await TestBroker.start()
  const peer = await RawPeer.connect(broker.port)
  const good = encodeRequestFrame({
    message: MetadataRequest,
    version: 1,
    correlationId: 77,
    clientId: 'x',
    body: { topics: [] },
  })
  const received = await peer.send(Buffer.concat([...good, frame(header(999, 0)), ...good]))
  assert.equal(received.readInt32BE(4), 77)
  assert.equal(received.length, 4 + received.readInt32BE(0), 'one answer, and none to what came after')
})

test('a bomb is refused: the batch that would unpack to much more than it says', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  const batch = batchOf(['x'], { compression: 'gzip' })
  const megabyte = gzipSync(Buffer.alloc(1 << 20))
  const bomb = Buffer.concat([batch.subarray(0, 61), ...Array.from({ length: 300 }, () => megabyte)])
  bomb.writeInt32BE(bomb.length - 12, 8)
  bomb.writeUInt32BE(crc32c(bomb.subarray(21)), 17)
  assert.equal((await produceTo(client, 'events', bomb)).errorCode, Errors.MESSAGE_TOO_LARGE.code)
  assert.equal((await produceTo(client, 'events', batchOf(['x']))).baseOffset, 0)
})

test('topics that name other folders', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  const names = ['../../etc', '..', '/etc/passwd', 'a\0b', '']
  const { topics } = await client.send(MetadataRequest, MetadataResponse, 9, {
    topics: names.map((name) => ({ name })),
  })
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    names.map(() => 17),
  )
})

test('a frame that is cut off by the peer leaves nothing behind', async () => {
  await using broker = await TestBroker.start()
  const body = produceBody('events', [{ index: 0, records: batchOf(['x'.repeat(200_000)]) }])
  const whole = Buffer.concat(
    encodeRequestFrame({ message: ProduceRequest, version: 9, correlationId: 1, clientId: 'x', body }),
  )
  const peer = await RawPeer.connect(broker.port)
  peer.socket.end(whole.subarray(0, 150_000))
  await peer.ended
  const client = await broker.connect()
  assert.equal((await client.send(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode, 0)
})
