import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { capture } from '../testing/captured-io.ts'
import { formatEndpoints } from './cluster-tool.ts'

test('the endpoints of brokers and of controllers', () => {
  const node = (nodeId: number, rack: string | null, isFenced: boolean) => ({
    nodeId,
    host: 'a.example',
    port: 9092,
    rack,
    isFenced,
  })
  assert.deepEqual(formatEndpoints([node(17, 'r1', true), node(2, null, false)], false), [
    'ID         HOST      PORT       RACK STATE      ENDPOINT_TYPE  ',
    '17         a.example 9092       r1 fenced     broker         ',
    '2          a.example 9092       null unfenced   broker         ',
  ])
  assert.deepEqual(formatEndpoints([node(1, null, false)], true), [
    'ID         HOST      PORT       RACK       ENDPOINT_TYPE  ',
    '1          a.example 9092       null       controller     ',
  ])
})

const server = ['-b', '127.0.0.1:1']
const failures: readonly (readonly [readonly string[], RegExp])[] = [
  [
    [],
    /^usage: kafka-cluster \[-h\] \{cluster-id,unregister,list-endpoints\} \.\.\.\nkafka-cluster: error: too few arguments\n$/,
  ],
  [['cluster-id'], /error: one of the arguments --bootstrap-server\/-b --bootstrap-controller\/-C is required\n$/],
  [['unregister', ...server], /error: argument --id\/-i is required\n$/],
  [
    ['unregister', ...server, '-C', 'x:1', '-i', '1'],
    /--bootstrap-controller\/-C: not allowed with argument --bootstrap-server\/-b\n$/,
  ],
  [
    ['list-endpoints', '-C', 'x:1', '--include-fenced-brokers'],
    /^The option --include-fenced-brokers is only supported with --bootstrap-server option\n$/,
  ],
  [
    ['cluster-id', ...server, '--config', 'a', '-c', 'b'],
    /^--config and --command-config cannot be specified together\.\n$/,
  ],
]
for (const [argv, message] of failures) {
  test(`${argv.join(' ')}: refused`, async () => {
    const { exitCode, stderr } = await capture('kafka-cluster', argv)
    assert.equal(exitCode, 1)
    assert.match(stderr, message)
  })
}

test('the old name of an option still works, with a warning', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-cluster-'))
  try {
    const file = path.join(folder, 'client.properties')
    writeFileSync(file, 'security.protocol=SSL\n')
    const { stdout, stderr } = await capture('kafka-cluster', ['cluster-id', ...server, '--config', file])
    assert.match(stdout, /^Option --config has been deprecated/)
    assert.match(stderr, /^security\.protocol=SSL is not supported/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
