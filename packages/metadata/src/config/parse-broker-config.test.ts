import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Properties } from './broker-config.ts'
import { brokerConfigs } from './broker-configs.ts'
import { allowedWords, type ConfigDefs } from './config-def.ts'
import { parseBrokerConfig } from './parse-broker-config.ts'

const messages = (properties: Properties) => parseBrokerConfig(properties).errors.map((error) => error.message)
const configOf = (properties: Properties) => {
  assert.deepEqual(messages(properties), [])
  return parseBrokerConfig(properties).config
}

describe('properties of a broker', () => {
  test('none at all make a node on this machine', () => {
    const config = configOf({})
    assert.equal(config.nodeId, 1)
    assert.deepEqual(config.listeners, [
      { name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 'PLAINTEXT' },
    ])
    assert.equal(config.advertisedListeners, null)
    assert.deepEqual(config.logDirs, ['./milena-data'])
    assert.equal(config.get('offsets.topic.replication.factor'), 1)
    assert.equal(config.get('group.initial.rebalance.delay.ms'), 0)
    assert.equal(config.durability, 'auto')
  })

  test("Kafka's own server.properties", () => {
    const config = configOf({
      'process.roles': 'broker,controller',
      'node.id': '7',
      'controller.quorum.bootstrap.servers': 'localhost:9093',
      listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      'inter.broker.listener.name': 'PLAINTEXT',
      'advertised.listeners': 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map':
        'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      'num.network.threads': '3',
      'log.dirs': '/tmp/one, /tmp/two',
      'log.retention.hours': '168',
    })
    assert.equal(config.nodeId, 7)
    assert.deepEqual(
      config.listeners.map(({ name, host, port }) => [name, host, port]),
      [['PLAINTEXT', '', 9092]],
    )
    assert.deepEqual(
      config.controllerListeners.map(({ name }) => name),
      ['CONTROLLER'],
    )
    assert.deepEqual(
      config.advertisedListeners?.map(({ host }) => host),
      ['localhost'],
    )
    assert.deepEqual(config.logDirs, ['/tmp/one', '/tmp/two'])
    assert.equal(config.metadataLogDir, '/tmp/one')
    assert.equal(config.interBrokerListenerName, 'PLAINTEXT')
  })

  test('a controller listener needs no entry in the map that nobody has set', () => {
    const config = configOf({
      listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
      'controller.listener.names': 'CONTROLLER',
    })
    assert.equal(config.controllerListeners[0]?.securityProtocol, 'PLAINTEXT')
  })

  test('IPv6 addresses stand in brackets, and share a port with IPv4', () => {
    const config = configOf({
      listeners: 'A://[::1]:9092,B://127.0.0.1:9092',
      'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT',
    })
    assert.deepEqual(
      config.listeners.map(({ host }) => host),
      ['::1', '127.0.0.1'],
    )
  })

  test('the finer unit of a duration wins', () => {
    assert.equal(configOf({ 'log.retention.hours': '2' }).logRetentionMs, 7_200_000)
    assert.equal(configOf({ 'log.retention.hours': '2', 'log.retention.minutes': '3' }).logRetentionMs, 180_000)
    assert.equal(configOf({ 'log.retention.minutes': '3', 'log.retention.ms': '4' }).logRetentionMs, 4)
    assert.equal(configOf({ 'log.retention.hours': '-1' }).logRetentionMs, -1)
    assert.equal(configOf({ 'log.roll.hours': '1', 'log.roll.ms': '9' }).logRollMs, 9)
    assert.equal(configOf({ 'log.roll.jitter.hours': '1' }).logRollJitterMs, 3_600_000)
    assert.equal(configOf({ 'log.flush.scheduler.interval.ms': '50' }).logFlushIntervalMs, 50)
  })

  test('dynamic values lie over static ones, the last over the first', () => {
    const config = configOf({ 'log.retention.ms': '10', 'log.segment.bytes': '2000000' })
    const dynamic = config.withDynamic(
      new Map([
        ['log.retention.ms', '20'],
        ['nonsense', 'x'],
      ]),
      new Map([['log.retention.ms', '30']]),
    )
    assert.equal(dynamic.logRetentionMs, 30)
    assert.equal(dynamic.get('log.segment.bytes'), 2_000_000)
    assert.equal(config.logRetentionMs, 10)
  })

  test('properties of listeners and plug-ins are handed on', () => {
    const properties = {
      'listener.name.plaintext.ssl.keystore.location': '/x',
      'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': 'x',
      'rsm.config.anything': 'x',
      'super.users': 'User:admin',
    }
    assert.deepEqual(configOf(properties).properties, properties)
  })
})

