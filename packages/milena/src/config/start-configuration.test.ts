import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { environmentProperties, propertyNameOf } from './environment.ts'
import { ConfigurationError } from './property.ts'
import { loadStartConfiguration } from './start-configuration.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-config-'))
after(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const name = path.join(folder, 'server.properties')
  writeFileSync(name, text)
  return name
}

function load(argv: readonly string[], environment: Record<string, string> = {}): Record<string, string> {
  const { properties } = loadStartConfiguration({ argv, environment })
  return Object.fromEntries([...properties].map(([key, { value }]) => [key, value]))
}

function complaints(argv: readonly string[]): readonly string[] {
  try {
    load(argv)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.complaints
    throw error
  }
  return assert.fail('it was accepted')
}

describe('precedence', () => {
  test('flags over environment over file', () => {
    const config = file('a.a=file\nb.b=file\nc.c=file\n')
    assert.deepEqual(load(['--config', config, '--c.c=flag'], { KAFKA_B_B: 'env', KAFKA_C_C: 'env' }), {
      'a.a': 'file',
      'b.b': 'env',
      'c.c': 'flag',
    })
  })

  test('each value knows where it comes from', () => {
    const config = file('a.a=1')
    const { properties } = loadStartConfiguration({
      argv: ['--config', config, '--data', 'd'],
      environment: { KAFKA_B_B: '1' },
    })
    assert.equal(properties.get('a.a')?.origin, config)
    assert.equal(properties.get('b.b')?.origin, 'KAFKA_B_B')
    assert.equal(properties.get('log.dirs')?.origin, '--data')
  })
})

describe('flags', () => {
  test('any property with = or a space, negative numbers too', () => {
    assert.deepEqual(load(['--log.dirs', 'x', '--log.retention.ms', '-1', '--a=b=c', '--override', 'd=e=f', '--g=']), {
      'log.dirs': 'x',
      'log.retention.ms': '-1',
      a: 'b=c',
      d: 'e=f',
      g: '',
    })
  })

  test('the short ones', () => {
    assert.deepEqual(load(['--port', '19092', '--data=d', '--durability', 'os', '--node-id', '7']), {
      listeners: 'PLAINTEXT://localhost:19092',
      'log.dirs': 'd',
      'milena.durability': 'os',
      'node.id': '7',
    })
    assert.equal(loadStartConfiguration({ argv: ['--memory'], environment: {} }).memory, true)
    assert.equal(loadStartConfiguration({ argv: ['-h'], environment: {} }).help, true)
  })

  test('a file may stand without --config, as for kafka-server-start', () => {
    assert.equal(load([file('a=1')])['a'], '1')
  })

  test('what cannot be understood is told, all of it at once', () => {
    assert.deepEqual(complaints(['--port', '70000', '--data', '--x=1', '--memory=maybe', '-x', '--override', 'y']), [
      "--port must be a number from 0 (any free port) to 65535; it is '70000'.",
      '--data needs a value: --data=VALUE.',
      "--memory is a switch: it takes no value, or true or false; it was given 'maybe'.",
      "'-x' is not an option; see milena --help.",
      "--override must be followed by name=value; it is 'y'.",
    ])
    assert.deepEqual(complaints(['a.properties', 'b.properties']), [
      "One configuration file is read; both 'a.properties' and 'b.properties' are named.",
    ])
    const missing = path.join(folder, 'missing.properties')
    assert.deepEqual(complaints(['--config', missing]), [
      `The configuration file ${missing} cannot be read: there is no such file.`,
    ])
    const broken = file('a=\\u1')
    assert.deepEqual(complaints([broken]), [`${broken}, line 1: \\u must be followed by four hexadecimal digits.`])
  })
})

describe('--host and --port', () => {
  const config = (): string =>
    file(
      'process.roles=broker,controller\ncontroller.listener.names=CONTROLLER\nlisteners=CONTROLLER://:9093,EXTERNAL://localhost:9092\n' +
        'advertised.listeners=EXTERNAL://localhost:9092\n',
    )

  test("change the clients' listener and leave the controller's", () => {
    const properties = load([config(), '--port', '0'])
    assert.equal(properties['listeners'], 'CONTROLLER://:9093,EXTERNAL://localhost:0')
    assert.equal(properties['advertised.listeners'], undefined)
    assert.equal(load([config(), '--host=::'])['listeners'], 'CONTROLLER://:9093,EXTERNAL://[::]:9092')
  })

  test('what is advertised by flag stays', () => {
    const properties = load([config(), '--port', '1', '--advertised.listeners=EXTERNAL://kafka:1'])
    assert.equal(properties['advertised.listeners'], 'EXTERNAL://kafka:1')
  })
})

describe('environment', () => {
  test("names as in Apache's image", () => {
    assert.equal(propertyNameOf('KAFKA_LOG_DIRS'), 'log.dirs')
    assert.equal(propertyNameOf('KAFKA_A__B___C_D'), 'a_b-c.d')
  })

  test("what Kafka's scripts, clients beside us or Kubernetes mean is not ours", () => {
    const foreign = [
      'KAFKA_HEAP_OPTS',
      'KAFKA_JMX_PORT',
      'KAFKA_BOOTSTRAP_SERVERS',
      'KAFKA_PORT',
      'KAFKA_PORT_9092_TCP_ADDR',
      'KAFKA_SERVICE_HOST',
      'KAFKA_SERVICE_PORT_CLIENT',
      'KAFKA_',
      'PATH',
    ]
    assert.equal(environmentProperties(Object.fromEntries(foreign.map((name) => [name, 'x']))).size, 0)
    assert.deepEqual([...environmentProperties({ KAFKA_NUM_PARTITIONS: '3' }).keys()], ['num.partitions'])
  })
})
