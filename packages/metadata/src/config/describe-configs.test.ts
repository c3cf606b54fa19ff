import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brokerConfig } from '../testing/controller-fixture.ts'
import { brokerConfigs } from './broker-configs.ts'
import type { ConfigDefs } from './config-def.ts'
import {
  type BrokerConfigLayers,
  describeBrokerConfigs,
  describeBrokerDefaultConfigs,
  describeClientMetricsConfigs,
  type DescribedConfig,
  describeGroupConfigs,
  describeTopicConfigs,
} from './describe-configs.ts'

const all = { keys: null, includeSynonyms: true, includeDocumentation: true }

function layers(parts: {
  readonly properties?: Record<string, string>
  readonly dynamic?: Record<string, string>
  readonly dynamicDefault?: Record<string, string>
}): BrokerConfigLayers {
  return {
    broker: brokerConfig(parts.properties),
    dynamic: new Map(Object.entries(parts.dynamic ?? {})),
    dynamicDefault: new Map(Object.entries(parts.dynamicDefault ?? {})),
  }
}

function find(configs: readonly DescribedConfig[], name: string): DescribedConfig {
  const found = configs.find((config) => config.name === name)
  assert.ok(found !== undefined, name)
  return found
}

/** Value, source and synonyms as one line, such as `5 @1 [retention.ms=5@1]`. */
function brief({ value, configSource, synonyms }: DescribedConfig): string {
  const listed = synonyms.map((synonym) => `${synonym.name}=${synonym.value}@${synonym.source}`)
  return `${value} @${configSource} [${listed.join(' ')}]`
}

// What is expected here is what Apache Kafka 4.3.1 answered to the same configuration.
describe('configs of a topic, described', () => {
  const dynamic = { 'log.retention.ms': '1000' }
  const topic = (overrides: Record<string, string>, name: string, parts = {}) =>
    brief(find(describeTopicConfigs(new Map(Object.entries(overrides)), layers(parts), all), name))

  test('one that is set, above everything that it overrules', () => {
    assert.equal(
      topic({ 'retention.ms': '5' }, 'retention.ms', { dynamic, dynamicDefault: dynamic }),
      '5 @1 [retention.ms=5@1 log.retention.ms=1000@2 log.retention.ms=1000@3 log.retention.hours=168@5]',
    )
  })

  test("inherited ones name the broker's config", () => {
    assert.equal(topic({}, 'max.message.bytes'), '1048588 @5 [message.max.bytes=1048588@5]')
    assert.equal(
      topic({}, 'min.insync.replicas', { dynamicDefault: { 'min.insync.replicas': '1' } }),
      '1 @3 [min.insync.replicas=1@3 min.insync.replicas=1@5]',
    )
    assert.equal(
      topic({}, 'cleanup.policy', { dynamicDefault: { 'log.cleanup.policy': 'delete,compact' } }),
      'delete,compact @3 [log.cleanup.policy=delete,compact@3 log.cleanup.policy=delete@5]',
    )
  })

  test('a default in another unit has no synonym of its own', () => {
    assert.equal(topic({}, 'segment.ms'), '604800000 @5 []')
    assert.equal(topic({}, 'retention.ms'), '604800000 @5 []')
    assert.equal(topic({}, 'retention.ms', { properties: { 'log.retention.minutes': '2' } }), '120000 @5 []')
    assert.equal(topic({}, 'flush.ms'), '9223372036854775807 @5 []')
  })

  test('values are told as they are understood, and exactly', () => {
    assert.equal(topic({ 'retention.ms': ' 5 ' }, 'retention.ms'), '5 @1 [retention.ms=5@1]')
    assert.equal(topic({ 'retention.ms': '9223372036854775806' }, 'retention.ms').split(' ')[0], '9223372036854775806')
    assert.equal(topic({ 'min.cleanable.dirty.ratio': '1' }, 'min.cleanable.dirty.ratio').split(' ')[0], '1.0')
  })

  test('only what is asked for, once', () => {
    const options = { ...all, keys: ['retention.ms', 'nope', 'retention.ms'], includeSynonyms: false }
    const [config, ...more] = describeTopicConfigs(new Map(), layers({}), options)
    assert.deepEqual([config?.name, config?.synonyms, more], ['retention.ms', [], []])
    assert.equal(describeTopicConfigs(new Map(), layers({}), { ...all, keys: [] }).length, 33)
    assert.equal(describeTopicConfigs(new Map(), layers({}), all).length, 33)
  })

  test('types and documentation', () => {
    const configs = describeTopicConfigs(new Map(), layers({}), all)
    const types = [
      'preallocate',
      'compression.type',
      'segment.bytes',
      'retention.ms',
      'min.cleanable.dirty.ratio',
      'cleanup.policy',
    ]
    assert.deepEqual(
      types.map((name) => find(configs, name).configType),
      [1, 2, 3, 5, 6, 7],
    )
    assert.match(find(configs, 'segment.ms').documentation ?? '', /\.$/)
    const [bare] = describeTopicConfigs(new Map(), layers({}), { ...all, includeDocumentation: false })
    assert.equal(bare?.documentation, null)
  })
})

