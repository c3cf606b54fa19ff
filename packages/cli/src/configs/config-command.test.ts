import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseOptions } from '../options/option-parser.ts'
import { capture } from '../testing/captured-io.ts'
import { parseConfigPairs } from './config-changes.ts'
import { checkConfigOptions, configSpecs } from './config-options.ts'
import { formatQuotas } from './quota-configs.ts'
import { formatEntry } from './resource-configs.ts'
import { parseScram } from './scram-configs.ts'

test('pairs of what is to be set', () => {
  assert.deepEqual(Object.fromEntries(parseConfigPairs('a=1,b=[x,y], c = 3 ,d=,e=[k=v,password=p]')), {
    a: '1',
    b: 'x,y',
    c: '3',
    d: '',
    e: 'k=v,password=p',
  })
  for (const text of ['a', 'a=1=2', ''])
    assert.throws(() => parseConfigPairs(text), { name: 'ToolExit', message: /^requirement failed: / })
})

test('whom it is about: names and defaults in their order', () => {
  const entities = (...argv: readonly string[]) =>
    checkConfigOptions(parseOptions(configSpecs, ['--bootstrap-server', 's:1', '--describe', ...argv]))
  assert.deepEqual(
    entities('--entity-type', 'users', '--entity-default', '--entity-type', 'clients', '--entity-name', 'c'),
    { types: ['users', 'clients'], names: ['', 'c'] },
  )
  assert.deepEqual(entities('--client', 'c', '--user-defaults'), { types: ['clients', 'users'], names: ['c', ''] })
  assert.deepEqual(entities('--entity-type', 'topics'), { types: ['topics'], names: [] })
})

test('configs as they are shown', () => {
  const entry = {
    name: 'retention.ms',
    value: '5',
    source: 'topic',
    isSensitive: false,
    isReadOnly: false,
    documentation: null,
    synonyms: [
      { name: 'retention.ms', value: '5', source: 'topic' },
      { name: 'log.retention.ms', value: null, source: 'default' },
    ],
  } as const
  assert.equal(
    formatEntry(entry),
    '  retention.ms=5 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5, DEFAULT_CONFIG:log.retention.ms=null}',
  )
  assert.equal(
    formatQuotas({
      entity: new Map([
        ['client-id', 'c'],
        ['user', null],
      ]),
      values: new Map([['producer_byte_rate', 1024]]),
    }),
    "Quota configs for the default user-principal, client-id 'c' are producer_byte_rate=1024.0",
  )
})

test('credentials', () => {
  assert.deepEqual(parseScram('SCRAM-SHA-256', 'password=a=b'), { iterations: 4096, password: 'a=b' })
  assert.deepEqual(parseScram('SCRAM-SHA-512', 'iterations=8192,password=x'), { iterations: 8192, password: 'x' })
  assert.deepEqual(parseScram('SCRAM-SHA-512', 'iterations=-1,password=x'), { iterations: 4096, password: 'x' })
  assert.throws(() => parseScram('SCRAM-SHA-256', 'iterations=5,password=x'), { message: /^Iterations 5 is less than/ })
  assert.throws(() => parseScram('SCRAM-SHA-256', 'x'), { message: 'Invalid credential property SCRAM_SHA_256=x' })
})

describe('kafka-configs', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const show = [...server, '--describe']
  const change = [...server, '--alter', '--add-config', 'a=1']
  const failures: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^This tool helps to manipulate and describe entity config .*\nOption /],
    [[...server, '--topic', 't'], /^Command must include exactly one action: --describe, --alter\nOption /],
    [[...show, '--add-config', 'a=1'], /^Option "\[describe\]" can't be used with option "\[add-config\]"\nOption /],
    [['--describe', '--topic', 't'], /^Either --bootstrap-server or --bootstrap-controller must be specified\.\n$/],
    [show, /^At least one entity type must be specified\n$/],
    [
      [...show, '--entity-type', 'x'],
      /^Invalid entity type x, the entity type must be one of topics, clients, users, brokers, ips, client-metrics, groups, broker-loggers with/,
    ],
    [[...show, '--topic', 't', '--user', 'u'], /^Only 'users' and 'clients' entity types may be specified together\n$/],
    [
      [...show, '--entity-type', 'topics', '--entity-type', 'topics'],
      /^Duplicate entity type\(s\) specified: topics\n$/,
    ],
    [[...show, '--entity-type', 'clients', '--user', 'u'], /^--entity-\{type,name,default\} should not be used/],
    [[...show, '--broker', 'x'], /^The entity name for brokers must be a valid integer broker id, but it is: x\n$/],
    [
      [...show, '--entity-type', 'topics', '--entity-default'],
      /^--entity-default must not be specified with --describe of topics\n$/,
    ],
    [
      [...show, '--entity-type', 'broker-loggers'],
      /^An entity name must be specified with --describe of broker-loggers\n$/,
    ],
    [
      [...server, '--alter', '--topic', 't'],
      /^At least one of --add-config, --add-config-file, or --delete-config must be/,
    ],
    [[...change, '--entity-type', 'topics'], /^An entity name must be specified with --alter of topics\n$/],
    [
      [...change, '--entity-type', 'users'],
      /^An entity-name or default entity must be specified with --alter of users/,
    ],
    [
      [...change, '--user', 'u'],
      /^Only quota and SCRAM credential configs can be added for 'users' .* names: Set\(a\)\n$/,
    ],
    [[...change, '--client', 'c'], /^Only quota configs can be added for 'clients' .* names: Set\(a\)\n$/],
    [[...change, '--ip', '127.0.0.1'], /^Only connection quota configs can be added for 'ips' .* names: a\n$/],
    [
      [...server, '--alter', '--topic', 't', '--add-config', 'a b=1'],
      /^Invalid character found for config key: a b\n$/,
    ],
    [
      [...server, '--alter', '--user-defaults', '--add-config', 'SCRAM-SHA-256=[password=x]'],
      /^The use of --entity-default or --user-defaults is not allowed with User SCRAM/,
    ],
    [
      [...server, '--alter', '--user', 'u', '--add-config', 'SCRAM-SHA-256=[password=x],request_percentage=1'],
      /^Cannot alter both quota and SCRAM credential configs simultaneously/,
    ],
  ]
  for (const [argv, message] of failures) {
    test(`${argv.slice(2).join(' ') || argv.join(' ')}: refused`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-configs', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.match(stderr, message)
    })
  }
})
