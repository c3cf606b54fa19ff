import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AlterConfigsRequest,
  AlterConfigsResponse,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  Errors,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/protocol'
import { createLogger } from '@milena/runtime'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const TOPIC = 2
const BROKER = 4
const BROKER_LOGGER = 8
const CLIENT_METRICS = 16
const GROUP = 32
const SET = 0
const DELETE = 1

async function partitionsOf(client: WireClient, name: string): Promise<number> {
  const body = { topics: [{ name }], allowAutoTopicCreation: false }
  return (await client.send(MetadataRequest, MetadataResponse, 9, body)).topics[0]!.partitions.length
}

async function describeConfig(client: WireClient, resourceType: number, resourceName: string, key: string) {
  const resource = { resourceType, resourceName, configurationKeys: [key] }
  const body = { resources: [resource], includeSynonyms: true, includeDocumentation: true }
  const { results } = await client.send(DescribeConfigsRequest, DescribeConfigsResponse, 4, body)
  assert.equal(results[0]?.errorCode, Errors.NONE.code)
  return results[0].configs[0]!
}

async function setConfig(client: WireClient, resourceType: number, resourceName: string, name: string, value: string) {
  const configs = [{ name, configOperation: SET, value }]
  const body = { resources: [{ resourceType, resourceName, configs }], validateOnly: false }
  const { responses } = await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, body)
  return responses[0]!
}

describe('topics', () => {
  test('are created, can be written to at once, and are deleted, in every version', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    for (let version = 2; version <= 7; version++) {
      const name = `t${version}`
      const topic = { name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }
      const body = { topics: [topic], timeoutMs: 1000, validateOnly: false }
      const { topics } = await client.send(CreateTopicsRequest, CreateTopicsResponse, version, body)
      assert.equal(topics[0]?.errorCode, Errors.NONE.code)
      assert.equal(topics[0].numPartitions, version >= 5 ? 2 : -1)
      assert.equal((await produceTo(client, name, batchOf(['first']))).errorCode, Errors.NONE.code)
    }
    for (let version = 1; version <= 6; version++) {
      const name = `t${version + 1}`
      const body = version < 6 ? { topicNames: [name, 'none'] } : { topics: [{ name }, { name: 'none' }] }
      const whole = { ...body, timeoutMs: 1000 }
      const { responses } = await client.send(DeleteTopicsRequest, DeleteTopicsResponse, version, whole)
      assert.deepEqual(Object.fromEntries(responses.map((each) => [each.name, each.errorCode])), {
        [name]: Errors.NONE.code,
        none: Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
      })
      const { errorCode } = await produceTo(client, name, batchOf(['late']))
      assert.equal(errorCode, Errors.UNKNOWN_TOPIC_OR_PARTITION.code)
    }
  })

  test('are deleted by id, and made anew under the same name are empty', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    const topicId = await createTopic(client, 'events')
    await produceTo(client, 'events', batchOf(['old']))
    const body = { topics: [{ name: null, topicId }], timeoutMs: 1000 }
    const { responses } = await client.send(DeleteTopicsRequest, DeleteTopicsResponse, 6, body)
    assert.deepEqual(responses[0], { name: 'events', topicId, errorCode: Errors.NONE.code, errorMessage: null })
    assert.notEqual(await createTopic(client, 'events'), topicId)
    assert.equal((await fetchFrom(client, 'events', 0)).highWatermark, 0)
    assert.equal((await produceTo(client, 'events', batchOf(['new']))).baseOffset, 0)
  })

  test('that cannot be created say why, one by one', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'taken')
    const topic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    const asked = [
      { ...topic, name: 'taken' },
      { ...topic, name: '../../etc' },
      { ...topic, name: 'wide', replicationFactor: 2 },
      { ...topic, name: 'odd', configs: [{ name: 'no.such.config', value: '1' }] },
      { ...topic, name: 'good' },
    ]
    const { topics } = await client.send(CreateTopicsRequest, CreateTopicsResponse, 7, { topics: asked })
    assert.deepEqual(Object.fromEntries(topics.map(({ name, errorCode }) => [name, errorCode])), {
      taken: Errors.TOPIC_ALREADY_EXISTS.code,
      '../../etc': Errors.INVALID_TOPIC_EXCEPTION.code,
      wide: Errors.INVALID_REPLICATION_FACTOR.code,
      odd: Errors.INVALID_CONFIG.code,
      good: Errors.NONE.code,
    })
  })

  test('grow', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'events')
    for (let version = 0; version <= 3; version++) {
      const topics = [
        { name: 'events', count: version + 2, assignments: null },
        { name: 'none', count: 9, assignments: null },
      ]
      const body = { topics, timeoutMs: 1000, validateOnly: false }
      const { results } = await client.send(CreatePartitionsRequest, CreatePartitionsResponse, version, body)
      assert.deepEqual(Object.fromEntries(results.map(({ name, errorCode }) => [name, errorCode])), {
        events: Errors.NONE.code,
        none: Errors.UNKNOWN_TOPIC_OR_PARTITION.code,
      })
      assert.equal(await partitionsOf(client, 'events'), version + 2)
    }
  })
})