describe('configs of a broker, described', () => {
  const broker = (name: string, parts = {}) => find(describeBrokerConfigs(layers(parts), all), name)

  test('all of them, but for internal ones and dynamic ones that are not set', () => {
    const names = Object.entries(brokerConfigs as ConfigDefs).filter(([, def]) => !def.internal)
    assert.equal(describeBrokerConfigs(layers({}), all).length, names.length - 3)
    assert.equal(
      broker('leader.replication.throttled.rate', { dynamic: { 'leader.replication.throttled.rate': '5' } }).value,
      '5',
    )
  })

  test('a chain of synonyms begins at the name itself', () => {
    const dynamic = { 'log.retention.ms': '1000' }
    assert.equal(
      brief(broker('log.retention.ms', { dynamic, dynamicDefault: dynamic })),
      '1000 @2 [log.retention.ms=1000@2 log.retention.ms=1000@3 log.retention.hours=168@5]',
    )
    assert.equal(brief(broker('log.retention.hours', { dynamic })), '168 @5 [log.retention.hours=168@5]')
    assert.equal(brief(broker('log.retention.minutes')), 'null @5 []')
  })

  test('static ones, and the two names of the id', () => {
    assert.equal(
      brief(broker('num.partitions', { properties: { 'num.partitions': '3' } })),
      '3 @4 [num.partitions=3@4 num.partitions=1@5]',
    )
    assert.equal(brief(broker('broker.id', { properties: { 'node.id': '1' } })), '1 @4 [broker.id=1@4 broker.id=-1@5]')
  })

  test('what can change while the broker runs', () => {
    assert.equal(broker('num.partitions').readOnly, true)
    assert.equal(broker('log.retention.ms').readOnly, false)
    assert.equal(broker('listeners').readOnly, false)
  })

  test('secrets, and what nobody knows, are never shown', () => {
    const dynamic = { nope: 'secret', 'listener.name.x.ssl.keystore.password': 'secret' }
    const configs = describeBrokerConfigs(layers({ dynamic, properties: { 'ssl.key.password': 'secret' } }), all)
    assert.ok(!JSON.stringify(configs).includes('"secret"'))
    assert.deepEqual([find(configs, 'nope').isSensitive, find(configs, 'nope').configType], [true, 0])
    assert.equal(brief(find(configs, 'nope')), 'null @2 [nope=null@2]')
  })

  test('defaults for all brokers: only what is set', () => {
    const configs = describeBrokerDefaultConfigs(
      new Map([
        ['log.retention.ms', '1000'],
        ['nope', 'x'],
      ]),
      all,
    )
    assert.deepEqual(
      configs.map((config) => `${config.name} ${brief(config)}`),
      ['log.retention.ms 1000 @3 [log.retention.ms=1000@3]', 'nope null @3 [nope=null@3]'],
    )
  })
})

describe('what Kafka keeps for its tests, described where it is set', () => {
  const names = (configs: readonly DescribedConfig[]) => configs.map(({ name }) => name)

  test('on a topic', () => {
    const internal = 'internal.segment.bytes'
    assert.ok(!names(describeTopicConfigs(new Map(), layers({}), all)).includes(internal))
    const set = describeTopicConfigs(new Map([[internal, '1000']]), layers({}), all)
    assert.equal(brief(find(set, internal)).split(' [')[0], '1000 @1')
  })

  test("in a broker's properties and among its dynamic configs", () => {
    const internal = 'unstable.api.versions.enable'
    assert.ok(!names(describeBrokerConfigs(layers({}), all)).includes(internal))
    const inFile = describeBrokerConfigs(layers({ properties: { [internal]: 'true' } }), all)
    assert.equal(find(inFile, internal).value, 'true')
    assert.equal(find(inFile, internal).configSource, 4)
    const dynamic = describeBrokerConfigs(layers({ dynamicDefault: { [internal]: 'true' } }), all)
    assert.equal(find(dynamic, internal).configSource, 3)
  })
})

describe('configs of groups and of client metrics, described', () => {
  test("a group's session timeout falls back to the broker's", () => {
    const name = 'consumer.session.timeout.ms'
    const group = (overrides: Record<string, string>) =>
      brief(find(describeGroupConfigs(new Map(Object.entries(overrides)), layers({}), all), name))
    assert.equal(group({}), '45000 @5 [group.consumer.session.timeout.ms=45000@5]')
    assert.equal(
      group({ [name]: '50000' }),
      '50000 @8 [consumer.session.timeout.ms=50000@8 group.consumer.session.timeout.ms=45000@5]',
    )
  })

  test('what no broker config stands behind has its own default', () => {
    const name = 'share.isolation.level'
    const found = brief(find(describeGroupConfigs(new Map(), layers({}), all), name))
    assert.equal(found, 'read_uncommitted @5 [share.isolation.level=read_uncommitted@5]')
  })

  test('a subscription', () => {
    const configs = describeClientMetricsConfigs(new Map([['interval.ms', '1000']]), all)
    assert.deepEqual(
      configs.map((config) => `${config.name} ${brief(config)}`),
      ['interval.ms 1000 @7 [interval.ms=1000@7]', 'match  @5 []', 'metrics  @5 []'],
    )
  })
})
