import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import {
  AddPartitionsToTxnRequest,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataValue,
  FetchRequest,
  FetchResponse,
  HeartbeatRequest,
  type Input,
  INT64_MAX,
  INT64_MIN,
  JoinGroupResponse,
  ListOffsetsResponse,
  MetadataRequest,
  PartitionChangeRecord,
  ProduceRequest,
  ZERO_UUID,
} from '../messages.ts'
import { ProtocolError, UnsupportedVersionError } from '../protocol-error.ts'
import { decode, decodeWithEnd, encode, encodeChunks } from './codec.ts'

const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }

describe('versions', () => {
  test('one that the message does not have', () => {
    for (const version of [-1, 5, 0.5, Number.NaN]) {
      assert.throws(() => encode(HeartbeatRequest, version, heartbeat), UnsupportedVersionError)
      assert.throws(() => decode(HeartbeatRequest, version, new Uint8Array(40)), UnsupportedVersionError)
    }
  })

  test('a value that the version cannot carry', () => {
    assert.throws(
      () => encode(HeartbeatRequest, 2, { ...heartbeat, groupInstanceId: 'i' }),
      (error) => error instanceof UnsupportedVersionError && /HeartbeatRequest v2 groupInstanceId/.test(error.message),
    )
    assert.throws(
      () => encode(AddPartitionsToTxnRequest, 3, { transactions: [{ transactionalId: 't', topics: [] }] }),
      UnsupportedVersionError,
    )
  })

  test('its default, or what may be ignored, is left out', () => {
    const plain = encode(HeartbeatRequest, 2, heartbeat)
    assert.deepEqual(encode(HeartbeatRequest, 2, { ...heartbeat, groupInstanceId: null }), plain)
    const response = { errorCode: 0, generationId: 1, protocolName: 'p', leader: '', memberId: '', members: [] }
    assert.deepEqual(
      encode(JoinGroupResponse, 1, { ...response, throttleTimeMs: 77 }),
      encode(JoinGroupResponse, 1, response),
    )
  })

  test('what the version lacks decodes to its default', () => {
    const request = decode(FetchRequest, 4, encode(FetchRequest, 4, { maxWaitMs: 1, minBytes: 2, topics: [] }))
    assert.equal(request.maxBytes, 0x7fffffff)
    assert.equal(request.rackId, '')
    assert.equal(request.clusterId, null)
    assert.deepEqual(request.replicaState, { replicaId: -1, replicaEpoch: -1 })
    assert.deepEqual(request.forgottenTopicsData, [])
  })
})

describe('absent and null', () => {
  test('an explicit null is a value, not an absent one', () => {
    const absent = encode(MetadataRequest, 1, { topics: [] })
    const none = encode(MetadataRequest, 1, { topics: null })
    assert.deepEqual([...absent], [0, 0, 0, 0])
    assert.deepEqual([...none], [0xff, 0xff, 0xff, 0xff])
    // The default here is a struct, so that null must be written out.
    const member: Input<typeof ConsumerGroupMemberMetadataValue> = {
      instanceId: null,
      rackId: null,
      clientId: '',
      clientHost: '',
      subscribedTopicNames: [],
      subscribedTopicRegex: null,
      serverAssignor: null,
    }
    const bytes = encode(ConsumerGroupMemberMetadataValue, 0, { ...member, classicMemberMetadata: null })
    assert.equal(decode(ConsumerGroupMemberMetadataValue, 0, bytes).classicMemberMetadata, null)
    const without = decode(ConsumerGroupMemberMetadataValue, 0, encode(ConsumerGroupMemberMetadataValue, 0, member))
    assert.deepEqual(without.classicMemberMetadata, { sessionTimeoutMs: 0, supportedProtocols: [] })
  })

  test('undefined is the same as absent', () => {
    assert.deepEqual(
      encode(HeartbeatRequest, 4, { ...heartbeat, groupInstanceId: undefined }),
      encode(HeartbeatRequest, 4, heartbeat),
    )
  })

  test('null where the version allows none is refused', () => {
    assert.throws(() => encode(MetadataRequest, 0, { topics: null }), /topics/)
  })

  test('tagged fields appear only with a value, in the order of their tags', () => {
    const record = (value: Partial<Input<typeof PartitionChangeRecord>>): string =>
      Buffer.from(encode(PartitionChangeRecord, 0, { partitionId: 1, topicId: ZERO_UUID, ...value })).toString('hex')
    const fixed = `00000001${'00'.repeat(16)}`
    assert.equal(record({}), `${fixed}00`)
    assert.equal(record({ leader: 3 }), `${fixed}01010400000003`)
    assert.equal(record({ leader: 3, isr: [3] }), `${fixed}02000502000000030104`.concat('00000003'))
    assert.equal(record({ isr: [] }), `${fixed}01000101`, 'an empty list is not the null that is the default')
  })
})

