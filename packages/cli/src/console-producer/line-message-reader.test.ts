import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { LineMessageReader } from './line-message-reader.ts'

function read(line: string, properties: Readonly<Record<string, string>> = {}) {
  const { key, value, headers } = new LineMessageReader('t', new Map(Object.entries(properties))).read(line)
  return { key, value, ...(headers && { headers: headers.map((header) => `${header.key}=${String(header.value)}`) }) }
}

describe('a line becomes a record', () => {
  test('by default all of it is the value', () => {
    assert.deepEqual(read('a\tb'), { key: null, value: 'a\tb' })
    assert.deepEqual(read(''), { key: null, value: '' })
  })

  test('with a key, with headers, with both', () => {
    assert.deepEqual(read('k\tv\tw', { 'parse.key': 'true' }), { key: 'k', value: 'v\tw' })
    assert.deepEqual(read('k::v', { 'parse.key': ' TRUE ', 'key.separator': '::' }), { key: 'k', value: 'v' })
    assert.deepEqual(read('a:1,b:2\tv', { 'parse.headers': 'true' }), {
      key: null,
      value: 'v',
      headers: ['a=1', 'b=2'],
    })
    assert.deepEqual(read('a:x:y\tk\tv', { 'parse.key': 'true', 'parse.headers': 'true' }), {
      key: 'k',
      value: 'v',
      headers: ['a=x:y'],
    })
  })

  test('a marker stands for null', () => {
    const properties = { 'parse.key': 'true', 'parse.headers': 'true', 'null.marker': 'NULL' }
    assert.deepEqual(read('NULL\tNULL\tNULL', properties), { key: null, value: null })
    assert.deepEqual(read('h:NULL\tk\tv', properties), { key: 'k', value: 'v', headers: ['h=null'] })
    assert.throws(() => read('NULL:v\tk\tv', properties), { message: /Header keys should not be equal/ })
  })

  test('a missing separator is an error with the line’s number, unless errors are ignored', () => {
    const reader = new LineMessageReader('t', new Map([['parse.key', 'true']]))
    reader.read('k\tv')
    assert.throws(() => reader.read('abc'), { message: "No key separator found on line number 2: 'abc'" })
    assert.deepEqual(read('abc', { 'parse.key': 'true', 'ignore.error': 'true' }), { key: null, value: 'abc' })
    assert.throws(() => read('h\tv', { 'parse.headers': 'true' }), {
      message: "No header key separator found in pair 'h' on line number 1",
    })
  })

  test('separators must differ', () => {
    assert.throws(() => read('', { 'headers.separator': ':' }), {
      message: 'headers.separator and headers.key.separator may not be equal',
    })
    assert.throws(() => read('', { 'null.marker': '\t' }), {
      message: 'null.marker and key.separator may not be equal',
    })
  })
})

describe('kafka-console-producer', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1', '--topic', 't']
  const usage: readonly (readonly [readonly string[], string])[] = [
    [['--bootstrap-server', 'a:1'], 'Missing required argument "[topic]"'],
    [[...server, '--bogus'], 'bogus is not a recognized option'],
    [[...server, '--batch-size', 'x'], "Cannot parse argument 'x' of option batch-size"],
    [['--topic', 't', '--bootstrap-server', 'a'], 'Please provide valid host:port like host1:9091,host2:9092'],
    [
      [...server, '--producer-property', 'a=b', '--command-property', 'a=b'],
      'Options --command-property and --producer-property cannot be specified together.',
    ],
  ]
  for (const [argv, message] of usage) {
    test(message, async () => {
      const { exitCode, stderr } = await capture('kafka-console-producer', argv)
      assert.equal(exitCode, 1)
      assert.equal(stderr.split('\n')[0], message)
    })
  }

  test('old names still work, with a warning', async () => {
    const argv = [...server, '--property', 'parse.key=true', '--producer-property', 'acks=1']
    const { exitCode, stdout, stderr } = await capture('kafka-console-producer', argv, 'abc\n')
    assert.equal(exitCode, 1)
    assert.equal(
      stdout,
      'Warning: --producer-property is deprecated and will be removed in a future version. Use --command-property instead.\n' +
        'Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n',
    )
    assert.match(
      stderr,
      /^org\.apache\.kafka\.common\.KafkaException: No key separator found on line number 1: 'abc'$/m,
    )
  })

  test('configuration is checked before anything is read', async () => {
    const argv = [...server, '--compression-codec', 'bogus']
    const { exitCode, stderr } = await capture('kafka-console-producer', argv, 'a\n')
    assert.equal(exitCode, 1)
    assert.match(stderr, /Invalid value bogus for configuration compression\.type: String must be one of: none, gzip/)
  })
})
