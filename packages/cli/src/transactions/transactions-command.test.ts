import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { hangingOf, type OpenTransaction } from './find-hanging.ts'

const open = (topic: string, producerId: number): OpenTransaction => ({
  topic,
  partition: 0,
  producer: { producerId, producerEpoch: 0, lastSequence: 0, lastTimestamp: 0, coordinatorEpoch: 0 },
})

test('transactions hang in partitions of which their coordinator does not speak', () => {
  const described = {
    coordinatorId: 1,
    state: 'Ongoing',
    producerId: 5,
    producerEpoch: 0,
    timeoutMs: 1,
    partitions: [{ topic: 'known', partition: 0 }],
  }
  const candidates = [open('known', 5), open('lost', 5), open('known', 6), open('other', 17)]
  const hanging = hangingOf(candidates, (producerId) => (producerId === 5 ? described : undefined))
  assert.deepEqual(
    hanging.map(({ topic, producer }) => `${topic}/${producer.producerId}`),
    // Java's order of the producers: 17 falls into the second of sixteen buckets.
    ['other/17', 'lost/5', 'known/6'],
  )
})

describe('kafka-transactions', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const partition = ['--topic', 't', '--partition', '0']
  const failures: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^usage: kafka-transactions\.sh \[-h\] \[-v\] .*\n.*\nkafka-transactions\.sh: error: too few arguments\n$/],
    [['list'], /error: argument --bootstrap-server is required\n$/],
    [[...server, 'describe'], /error: argument --transactional-id is required\n$/],
    [[...server, 'find-hanging'], /^The `find-hanging` command requires either --topic or --broker-id/],
    [[...server, 'find-hanging', '--broker-id', '1', '--partition', '1'], /^The --partition argument requires --topic/],
    [[...server, 'abort', ...partition], /^The transaction to abort must be identified either with --start-offset/],
    [[...server, 'abort', ...partition, '--producer-id', '1'], /^Missing required argument --producer-epoch\n$/],
    [
      [...server, 'abort', ...partition, '--producer-id', '1', '--producer-epoch', '1'],
      /^Missing required argument --coordinator-epoch\n$/,
    ],
  ]
  for (const [argv, message] of failures) {
    test(`${argv.slice(2).join(' ') || argv.join(' ')}: refused`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-transactions', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.match(stderr, message)
    })
  }

  test('--version and --help', async () => {
    assert.deepEqual(await capture('kafka-transactions', ['-v']), {
      exitCode: 0,
      stdout: '4.3.1 (Commit:unknown)\n',
      stderr: '',
    })
    const help = await capture('kafka-transactions.sh', [...server, 'abort', '--help'])
    assert.equal(help.exitCode, 1)
    assert.match(help.stdout, /^usage: kafka-transactions\.sh --bootstrap-server host:port abort \[-h\]/)
  })
})