describe('configs', () => {
  test('of a topic take effect in its log at once, and again after a restart', async () => {
    const first = await TestBroker.start()
    const client = await first.connect()
    await createTopic(client, 'events')
    const large = batchOf(['x'.repeat(5_000)])
    assert.equal((await produceTo(client, 'events', large)).errorCode, Errors.NONE.code)
    assert.equal((await setConfig(client, TOPIC, 'events', 'max.message.bytes', '2000')).errorCode, Errors.NONE.code)
    assert.equal((await produceTo(client, 'events', large)).errorCode, Errors.MESSAGE_TOO_LARGE.code)
    await first.close()
    await using second = await TestBroker.start({ fs: first.fs })
    const again = await second.connect()
    assert.equal((await produceTo(again, 'events', large)).errorCode, Errors.MESSAGE_TOO_LARGE.code)
    const configs = [{ name: 'max.message.bytes', configOperation: DELETE, value: null }]
    const body = { resources: [{ resourceType: TOPIC, resourceName: 'events', configs }], validateOnly: false }
    await again.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 0, body)
    assert.equal((await produceTo(again, 'events', large)).errorCode, Errors.NONE.code)
  })

  test('of all brokers reach the logs of topics that do not say otherwise', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'plain')
    await createTopic(client, 'own', { configs: { 'max.message.bytes': '10000' } })
    assert.equal((await setConfig(client, BROKER, '', 'message.max.bytes', '2000')).errorCode, Errors.NONE.code)
    const large = (): Uint8Array => batchOf(['x'.repeat(5_000)])
    assert.equal((await produceTo(client, 'plain', large())).errorCode, Errors.MESSAGE_TOO_LARGE.code)
    assert.equal((await produceTo(client, 'own', large())).errorCode, Errors.NONE.code)
    const described = await describeConfig(client, TOPIC, 'plain', 'max.message.bytes')
    assert.deepEqual([described.value, described.configSource], ['2000', 3])
  })

  test('of a broker take effect where they are about connections, and are refused where they cannot change', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    assert.equal((await setConfig(client, BROKER, '', 'max.connections.per.ip', '1')).errorCode, Errors.NONE.code)
    const refused = await broker.connect()
    await assert.rejects(refused.send(MetadataRequest, MetadataResponse, 9, { topics: [] }))
    assert.equal((await setConfig(client, BROKER, '1', 'max.connections.per.ip', '2')).errorCode, Errors.NONE.code)
    const welcome = await broker.connect()
    assert.equal((await welcome.send(MetadataRequest, MetadataResponse, 9, { topics: [] })).brokers.length, 1)
    const answers = [
      await setConfig(client, BROKER, '1', 'num.partitions', '4'),
      await setConfig(client, BROKER, '1', 'num.io.threads', '100'),
      await setConfig(client, BROKER, '1', 'num.io.threads', '16'),
    ]
    assert.deepEqual(
      answers.map(({ errorCode }) => errorCode),
      [Errors.INVALID_REQUEST.code, Errors.INVALID_REQUEST.code, Errors.NONE.code],
    )
    assert.equal(answers[0]!.errorMessage, 'Cannot update these configs dynamically: [num.partitions]')
    assert.match(answers[1]!.errorMessage ?? '', /num\.io\.threads=100, value should not be greater than double/)
  })

  test('are replaced as a whole by AlterConfigs', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    await createTopic(client, 'events', { configs: { 'retention.ms': '1000', 'segment.ms': '2000' } })
    for (let version = 0; version <= 2; version++) {
      const configs = [{ name: 'retention.ms', value: `${version + 1}000` }]
      const body = { resources: [{ resourceType: TOPIC, resourceName: 'events', configs }], validateOnly: false }
      const { responses } = await client.send(AlterConfigsRequest, AlterConfigsResponse, version, body)
      assert.equal(responses[0]?.errorCode, Errors.NONE.code)
      assert.equal((await describeConfig(client, TOPIC, 'events', 'retention.ms')).value, `${version + 1}000`)
      assert.equal((await describeConfig(client, TOPIC, 'events', 'segment.ms')).configSource, 5)
    }
  })

  test('are described with source, synonyms and type', async () => {
    await using broker = await TestBroker.start({ properties: { 'log.retention.ms': '5000' } })
    const client = await broker.connect()
    await createTopic(client, 'events', { configs: { 'retention.ms': '1000' } })
    const { value, configSource, synonyms, configType, readOnly } = await describeConfig(
      client,
      TOPIC,
      'events',
      'retention.ms',
    )
    assert.deepEqual(
      { value, configSource, configType, readOnly },
      {
        value: '1000',
        configSource: 1,
        configType: 5,
        readOnly: false,
      },
    )
    assert.deepEqual(synonyms.slice(0, 2), [
      { name: 'retention.ms', value: '1000', source: 1 },
      { name: 'log.retention.ms', value: '5000', source: 4 },
    ])
    assert.equal((await describeConfig(client, BROKER, '1', 'log.retention.ms')).value, '5000')
    const oldest = { resources: [{ resourceType: BROKER, resourceName: '1', configurationKeys: null }] }
    const { results } = await client.send(DescribeConfigsRequest, DescribeConfigsResponse, 1, oldest)
    assert.ok(results[0]!.configs.length > 200)
  })

  test('of what is not there, as Apache Kafka 4.3.1 answers', async () => {
    await using broker = await TestBroker.start()
    const client = await broker.connect()
    const ask = async (resourceType: number, resourceName: string): Promise<readonly [number, string | null]> => {
      const body = { resources: [{ resourceType, resourceName, configurationKeys: null }] }
      const { results } = await client.send(DescribeConfigsRequest, DescribeConfigsResponse, 4, body)
      return [results[0]!.errorCode, results[0]!.errorMessage]
    }
    const invalid = Errors.INVALID_REQUEST.code
    assert.deepEqual(await ask(TOPIC, 'none'), [Errors.UNKNOWN_TOPIC_OR_PARTITION.code, ''])
    assert.deepEqual(await ask(TOPIC, ''), [
      Errors.INVALID_TOPIC_EXCEPTION.code,
      'Topic name is invalid: the empty string is not allowed',
    ])
    const unexpected = 'Unexpected broker id, expected 1 or empty string, but received 2'
    assert.deepEqual(await ask(BROKER, '2'), [invalid, unexpected])
    assert.deepEqual(await ask(BROKER, 'x'), [invalid, 'Broker id must be an integer, but it is: x'])
    assert.deepEqual(await ask(BROKER_LOGGER, ''), [invalid, 'Broker id must not be empty'])
    assert.deepEqual(await ask(BROKER_LOGGER, '3'), [invalid, 'Unexpected broker id, expected 1 but received 3'])
    assert.deepEqual(await ask(CLIENT_METRICS, ''), [invalid, 'Client metrics subscription name must not be empty'])
    assert.deepEqual(await ask(GROUP, ''), [invalid, 'Group name must not be empty'])
    assert.deepEqual(await ask(99, 'x'), [invalid, Errors.INVALID_REQUEST.message])
    assert.deepEqual(await ask(BROKER, ''), [Errors.NONE.code, ''])
    assert.deepEqual(await ask(GROUP, 'none'), [Errors.NONE.code, ''])
  })

  test('of loggers: levels are read, and changed at once', async () => {
    const lines: string[] = []
    const logger = createLogger({ sink: ({ component, level }) => lines.push(`${component} ${level}`) })
    await using broker = await TestBroker.start({ logger })
    const client = await broker.connect()
    const replicas = 'kafka.server.ReplicaManager'
    const levelOf = async (name: string) => (await describeConfig(client, BROKER_LOGGER, '1', name)).value
    const answer = async (name: string, value: string, resource = '1') => {
      const { errorCode, errorMessage } = await setConfig(client, BROKER_LOGGER, resource, name, value)
      return [errorCode, errorMessage]
    }
    const [config, request] = [Errors.INVALID_CONFIG.code, Errors.INVALID_REQUEST.code]
    assert.deepEqual([await levelOf('root'), await levelOf(replicas)], ['INFO', 'INFO'])
    assert.deepEqual(await answer(replicas, 'DEBUG'), [0, null])
    assert.deepEqual([await levelOf('root'), await levelOf(replicas)], ['INFO', 'DEBUG'])
    logger.child('ReplicaManager').debug('seen')
    logger.child('LogManager').debug('not seen')
    assert.deepEqual(
      lines.filter((line) => line.endsWith('debug')),
      ['ReplicaManager debug'],
    )
    assert.deepEqual(await answer('root', 'FATAL'), [0, null])
    assert.deepEqual([await levelOf('root'), await levelOf(replicas)], ['FATAL', 'DEBUG'])
    assert.deepEqual(await answer('kafka', 'INFO'), [config, 'Logger kafka does not exist!'])
    const supported = 'Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN'
    const loud = `Cannot set the log level of root to LOUD as it is not a supported log level. ${supported}`
    assert.deepEqual(await answer('root', 'LOUD'), [config, loud])
    assert.deepEqual(await answer('root', 'INFO', 'x'), [request, 'Node id must be an integer, but it is: x'])
    assert.deepEqual(await answer('root', 'INFO', '2'), [request, 'Unexpected node id. Expected 1, but received 2'])
    const configs = [{ name: replicas, configOperation: DELETE, value: null }]
    const body = { resources: [{ resourceType: BROKER_LOGGER, resourceName: '1', configs }], validateOnly: false }
    await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, body)
    assert.equal(await levelOf(replicas), 'FATAL')
    const together = { ...body, resources: [...body.resources, ...body.resources] }
    const twice = await client.send(IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, 1, together)
    assert.deepEqual(
      twice.responses.map(({ errorMessage }) => errorMessage),
      ['Each resource must appear at most once.', 'Each resource must appear at most once.'],
    )
  })
})

