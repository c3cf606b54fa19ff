import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { Admin } from './admin.ts'

function setup() {
  const clock = new ManualClock()
  const cluster = new FakeCluster([1, 2]).withTopics({})
  return { clock, cluster, admin: new Admin(cluster.client(clock)) }
}

test('quotas: of a name, of nobody in particular, of whoever there is', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.describeClientQuotas, () => ({
    errorCode: 0,
    errorMessage: null,
    entries: [
      { entity: [{ entityType: 'user', entityName: null }], values: [{ key: 'request_percentage', value: 0.5 }] },
    ],
  }))
  const filter = new Map([
    ['user', null],
    ['client-id', undefined],
    ['ip', '::1'],
  ] as const)
  assert.deepEqual(await runUntil(clock, admin.describeClientQuotas(filter)), [
    { entity: new Map([['user', null]]), values: new Map([['request_percentage', 0.5]]) },
  ])
  assert.deepEqual(cluster.requests(apis.describeClientQuotas)[0]!.body, {
    components: [
      { entityType: 'user', matchType: 1, match: null },
      { entityType: 'client-id', matchType: 2, match: null },
      { entityType: 'ip', matchType: 0, match: '::1' },
    ],
    strict: true,
  })
})

test('quotas are set and taken off', async () => {
  const { clock, cluster, admin } = setup()
  let errorCode = 0
  cluster.on(apis.alterClientQuotas, ({ entries }) => ({
    entries: entries.map(({ entity }) => ({ errorCode, errorMessage: 'No.', entity })),
  }))
  const entity = new Map([['user', 'u']] as const)
  const changes = new Map([
    ['a', 5],
    ['b', null],
  ])
  await runUntil(clock, admin.alterClientQuotas(entity, changes))
  const { entries } = cluster.requests(apis.alterClientQuotas)[0]!.body as { entries: { ops: object[] }[] }
  assert.deepEqual(entries[0]!.ops, [
    { key: 'a', value: 5, remove: false },
    { key: 'b', value: 0, remove: true },
  ])
  errorCode = 42
  await assert.rejects(runUntil(clock, admin.alterClientQuotas(entity, changes)), {
    name: 'INVALID_REQUEST',
    message: 'No.',
  })
})

test('credentials', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.describeUserScramCredentials, ({ users }) => ({
    errorCode: 0,
    errorMessage: null,
    results: (users ?? []).map(({ name }) => ({
      user: name,
      errorCode: name === 'u' ? 0 : 91,
      errorMessage: null,
      credentialInfos: [
        { mechanism: 1, iterations: 4096 },
        { mechanism: 9, iterations: 1 },
      ],
    })),
  }))
  cluster.on(apis.alterUserScramCredentials, () => ({
    results: [
      { user: 'u', errorCode: 0, errorMessage: null },
      { user: 'v', errorCode: 93, errorMessage: 'No.' },
    ],
  }))
  const described = await runUntil(clock, admin.describeUserScramCredentials(['u', 'v']))
  assert.deepEqual(described.get('u'), {
    ok: true,
    value: [
      { mechanism: 'SCRAM-SHA-256', iterations: 4096 },
      { mechanism: 'UNKNOWN', iterations: 1 },
    ],
  })
  assert.equal(described.get('v')!.ok, false)
  const credential = { user: 'u', mechanism: 'SCRAM-SHA-512', iterations: 4096 } as const
  const bytes = new Uint8Array([1, 2])
  await assert.rejects(
    runUntil(
      clock,
      admin.alterUserScramCredentials({
        upsertions: [{ ...credential, salt: bytes, saltedPassword: bytes }],
        deletions: [{ user: 'v', mechanism: 'SCRAM-SHA-256' }],
      }),
    ),
    { name: 'UNACCEPTABLE_CREDENTIAL' },
  )
  const { upsertions, deletions } = cluster.requests(apis.alterUserScramCredentials)[0]!.body as Record<
    string,
    object[]
  >
  assert.deepEqual(deletions, [{ name: 'v', mechanism: 1 }])
  assert.equal((upsertions![0] as { mechanism: number }).mechanism, 2)
})

test('what has configs of its own: brokers of version 0 know of client metrics only', async () => {
  const { clock, cluster, admin } = setup()
  cluster.on(apis.listConfigResources, () => ({ errorCode: 0, configResources: [{ resourceName: 'm' }] }), { max: 0 })
  assert.deepEqual(await runUntil(clock, admin.listConfigResources('clientMetrics')), ['m'])
  await assert.rejects(runUntil(clock, admin.listConfigResources('group')), { name: 'UNSUPPORTED_VERSION' })
})