describe('what is wrong with properties, in a sentence', () => {
  const table: readonly (readonly [Properties, RegExp])[] = [
    [{ 'num.partition': '3' }, /^num\.partition: there is no such property.*"3".*Did you mean num\.partitions\?$/],
    [{ NUM_PARTITIONS: '3' }, /Did you mean num\.partitions\?$/],
    [{ 'log.retenton.hours': '3' }, /Did you mean log\.retention\.hours\?$/],
    [{ completely: 'x' }, /^completely: there is no such property \(its value was "x"\); .* are allowed\.$/],
    [{ 'ssl.keystore.passwort': 'geheim' }, /its value was "\[hidden\]"/],
    [{ 'leader.replication.throttled.rate': '1' }, /there is no such property/],
    [{ 'num.partitions': '0' }, /^num\.partitions: the value "0" is not allowed; it must be a number of at least 1\.$/],
    [{ 'num.partitions': 'x' }, /"x" is not allowed; it must be a number of at least 1\.$/],
    [{ 'log.preallocate': 'yes' }, /"yes" is not allowed; it must be true or false\.$/],
    [{ 'compression.type': 'ZSTD' }, /it must be one of uncompressed, zstd, lz4, snappy, gzip, producer\.$/],
    [{ 'compression.gzip.level': '0' }, /it must be a number between 1 and 9, or -1\.$/],
    [{ 'milena.durability': 'always' }, /it must be one of auto, os\.$/],
    [{ 'log.cleanup.policy': 'shred' }, /it must be a list of compact, delete, separated by commas\.$/],
    [{ 'process.roles': 'broker' }, /a single Milena node is both/],
    [
      { 'node.id': '1', 'broker.id': '2' },
      /^broker\.id: the value "2" is not allowed: it must be equal to node\.id, which is 1\.$/,
    ],
    [{ listeners: 'PLAINTEXT://localhost' }, /"PLAINTEXT:\/\/localhost" must be NAME:\/\/host:port/],
    [{ listeners: 'PLAINTEXT://localhost:65536' }, /with a port from 0 to 65535/],
    [{ listeners: 'INSIDE://localhost:1' }, /no security protocol is known for INSIDE/],
    [{ listeners: 'PLAINTEXT://a:1,PLAINTEXT://b:2' }, /a name of its own, but PLAINTEXT is there twice/],
    [{ listeners: 'PLAINTEXT://a:1,SSL://b:1' }, /a port of its own, but 1 is there twice/],
    [{ 'controller.listener.names': 'PLAINTEXT' }, /at least one listener must be for clients/],
    [{ 'listener.security.protocol.map': 'PLAINTEXT:TELNET' }, /must be NAME:PROTOCOL with one of PLAINTEXT, SSL/],
    [{ 'advertised.listeners': 'PLAINTEXT://0.0.0.0:9092' }, /clients cannot connect to "0\.0\.0\.0"/],
    [{ 'advertised.listeners': 'SSL://h:9092' }, /SSL must be one of listeners, which are PLAINTEXT/],
    [{ 'inter.broker.listener.name': 'X' }, /it must be one of listeners, which are PLAINTEXT/],
    [{ 'authorizer.class.name': 'org.x.Y' }, /there is no authorizer yet/],
    [{ 'create.topic.policy.class.name': 'org.x.Y' }, /Milena loads no Java classes/],
    [{ 'log.retention.ms': '0' }, /it must be -1, for ever, or at least 1/],
    [{ 'queued.max.request.bytes': '1000' }, /at least socket\.request\.max\.bytes, which is 104857600/],
    [{ 'max.connections.per.ip.overrides': 'foo' }, /"foo" must be host:count/],
    [{ 'max.connections.per.ip': '0' }, /only when max\.connections\.per\.ip\.overrides/],
    [
      { 'group.min.session.timeout.ms': '9999999' },
      /must not exceed group\.max\.session\.timeout\.ms, which is 1800000/,
    ],
    [
      { 'group.consumer.session.timeout.ms': '1' },
      /^group\.consumer\.min\.session\.timeout\.ms: .* must not exceed group\.consumer\.session\.timeout\.ms/,
    ],
    [{ 'offsets.topic.compression.codec': '5' }, /it must be 0 to 4/],
    [{ 'broker.heartbeat.interval.ms': '8000' }, /twice it must not exceed broker\.session\.timeout\.ms/],
  ]
  for (const [properties, expected] of table) {
    test(JSON.stringify(properties), () => {
      const found = messages(properties)
      assert.ok(
        found.some((message) => expected.test(message)),
        found.join('\n') || 'no error at all',
      )
    })
  }

  test('every mistake is told at once, and each names its key', () => {
    const { errors } = parseBrokerConfig({ 'num.partitions': '0', nonsense: 'x', listeners: '' })
    assert.deepEqual(new Set(errors.map(({ key }) => key)), new Set(['num.partitions', 'nonsense', 'listeners']))
    for (const { key, message } of errors) assert.ok(message.startsWith(`${key}: `), message)
  })

  test('every definition can say what it allows, and what it does', () => {
    for (const [name, def] of Object.entries(brokerConfigs as ConfigDefs)) {
      assert.match(def.documentation, /^[A-Z].*\.$/, name)
      assert.ok(allowedWords(def).length > 0, name)
    }
  })
})