test('what has configs is listed', async () => {
  await using broker = await TestBroker.start()
  const client = await broker.connect()
  await createTopic(client, 'events')
  await setConfig(client, GROUP, 'g', 'consumer.session.timeout.ms', '50000')
  await setConfig(client, CLIENT_METRICS, 'cm', 'interval.ms', '1000')
  const list = async (version: number, resourceTypes: readonly number[]) => {
    const body = version === 0 ? {} : { resourceTypes }
    return client.send(ListConfigResourcesRequest, ListConfigResourcesResponse, version, body)
  }
  assert.deepEqual((await list(0, [])).configResources, [{ resourceName: 'cm', resourceType: CLIENT_METRICS }])
  assert.deepEqual((await list(1, [])).configResources, [
    { resourceName: 'g', resourceType: GROUP },
    { resourceName: 'cm', resourceType: CLIENT_METRICS },
    { resourceName: '1', resourceType: BROKER_LOGGER },
    { resourceName: '1', resourceType: BROKER },
    { resourceName: 'events', resourceType: TOPIC },
  ])
  assert.deepEqual((await list(1, [TOPIC])).configResources, [{ resourceName: 'events', resourceType: TOPIC }])
  assert.equal((await list(1, [99])).errorCode, Errors.UNSUPPORTED_VERSION.code)
})
