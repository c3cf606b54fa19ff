// Compares every config of this package with the definitions of Apache Kafka 4.3.1: names, types, defaults, importance,
// update modes, synonyms, and what each makes of a set of values, message included. KAFKA_LIB is the folder that holds
// Kafka's jars; a JDK must be on the path.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { brokerConfigSynonyms, dynamicOnlyBrokerConfigs } from '../src/config/broker-configs.ts'
import { checkConfigValue, type ConfigDefs } from '../src/config/config-def.ts'
import { groupConfigSynonym } from '../src/config/group-config-synonyms.ts'
import { type TopicConfigName, topicConfigSynonyms } from '../src/config/topic-config-synonyms.ts'
import { brokerConfigs, clientMetricsConfigs, groupConfigs, topicConfigs } from '../src/index.ts'

const lib = process.env['KAFKA_LIB']
const found = lib !== undefined && existsSync(lib)
const must = process.env['CI'] === 'true'

const sets: Readonly<Record<string, ConfigDefs>> = {
  broker: brokerConfigs,
  topic: topicConfigs,
  group: groupConfigs,
  'client-metrics': clientMetricsConfigs,
}

/** Where Milena's default is another one, and why. */
const otherDefaults: Readonly<Record<string, string>> = {
  'process.roles': 'Kafka has no default; a single Milena node is always both',
  'node.id': 'Kafka has no default; one node needs no thought about its id',
  'controller.listener.names': 'Kafka has no default; a single node needs no listener for a controller',
  listeners: 'Kafka listens on every interface; Milena on this machine alone until told otherwise',
  'log.dir': 'Kafka keeps data in /tmp, where it is lost at a reboot',
  'offsets.topic.replication.factor': 'one node cannot hold three replicas',
  'transaction.state.log.replication.factor': 'one node cannot hold three replicas',
  'transaction.state.log.min.isr': 'one node cannot hold two replicas',
  'share.coordinator.state.topic.replication.factor': 'one node cannot hold three replicas',
  'share.coordinator.state.topic.min.isr': 'one node cannot hold two replicas',
  'group.initial.rebalance.delay.ms': 'on one node the wait only delays the first record',
}

/** Names that Kafka's broker definitions do not have. */
const ourOwn = new Set(['milena.durability', 'milena.log.corruption', ...dynamicOnlyBrokerConfigs])

/** Judged elsewhere: when a broker starts, with all properties at hand. Names of classes mean nothing without Java. */
const judgedTogether = new Set([
  'listeners',
  'advertised.listeners',
  'controller.quorum.voters',
  'controller.quorum.bootstrap.servers',
  'early.start.listeners',
  'controller.listener.names',
])

function kafkaFacts(): string[][] {
  const source = path.join(import.meta.dirname, 'KafkaConfigs.java')
  const output = execFileSync('java', ['-cp', `${lib}/*`, source], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const unescape = (field: string) =>
    field.replaceAll(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').map((field) => (field === '\\N' ? '\0null' : unescape(field))))
}

const orNull = (field: string | undefined) => (field === '\0null' ? null : field)

describe('configs of Apache Kafka 4.3.1', { skip: found || must ? false : 'KAFKA_LIB names no folder' }, () => {
  const facts = found ? kafkaFacts() : []
  const of = (kind: string) => facts.filter(([first]) => first === kind).map((fields) => fields.slice(1))

  test('the jars are there', () => {
    assert.ok(of('def').length > 380)
  })

  test('every name, type, default, importance and update mode', () => {
    const seen = new Set<string>()
    const differences: string[] = []
    for (const [set, name, type, fallback, importance, internal, mode] of of('def')) {
      seen.add(`${set}:${name}`)
      const def = sets[set!]![name!]
      if (def === undefined) {
        differences.push(`${set}: ${name} is missing`)
        continue
      }
      const ours = [def.type.toUpperCase(), def.importance.toUpperCase(), String(def.internal), def.updateMode]
      const theirs = [type, importance, internal, mode]
      if (ours.join() !== theirs.join()) differences.push(`${name}: ${ours.join()} here, ${theirs.join()} there`)
      const deliberate = set === 'broker' && name! in otherDefaults
      const sameDefault = def.defaultText === orNull(fallback)
      if (deliberate === sameDefault) differences.push(`${name}: default ${def.defaultText} here, ${fallback} there`)
    }
    for (const [set, defs] of Object.entries(sets)) {
      for (const name of Object.keys(defs)) {
        if (!seen.has(`${set}:${name}`) && !ourOwn.has(name)) differences.push(`${set}: ${name} is unknown to Kafka`)
      }
    }
    assert.deepEqual(differences, [])
  })

  test('every value is taken or refused alike, in the same words', () => {
    const differences: string[] = []
    for (const [set, name, probe, outcome, text] of of('probe')) {
      if (judgedTogether.has(name!) || sets[set!]![name!]!.type === 'class') continue
      const checked = checkConfigValue(name!, sets[set!]![name!]!, probe!)
      const ours = checked.ok ? ['ok', checked.text] : ['refused', checked.message]
      if (ours.join() !== [outcome, text].join()) {
        differences.push(`${set}: ${name}=${probe}: ${ours.join()} here, ${outcome},${text} there`)
      }
    }
    assert.deepEqual(differences, [])
  })

  test('every synonym', () => {
    for (const [name, synonyms] of of('topic-synonyms')) {
      const ours = (topicConfigSynonyms[name as TopicConfigName] ?? []).map(
        ({ name: broker, factor }) => `${broker}=${factor}`,
      )
      assert.equal(ours.join(' '), synonyms, name)
    }
    for (const [name, synonym] of of('group-synonym')) assert.equal(groupConfigSynonym(name!) ?? null, orNull(synonym))
    for (const [name, synonyms] of of('broker-synonyms')) {
      assert.equal(brokerConfigSynonyms(name!).join(' '), synonyms, name)
    }
  })
})
