// Compares every schema of this package with the definitions inside the jars of Apache Kafka 4.3.1, both ways.
// KAFKA_LIB is the folder that holds the jars.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { type Field, type Fields, type Message, ZERO_UUID } from '../src/index.ts'
import { everyMessage } from '../src/testing/every-version.ts'
import { apacheFacts, type ApacheMessage, type FieldFacts, parseApacheMessage } from './apache-definition.ts'
import { readJar } from './jar.ts'

const lib = process.env['KAFKA_LIB']
const found = lib !== undefined && existsSync(lib)
const must = process.env['CI'] === 'true'

const JARS = [
  'kafka-clients',
  'kafka-group-coordinator',
  'kafka-transaction-coordinator',
  'kafka-share-coordinator',
  'kafka-metadata',
  'kafka-storage',
]

/** APIs among controllers, and between brokers and controllers, whose work Milena does in another way. */
const FOREIGN_KEYS = new Set([52, 53, 54, 56, 58, 59, 62, 63, 70, 73, 82])

function apacheMessages(): Map<string, ApacheMessage> {
  const messages = new Map<string, ApacheMessage>()
  for (const jar of JARS) {
    const file = readdirSync(lib!).find((name) => name.startsWith(`${jar}-4.`) && name.endsWith('.jar'))
    assert.ok(file !== undefined, `${lib} holds no ${jar}`)
    for (const text of readJar(
      path.join(lib!, file),
      (name) => /\bmessage\/|\bmetadata\//.test(name) && name.endsWith('.json'),
    ).values()) {
      const message = parseApacheMessage(text)
      if (isInScope(message)) messages.set(message.name, message)
    }
  }
  return messages
}

function isInScope({ type, apiKey, validVersions }: ApacheMessage): boolean {
  if (validVersions === 'none') return false
  return (type !== 'request' && type !== 'response') || !FOREIGN_KEYS.has(apiKey!)
}

function ourFacts(fields: Fields, prefix = ''): Map<string, FieldFacts> {
  const facts = new Map<string, FieldFacts>()
  for (const [name, field] of Object.entries(fields)) {
    facts.set(prefix + name, factsOf(field))
    for (const [inner, fact] of ourFacts(field.fields ?? {}, `${prefix}${name}.`)) facts.set(inner, fact)
  }
  return facts
}

function factsOf(field: Field): FieldFacts {
  const { options } = field
  return {
    type: field.kind === 'array' ? `[]${field.element}` : field.kind === 'int64Exact' ? 'int64' : field.kind,
    versions: field.versions,
    nullable: options.nullable ?? 'none',
    tag: options.tag,
    default: defaultOf(field),
    ignorable: options.ignorable ?? false,
    mapKey: options.mapKey ?? false,
    entityType: options.entityType,
    flexible: options.flexible,
  }
}

function defaultOf({ kind, options }: Field): string {
  const value = options.default
  if (value === ZERO_UUID) return 'empty'
  if (value !== undefined) return `${value as string | number | bigint | boolean | null}`
  if (kind === 'bool') return 'false'
  if (kind === 'string') return ''
  if (kind === 'records') return 'null'
  return ['uuid', 'bytes', 'array', 'struct'].includes(kind) ? 'empty' : '0'
}

function envelopeOf(message: Message): object {
  const { name, kind, apiKey, versions, flexible, listeners, latestVersionUnstable } = message
  return { name, kind, apiKey, versions, flexible, listeners: [...listeners], latestVersionUnstable }
}

function apacheEnvelope(message: ApacheMessage): object {
  return {
    name: message.name,
    kind: message.type,
    apiKey: message.apiKey ?? -1,
    versions: message.validVersions,
    flexible: message.flexibleVersions,
    listeners: message.listeners ?? [],
    latestVersionUnstable: message.latestVersionUnstable ?? false,
  }
}

test('the jars of Apache Kafka are there', { skip: !found && !must && 'KAFKA_LIB names no folder' }, () => {
  assert.ok(found, 'set KAFKA_LIB to the folder with the jars of Apache Kafka 4.3.1')
})

describe('schemas and the definitions of Apache Kafka', { skip: !found }, () => {
  const theirs = found ? apacheMessages() : new Map<string, ApacheMessage>()
  const ours = new Map(everyMessage.map((message) => [message.name, message]))

  test('neither side has a message that the other lacks', () => {
    assert.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort())
  })

  for (const [name, message] of ours) {
    test(name, () => {
      const apache = theirs.get(name)
      assert.ok(apache !== undefined)
      assert.deepEqual(envelopeOf(message), apacheEnvelope(apache))
      // As lists, since the order of fields is the order on the wire.
      assert.deepEqual([...ourFacts(message.fields)], [...apacheFacts(apache)])
    })
  }
})
