import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatApiVersions } from './broker-api-versions-command.ts'
import { knownApis } from './known-apis.ts'

test('every key of Kafka 4.3 is known once', () => {
  assert.deepEqual(
    Array.from(knownApis.keys()).sort((a, b) => a - b),
    Array.from({ length: 93 }, (_, key) => key),
  )
  assert.equal(Array.from(knownApis.values()).filter(({ isOfBrokers }) => isOfBrokers).length, 77)
})

test('what a broker speaks, and what of it is used', () => {
  const versions = new Map([
    [0, { min: 3, max: 99 }],
    [1, { min: 0, max: 3 }],
    [2, { min: 50, max: 60 }],
    [22, { min: 0, max: 6 }],
    [4, { min: 0, max: 7 }],
    [46, { min: 0, max: 0 }],
    [500, { min: 1, max: 2 }],
  ])
  const lines = formatApiVersions(versions).split('\n')
  assert.equal(lines[0], '(')
  assert.equal(lines.at(-1), ')')
  for (const line of [
    '\tProduce(0): 3 to 99 [usable: 13],',
    '\tFetch(1): 0 to 3 [unusable: node too old],',
    '\tListOffsets(2): 50 to 60 [unusable: node too new],',
    '\tLeaderAndIsr(4): 0 to 7 [unusable: node too new],',
    '\tInitProducerId(22): 0 to 6 [usable: 6],',
    '\tListPartitionReassignments(46): 0 [usable: 0],',
    '\tMetadata(3): UNSUPPORTED,',
    '\tUNKNOWN(500): 1 to 2',
  ]) {
    assert.ok(lines.includes(line), line)
  }
})

test('command lines', async () => {
  const empty = await capture('kafka-broker-api-versions', [])
  assert.match(empty.stderr, /^This tool helps to retrieve broker version information\.\nOption /)
  const refused = await capture('kafka-broker-api-versions', ['--bogus'])
  assert.deepEqual(refused, { exitCode: 1, stdout: '', stderr: 'bogus is not a recognized option\n' })
})