describe('numbers', () => {
  const offsets = (offset: number): number => {
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, timestamp: offset, offset }] }]
    const decoded = decode(ListOffsetsResponse, 1, encode(ListOffsetsResponse, 1, { topics }))
    return decoded.topics[0]!.partitions[0]!.offset
  }

  test('an int64 is exact to 2^53 and clamped to what Java has', () => {
    for (const value of [0, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53, INT64_MAX, INT64_MIN]) {
      assert.equal(offsets(value), value)
    }
    assert.equal(offsets(2 ** 70), INT64_MAX)
    assert.equal(offsets(-(2 ** 70)), INT64_MIN)
    const bytes = encode(FetchRequest, 18, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: INT64_MAX, partitionMaxBytes: 0 }] }],
    })
    assert.ok(Buffer.from(bytes).includes(Buffer.from('7fffffffffffffff', 'hex')))
  })

  test('an exact int64 keeps every bit', () => {
    const metadataHash = -0x1234_5678_9abc_def1n
    const bytes = encode(ConsumerGroupMetadataValue, 0, { epoch: 1, metadataHash })
    assert.equal(decode(ConsumerGroupMetadataValue, 0, bytes).metadataHash, metadataHash)
  })

  test('what does not fit is refused, not bent', () => {
    for (const generationId of [2 ** 31, 1.5, Number.NaN, Infinity, '1' as unknown as number]) {
      assert.throws(
        () => encode(HeartbeatRequest, 4, { ...heartbeat, generationId }),
        /generationId: .* is not an int32/,
      )
    }
    assert.throws(() => offsets(0.5), ProtocolError)
    assert.throws(() => offsets(Number.NaN), ProtocolError)
  })
})

describe('strings', () => {
  test('of every length at which the encoding changes', () => {
    for (const length of [0, 1, 16, 17, 24, 25, 41, 42, 43, 126, 127, 128, 16_382, 16_383, 32_767]) {
      for (const letter of ['a', 'é']) {
        const groupId = letter.repeat(letter === 'a' ? length : Math.floor(length / 2))
        for (const version of [3, 4]) {
          const decoded = decode(
            HeartbeatRequest,
            version,
            encode(HeartbeatRequest, version, { ...heartbeat, groupId }),
          )
          assert.equal(decoded.groupId, groupId)
        }
      }
    }
  })

  test('of more than 32767 bytes are refused in both encodings', () => {
    for (const version of [3, 4]) {
      for (const groupId of ['a'.repeat(32_768), 'é'.repeat(16_384)]) {
        assert.throws(() => encode(HeartbeatRequest, version, { ...heartbeat, groupId }), /a string of 32768 bytes/)
      }
    }
  })
})

describe('places', () => {
  test('a message is read from an offset on, and what follows is left alone', () => {
    const body = encode(HeartbeatRequest, 4, heartbeat)
    const bytes = Buffer.concat([Buffer.from('abc'), body, Buffer.from('xyz')])
    const { value, end } = decodeWithEnd(HeartbeatRequest, 4, bytes, 3)
    assert.equal(value.memberId, 'm')
    assert.equal(end, bytes.length - 3)
    assert.throws(() => decode(HeartbeatRequest, 4, body, body.length + 1), ProtocolError)
  })

  test('bytes are views into what was decoded, of plain arrays too', () => {
    const records = Uint8Array.of(1, 2, 3)
    const body = { acks: 1, timeoutMs: 1, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] }
    const bytes = new Uint8Array([0, ...encode(ProduceRequest, 9, body)])
    const view = decode(ProduceRequest, 9, bytes, 1).topicData[0]!.partitionData[0]!.records!
    assert.deepEqual(view, records)
    assert.equal(view.buffer, bytes.buffer)
  })

  test('chunks are the same bytes as one piece', () => {
    const large = new Uint8Array(4096).fill(1)
    const partitions = [large, Uint8Array.of(9), null, large].map((records, partitionIndex) => ({
      partitionIndex,
      errorCode: 0,
      highWatermark: 0,
      abortedTransactions: [],
      records,
    }))
    const value = { throttleTimeMs: 0, responses: [{ topic: 't', partitions }] }
    for (const version of [11, 12]) {
      // Often enough to meet the interpreter first and then the compiled codec.
      for (let i = 0; i < 5; i++) {
        const chunks = encodeChunks(FetchResponse, version, value)
        assert.equal(chunks.filter((chunk) => chunk === large).length, 2)
        assert.deepEqual(Buffer.concat(chunks), encode(FetchResponse, version, value))
      }
    }
  })

  test('a failed encode leaves nothing behind for the next', () => {
    const value = { ...heartbeat, generationId: 'x' as unknown as number }
    assert.throws(() => encodeChunks(HeartbeatRequest, 4, value), ProtocolError)
    assert.deepEqual(
      Buffer.concat(encodeChunks(HeartbeatRequest, 4, heartbeat)),
      encode(HeartbeatRequest, 4, heartbeat),
    )
  })
})

test('without leave to generate code the interpreter does the work', () => {
  const program = `
    import { decode, encode, encodeChunks, HeartbeatRequest } from ${JSON.stringify(import.meta.resolve('../index.ts'))}
    const value = { groupId: 'g', generationId: 1, memberId: 'm' }
    const bytes = encode(HeartbeatRequest, 4, value)
    for (let i = 0; i < 5; i++) decode(HeartbeatRequest, 4, encode(HeartbeatRequest, 4, value))
    const whole = Buffer.concat(encodeChunks(HeartbeatRequest, 4, value))
    console.log(bytes.equals(whole), decode(HeartbeatRequest, 4, bytes).groupId)
  `
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program]
  assert.equal(execFileSync(process.execPath, flags, { encoding: 'utf8' }), 'true g\n')
})
