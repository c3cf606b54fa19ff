import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { BrokerConnection, type ConnectionOptions } from './broker-connection.ts'

function open(cluster: FakeCluster, clock: ManualClock, options: Partial<ConnectionOptions> = {}) {
  return runUntil(
    clock,
    BrokerConnection.open({
      address: { host: 'broker-1', port: 9092 },
      connector: cluster.connector,
      clock,
      clientId: 'test',
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      maxResponseBytes: 1 << 20,
      ...options,
    }),
  )
}

const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }

describe('version negotiation', () => {
  test('the highest version that both sides speak is used', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.heartbeat, () => ({ errorCode: 0 }), { max: 2 })
    const connection = await open(cluster, clock)
    await connection.send(apis.heartbeat, heartbeat)
    assert.equal(cluster.received[0]!.version, 2)
    assert.equal(connection.versionFor(apis.heartbeat, { min: 3 }), undefined)
    assert.equal(connection.versionFor(apis.fetch), undefined)
    await assert.rejects(connection.send(apis.fetch, { maxWaitMs: 0, minBytes: 0, topics: [] }), {
      name: 'UNSUPPORTED_VERSION',
    })
  })

  test('a broker that does not know our version says in version 0 which it knows (KIP-511)', async () => {
    const asked: number[] = []
    const cluster = new FakeCluster()
    cluster.on(apis.apiVersions, (_request, { version }) => {
      asked.push(version)
      return version > 2
        ? { version: 0, errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] }
        : { errorCode: 0, apiKeys: cluster.apiKeys() }
    })
    const connection = await open(cluster, new ManualClock())
    assert.deepEqual(asked, [apis.apiVersions.maxVersion, 2])
    assert.notEqual(connection.apiVersions.ranges.get(18), undefined)
  })

  test('an older broker names no range: then version 0 is tried', async () => {
    const asked: number[] = []
    const cluster = new FakeCluster()
    cluster.on(apis.apiVersions, (_request, { version }) => {
      asked.push(version)
      return version > 0 ? { version: 0, errorCode: 35, apiKeys: [] } : { errorCode: 0, apiKeys: cluster.apiKeys() }
    })
    await open(cluster, new ManualClock())
    assert.deepEqual(asked, [apis.apiVersions.maxVersion, 0])
  })
})

describe('requests', () => {
  test('many may be under way; each gets its own answer', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.heartbeat, async ({ generationId }) => {
      await Promise.resolve()
      return { errorCode: generationId }
    })
    const connection = await open(cluster, clock)
    const answers = [1, 2, 3, 4].map((generationId) => connection.send(apis.heartbeat, { ...heartbeat, generationId }))
    assert.equal(connection.inFlightCount, 4)
    const codes = (await runUntil(clock, Promise.all(answers))).map(({ errorCode }) => errorCode)
    assert.deepEqual(codes, [1, 2, 3, 4])
    assert.equal(clock.pendingTimers, 0)
  })

  test('one that is not answered in time closes the connection, and all behind it fail', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.heartbeat, () => 'silence')
    const connection = await open(cluster, clock)
    const first = connection.send(apis.heartbeat, heartbeat, { timeoutMs: 1_000 })
    const second = connection.send(apis.heartbeat, heartbeat)
    const results = await runUntil(clock, Promise.allSettled([first, second]))
    assert.deepEqual(
      results.map((result) => (result as PromiseRejectedResult).reason.name as string),
      ['REQUEST_TIMED_OUT', 'REQUEST_TIMED_OUT'],
    )
    assert.equal(connection.closed, true)
    assert.equal(clock.pendingTimers, 0)
    await assert.rejects(connection.send(apis.heartbeat, heartbeat), { name: 'REQUEST_TIMED_OUT' })
  })

  test('a connection that breaks fails what is under way, as something to try again', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.heartbeat, () => 'close')
    let closed = 0
    const connection = await open(cluster, clock, { onClose: () => closed++ })
    await assert.rejects(runUntil(clock, connection.send(apis.heartbeat, heartbeat)), {
      name: 'NETWORK_EXCEPTION',
      retriable: true,
    })
    assert.equal(closed, 1)
  })

  test('an aborted wait ends at once; the answer that comes later is taken off the line', async () => {
    const clock = new ManualClock()
    let release: (() => void) | undefined
    const cluster = new FakeCluster().on(apis.heartbeat, async ({ generationId }) => {
      if (generationId === 1) await new Promise<void>((resolve) => (release = resolve))
      return { errorCode: generationId }
    })
    const connection = await open(cluster, clock)
    const abort = new AbortController()
    const first = connection.send(apis.heartbeat, heartbeat, { signal: abort.signal })
    abort.abort()
    await assert.rejects(first, { name: 'ABORTED' })
    const second = connection.send(apis.heartbeat, { ...heartbeat, generationId: 2 })
    release!()
    assert.equal((await runUntil(clock, second)).errorCode, 2)
  })

  test('a broker that throttles is not sent anything for so long', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.heartbeat, () => ({ errorCode: 0, throttleTimeMs: 5_000 }))
    const connection = await open(cluster, clock)
    await connection.send(apis.heartbeat, heartbeat)
    assert.equal(connection.throttledForMs, 5_000)
    const sentAt = clock.monotonicMs()
    await runUntil(clock, connection.send(apis.heartbeat, heartbeat))
    assert.ok(clock.monotonicMs() - sentAt >= 5_000)
  })

  test('an answer that is larger than allowed closes the connection', async () => {
    const clock = new ManualClock()
    const cluster = new FakeCluster().on(apis.offsetFetch, () => ({
      groups: [{ groupId: 'x'.repeat(5000), topics: [] }],
    }))
    const connection = await open(cluster, clock, { maxResponseBytes: 4096 })
    const sent = connection.send(apis.offsetFetch, { groups: [{ groupId: 'g', topics: null }] })
    await assert.rejects(runUntil(clock, sent), { name: 'MALFORMED_RESPONSE' })
    assert.equal(connection.closed, true)
  })
})
