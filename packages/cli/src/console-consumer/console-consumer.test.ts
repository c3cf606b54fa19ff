import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConsumerRecord } from '@milena/client'
import { capture } from '../testing/captured-io.ts'
import { deserializerOf } from './deserializers.ts'
import { formatterOf } from './formatters/message-formatter.ts'

const record: ConsumerRecord = {
  topic: 't',
  partition: 3,
  offset: 42,
  timestamp: 1_700_000_000_000,
  timestampType: 'CreateTime',
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: [
    { key: 'h', value: Buffer.from('x') },
    { key: 'n', value: null },
  ],
  leaderEpoch: 0,
}

async function format(properties: Readonly<Record<string, string>>, of: ConsumerRecord = record): Promise<string> {
  const formatter = await formatterOf('org.apache.kafka.tools.consumer.DefaultMessageFormatter', {
    properties: new Map(Object.entries(properties)),
    warn: () => undefined,
  })
  return Buffer.from(formatter!(of) ?? []).toString()
}

const show = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`print.${name}`, 'true']))

describe('the default formatter', () => {
  test('prints values; null by its name', async () => {
    assert.equal(await format({}), 'v\n')
    assert.equal(await format({}, { ...record, value: null }), 'null\n')
    assert.equal(await format({ 'null.literal': '-' }, { ...record, value: null }), '-\n')
  })

  test('prints everything, in Apache’s order', async () => {
    assert.equal(
      await format(show('timestamp', 'partition', 'offset', 'epoch', 'headers', 'key')),
      'CreateTime:1700000000000\tPartition:3\tOffset:42\tEpoch:NOT_PRESENT\th:x,n:null\tk\tv\n',
    )
    assert.equal(await format(show('headers'), { ...record, headers: [] }), 'NO_HEADERS\tv\n')
  })

  test('separators may be chosen; the last column ends the line', async () => {
    const separators = { 'key.separator': '|', 'line.separator': ';', 'headers.separator': '&' }
    assert.equal(await format({ ...show('headers', 'key'), ...separators }), 'h:x&n:null|k|v;')
    assert.equal(await format({ ...show('key', 'offset'), 'print.value': 'false' }), 'Offset:42\tk\n')
    assert.equal(await format({ 'print.value': 'false' }), '')
  })

  test('bytes that are no text pass through', async () => {
    const formatter = await formatterOf('org.apache.kafka.tools.consumer.DefaultMessageFormatter', {
      properties: new Map(),
      warn: () => undefined,
    })
    assert.deepEqual(Array.from(formatter!({ ...record, value: Uint8Array.of(0xff, 0x00) })!), [0xff, 0x00, 0x0a])
  })
})

test('deserializers write what Java writes', () => {
  const deserialize = (name: string, hex: string): string =>
    deserializerOf(`org.apache.kafka.common.serialization.${name}Deserializer`)!(Buffer.from(hex, 'hex'))
  assert.equal(deserialize('Integer', 'fffffff6'), '-10')
  assert.equal(deserialize('Long', '7fffffffffffffff'), '9223372036854775807')
  assert.equal(deserialize('Short', '8000'), '-32768')
  assert.equal(deserialize('Double', '3ff0000000000000'), '1.0')
  assert.equal(deserialize('Double', '416312d000000000'), '1.0E7')
  assert.equal(deserialize('Double', '3f50624dd2f1a9fc'), '0.001')
  assert.equal(deserialize('Double', '3f1a36e2eb1c432d'), '1.0E-4')
  assert.equal(deserialize('Float', '3dcccccd'), '0.1')
  assert.equal(deserialize('Boolean', '01'), 'true')
  assert.equal(deserialize('String', 'c3a9'), 'é')
  assert.throws(() => deserialize('Integer', '00'), { message: 'Size of data received by the deserializer is not 4' })
  assert.equal(deserializerOf('x.Y'), undefined)
})

test('records of internal topics are shown as JSON, as by Apache Kafka 4.3.1', async () => {
  // As Apache's coordinator writes them; the expected text is its formatters'.
  const name = 'org.apache.kafka.tools.consumer.'
  const context = { properties: new Map<string, string>(), warn: () => undefined }
  const offsets = (await formatterOf(`${name}OffsetsMessageFormatter`, context))!
  const groups = (await formatterOf(`${name}GroupMetadataMessageFormatter`, context))!
  const offsetKey = Buffer.from('00010002673100027431' + '00000002', 'hex')
  const offsetValue = Buffer.from('0003' + '0000000000000005' + 'ffffffff' + '0000' + '000001a20552599c', 'hex')
  const shown = offsets({ ...record, key: offsetKey, value: offsetValue })
  assert.equal(
    Buffer.from(shown!).toString(),
    '{"key":{"type":1,"data":{"group":"g1","topic":"t1","partition":2}},"value":{"version":3,"data":{"offset":5,"leaderEpoch":-1,"metadata":"","commitTimestamp":1795385612700}}}',
  )
  const tombstone = offsets({ ...record, key: offsetKey, value: null })
  assert.match(Buffer.from(tombstone!).toString(), /"value":null\}$/)
  assert.equal(groups({ ...record, key: offsetKey, value: offsetValue }), undefined)
  const groupKey = Buffer.from('000200026731', 'hex')
  const groupValue = Buffer.from(
    '0003' + '0000' + '00000000' + 'ffff' + 'ffff' + '000001a20552599c' + '00000000',
    'hex',
  )
  assert.equal(
    Buffer.from(groups({ ...record, key: groupKey, value: groupValue })!).toString(),
    '{"key":{"type":2,"data":{"group":"g1"}},"value":{"version":3,"data":{"protocolType":"","generation":0,"protocol":null,"leader":null,"currentStateTimestamp":1795385612700,"members":[]}}}',
  )
})

describe('kafka-console-consumer', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const topic = [...server, '--topic', 't']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [server, 'Exactly one of the following arguments is required: [topic], [include]'],
    [[...topic, '--include', 'x'], 'Exactly one of the following arguments is required: [topic], [include]'],
    [[...topic, '--bogus'], 'bogus is not a recognized option'],
    [[...topic, '--offset', '3'], 'The partition is required when offset is specified.'],
    [[...server, '--include', 'x', '--partition', '0'], 'The topic is required when partition is specified.'],
    [[...topic, '--partition', '0', '--group', 'g'], 'Options group and partition cannot be specified together.'],
    [
      [...topic, '--partition', '0', '--from-beginning', '--offset', '1'],
      'Options from-beginning and offset cannot be specified together.',
    ],
    [
      [...topic, '--partition', '0', '--offset', 'x'],
      "The provided offset value 'x' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.",
    ],
    [
      [...topic, '--consumer-property', 'a=b', '--command-property', 'a=b'],
      'Options --consumer-property and --command-property cannot be specified together.',
    ],
    [[...topic, '--formatter', 'x.Y'], 'x.Y'],
  ]
  for (const [argv, message] of usage) {
    test(`${argv.slice(2).join(' ')}: usage`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-console-consumer', argv)
      assert.equal(exitCode, 1)
      assert.equal(stdout, '')
      assert.equal(stderr.split('\n')[0], message)
    })
  }

  test('beginnings that contradict each other are refused', async () => {
    const argv = [...topic, '--from-beginning', '--command-property', 'auto.offset.reset=latest']
    assert.deepEqual(await capture('kafka-console-consumer', argv), {
      exitCode: 1,
      stdout: '',
      stderr:
        "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option\n",
    })
  })
})
