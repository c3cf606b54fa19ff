import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { QuorumInfo } from '@milena/client'
import { capture } from '../testing/captured-io.ts'
import { controllerEndpoints } from './change-quorum.ts'
import { formatReplication, formatStatus } from './describe-quorum.ts'

const directoryId = 'AAAAAAAAAAAAAAAAAAAAMA'
const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const quorum: QuorumInfo = {
  leaderId: 1,
  leaderEpoch: 4,
  highWatermark: 100,
  voters: [
    { replicaId: 2, directoryId: zero, logEndOffset: 90, lastFetchMs: 1_000, lastCaughtUpMs: 500 },
    { replicaId: 1, directoryId, logEndOffset: 105, lastFetchMs: 2_000, lastCaughtUpMs: 2_000 },
  ],
  observers: [{ replicaId: 7, directoryId: zero, logEndOffset: 99 }],
  endpoints: new Map([[1, [{ listener: 'CONTROLLER', host: '::1', port: 9093 }]]]),
}

test('the state of the quorum', () => {
  assert.deepEqual(formatStatus(quorum, 'abc'), [
    'ClusterId:              abc',
    'LeaderId:               1',
    'LeaderEpoch:            4',
    'HighWatermark:          100',
    'MaxFollowerLag:         15',
    'MaxFollowerLagTimeMs:   1500',
    `CurrentVoters:          [{"id": 2}, {"id": 1, "directoryId": "${directoryId}", "endpoints": ["CONTROLLER://[::1]:9093"]}]`,
    'CurrentObservers:       [{"id": 7}]',
  ])
  const alone = { ...quorum, voters: quorum.voters.slice(1) }
  assert.equal(formatStatus(alone, null)[5], 'MaxFollowerLagTimeMs:   0')
})

test('where its replicas stand: the leader first', () => {
  const rows = formatReplication(quorum).map((line) => line.split('\t').map((text) => text.trim()))
  assert.deepEqual(rows.slice(1), [
    ['1', directoryId, '105', '0', '2000', '2000', 'Leader', ''],
    ['2', zero, '90', '15', '1000', '500', 'Follower', ''],
    ['7', zero, '99', '6', '-1', '-1', 'Observer', ''],
  ])
  assert.match(formatReplication(quorum, 3_000)[1]!, /\t1000 ms ago +\t1000 ms ago +\tLeader/)
  assert.throws(() => formatReplication(quorum, 1_500), {
    message:
      'Error while computing relative time, possible drift in system clock.\nCurrent timestamp is 1500, last fetch timestamp is 2000',
  })
})

test('where a controller is reached', () => {
  const endpoints = (lines: Readonly<Record<string, string>>) => controllerEndpoints(new Map(Object.entries(lines)))
  const names = { 'controller.listener.names': 'CONTROLLER' }
  assert.deepEqual(endpoints({ ...names, listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093' }), [
    { listener: 'CONTROLLER', host: 'localhost', port: 9093 },
  ])
  assert.deepEqual(
    endpoints({ ...names, listeners: 'CONTROLLER://0.0.0.0:9093', 'advertised.listeners': 'CONTROLLER://[::1]:19093' }),
    [{ listener: 'CONTROLLER', host: '::1', port: 19093 }],
  )
  assert.throws(() => endpoints({ ...names, listeners: 'PLAINTEXT://:9092' }), {
    message: 'Cannot find information about controller listener name: CONTROLLER',
  })
})

describe('kafka-metadata-quorum', () => {
  const server = ['--bootstrap-server', '127.0.0.1:1']
  const remove = [...server, 'remove-controller', '--dry-run', '-i', '3']
  const failures: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /error: too few arguments\n$/],
    [['describe', '--status'], /error: one of the arguments --bootstrap-server --bootstrap-controller is required\n$/],
    [[...server, 'describe'], /^One of --status or --replication must be specified/],
    [[...server, 'describe', '--status', '--replication'], /^Only one of --status or --replication/],
    [[...server, 'describe', '--status', '--human-readable'], /^The option --human-readable is only supported/],
    [
      [...server, '--command-config', '/nowhere', 'describe', '--status'],
      /^Properties file \/nowhere does not exists!\n$/,
    ],
    [[...server, 'add-controller'], /^You must supply the configuration file of the controller/],
    [[...remove, '-d', 'x'], /^Failed to parse --controller-directory-id: Input byte\[\] should at least have 2 bytes/],
    [[...remove, '-d', 'abcd'], /: Input string `abcd` decoded as 3 bytes, which is not equal to the expected 16/],
    [[...remove, '-d', 'a.cd'], /: Illegal base64 character 2e\n$/],
    [[...remove.slice(0, -1), '-3', '-d', directoryId], /^Invalid negative --controller-id: -3\n$/],
  ]
  for (const [argv, message] of failures) {
    test(`${argv.join(' ')}: refused`, async () => {
      const { exitCode, stdout, stderr } = await capture('kafka-metadata-quorum', argv)
      assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' })
      assert.match(stderr, message)
    })
  }

  test('what would be done', async () => {
    assert.equal(
      (await capture('kafka-metadata-quorum', [...remove, '-d', directoryId])).stdout,
      `DRY RUN of removing  KRaft controller 3 with directory id ${directoryId}\n`,
    )
    const folder = mkdtempSync(path.join(os.tmpdir(), 'milena-quorum-'))
    try {
      const file = path.join(folder, 'controller.properties')
      const write = (...lines: readonly string[]): void => writeFileSync(file, lines.join('\n'))
      const add = () =>
        capture('kafka-metadata-quorum', [...server, '--command-config', file, 'add-controller', '--dry-run'])
      write('process.roles=controller')
      assert.match((await add()).stderr, /^node\.id not found in configuration file\. Is this a valid controller/)
      const lines = ['node.id=4', 'process.roles=controller', `log.dirs=${folder}`]
      write(...lines)
      assert.equal((await add()).stderr, `Unable to read meta.properties from ${folder}\n`)
      writeFileSync(path.join(folder, 'meta.properties'), `version=1\ndirectory.id=${directoryId}\n`)
      write(...lines, 'listeners=CONTROLLER://localhost:9093', 'controller.listener.names=CONTROLLER')
      assert.deepEqual(await add(), {
        exitCode: 0,
        stdout: `DRY RUN of adding controller 4 with directory id ${directoryId} and endpoints: CONTROLLER://localhost:9093\n`,
        stderr: '',
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
