import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { parseArguments } from '../options/argument-parser.ts'
import { formatFeatures } from './feature-command.ts'
import { featureUpdates } from './feature-updates.ts'
import { metadataLevelOf } from './feature-versions.ts'
import { featuresParser } from './features-parser.ts'

test('metadata versions by their names', () => {
  const names = ['3.3-IV3', '3.5', '3.7', '3.8.1', '4.0', '4.3', '4.3.1', '4.4-IV0', '4.4', '3.2', 'x', '']
  assert.deepEqual(names.map(metadataLevelOf), [
    7,
    11,
    19,
    20,
    25,
    30,
    30,
    31,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('what is to be changed', () => {
  const updates = (...argv: readonly string[]) =>
    Array.from(
      featureUpdates(parseArguments(featuresParser, argv)),
      ([name, { level, type }]) => `${name} ${level} ${type}`,
    )
  assert.deepEqual(updates('upgrade', '--release-version', '4.0'), [
    'metadata.version 25 upgrade',
    'kraft.version 1 upgrade',
    'transaction.version 2 upgrade',
    'group.version 1 upgrade',
  ])
  assert.deepEqual(updates('downgrade', '--release-version', '3.7', '--unsafe').slice(0, 2), [
    'metadata.version 19 unsafeDowngrade',
    'kraft.version 0 unsafeDowngrade',
  ])
  assert.deepEqual(updates('downgrade', '--metadata', '4.0-IV0', '--feature', 'a=1', '--feature', ' b = 2 '), [
    'metadata.version 22 safeDowngrade',
    'a 1 safeDowngrade',
    'b 2 safeDowngrade',
  ])
  assert.deepEqual(updates('disable', '--feature', 'a'), ['a 0 safeDowngrade'])
  for (const [argv, message] of [
    [
      ['upgrade', '--release-version', '4.0', '--metadata', '4.0'],
      'Can not specify `release-version` with other feature flags.',
    ],
    [['upgrade', '--feature', 'a'], "Can't parse feature=level string a: equals sign not found."],
    [['upgrade', '--feature', 'a=x'], "Can't parse feature=level string a=x: unable to parse x as a short."],
    [['upgrade', '--feature', 'a=1', '--feature', 'a=2'], 'Feature a was specified more than once.'],
    [['disable', '--feature', 'a', '--feature', 'a'], 'Feature a was specified more than once.'],
  ] as const) {
    assert.throws(() => updates(...argv), { name: 'ToolExit', message })
  }
})

test('features as they are shown', () => {
  const supported = new Map([
    ['metadata.version', { min: 7, max: 30 }],
    ['group.version', { min: 0, max: 1 }],
  ])
  const lines = formatFeatures({ supported, finalized: new Map([['metadata.version', 99]]), finalizedEpoch: 5 })
  assert.deepEqual(lines, [
    `Feature: ${'group.version'.padEnd(40)}  SupportedMinVersion: 0                SupportedMaxVersion: 1                FinalizedVersionLevel: 0                Epoch: 5`,
    `Feature: ${'metadata.version'.padEnd(40)}  SupportedMinVersion: 3.3-IV3          SupportedMaxVersion: 4.3-IV0          FinalizedVersionLevel: UNKNOWN 99       Epoch: 5`,
  ])
  assert.match(formatFeatures({ supported, finalized: new Map() })[0]!, /Epoch: -$/)
})

test('what needs no cluster', async () => {
  const features = (...argv: readonly string[]) => capture('kafka-features', argv)
  assert.deepEqual(await features('version-mapping'), {
    exitCode: 0,
    stdout:
      'metadata.version=30 (4.3-IV0)\nkraft.version=1\ntransaction.version=2\ngroup.version=1\neligible.leader.replicas.version=1\nshare.version=1\nstreams.version=1\n',
    stderr: '',
  })
  const dependencies = await features(
    'feature-dependencies',
    '--feature',
    'eligible.leader.replicas.version=1',
    '--feature',
    'metadata.version=7',
  )
  assert.equal(
    dependencies.stdout,
    'eligible.leader.replicas.version=1 requires:\n    metadata.version=23 (4.0-IV1)\nmetadata.version=7 (3.3-IV3) has no dependencies.\n',
  )
  const unknown = await features('feature-dependencies', '--feature', 'group.version=1', '--feature', 'group.version=9')
  assert.deepEqual(unknown, {
    exitCode: 1,
    stdout: 'group.version=1 has no dependencies.\n',
    stderr: 'No feature:group.version with feature level 9\n',
  })
  assert.deepEqual(await features('describe'), {
    exitCode: 1,
    stdout: '',
    stderr:
      'Command line error: You must specify either --bootstrap-controller or --bootstrap-server.. Type --help for help.',
  })
  assert.equal((await features('--help')).exitCode, 0)
})
