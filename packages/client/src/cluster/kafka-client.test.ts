import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Errors } from '@milena/protocol'
import { ManualClock } from '@milena/runtime'
import { apis } from '../apis.ts'
import { KafkaError } from '../kafka-error.ts'
import { FakeCluster } from '../testing/fake-broker.ts'
import { runUntil } from '../testing/run-until.ts'
import { parseBootstrapServers } from './bootstrap-servers.ts'

function setup(nodeIds: readonly number[] = [1, 2, 3]) {
  const clock = new ManualClock()
  const cluster = new FakeCluster(nodeIds).withTopics({ t: [1, 2, -1] })
  return { clock, cluster, client: cluster.client(clock) }
}

const check = ({ errorCode }: { errorCode: number }): void => KafkaError.check(errorCode)

describe('bootstrap', () => {
  test('servers are host and port, IPv6 in brackets', () => {
    assert.deepEqual(parseBootstrapServers('a:1, [::1]:9092,'), [
      { host: 'a', port: 1 },
      { host: '::1', port: 9092 },
    ])
    for (const servers of ['', 'a', 'a:', 'a:x', 'a:0', 'a:65536', ['ok:1', 'b']]) {
      assert.throws(() => parseBootstrapServers(servers), { name: 'INVALID_ARGUMENT' })
    }
  })

  test('the first that can be reached is enough, and its connection goes on being used', async () => {
    const { clock, cluster, client } = setup()
    cluster.setReachable(1, false)
    cluster.setReachable(3, false)
    const metadata = await runUntil(clock, client.refreshMetadata({ topics: ['t'] }))
    assert.equal(metadata.partition({ topic: 't', partition: 1 })?.leaderId, 2)
    const connection = await client.connect({ nodeId: 2 })
    assert.equal(connection, await client.connect('any'))
    assert.equal(cluster.connections, 1)
    client.close()
  })

  test('when nobody can be reached, it says so in the end, with the reason', async () => {
    const { clock, cluster, client } = setup([1])
    cluster.setReachable(1, false)
    const refused = runUntil(clock, client.refreshMetadata({ deadline: client.deadline(5_000) }))
    await assert.rejects(refused, (error: KafkaError) => {
      assert.equal(error.name, 'TIMEOUT')
      assert.ok(KafkaError.is(error.cause, 'NETWORK_EXCEPTION'))
      return true
    })
    assert.ok(clock.monotonicMs() <= 6_000)
  })

  test('when all brokers have moved, the bootstrap list is asked again (KIP-899)', async () => {
    const { clock, cluster, client } = setup([1, 2])
    cluster.on(apis.metadata, () => ({
      brokers: [{ nodeId: 9, host: 'gone', port: 1, rack: null }],
      clusterId: 'fake',
      controllerId: 9,
      topics: [],
    }))
    await runUntil(clock, client.refreshMetadata())
    cluster.disconnect(1)
    cluster.disconnect(2)
    cluster.withTopics({ t: [1] })
    const metadata = await runUntil(clock, client.refreshMetadata({ topics: ['t'] }))
    assert.equal(metadata.brokers.has(1), true)
    client.close()
  })
})

describe('requests', () => {
  test('what may pass is tried again, what may not is not', async () => {
    const { clock, cluster, client } = setup()
    const codes = [Errors.COORDINATOR_LOAD_IN_PROGRESS.code, Errors.NETWORK_EXCEPTION.code, 0]
    cluster.on(apis.heartbeat, () => ({ errorCode: codes.shift()! }))
    const body = { groupId: 'g', generationId: 1, memberId: 'm' }
    await runUntil(clock, client.request(apis.heartbeat, body, { to: 'any', check }))
    assert.equal(cluster.requests(apis.heartbeat).length, 3)
    codes.push(Errors.ILLEGAL_GENERATION.code)
    await assert.rejects(runUntil(clock, client.request(apis.heartbeat, body, { to: 'any', check })), {
      name: 'ILLEGAL_GENERATION',
    })
    assert.equal(cluster.requests(apis.heartbeat).length, 4)
    client.close()
  })

  test('a pause between attempts grows, with some chance in it', async () => {
    const { clock, cluster, client } = setup()
    const times: number[] = []
    cluster.on(apis.heartbeat, () => {
      times.push(clock.monotonicMs())
      return { errorCode: times.length < 7 ? Errors.NOT_COORDINATOR.code : 0 }
    })
    const body = { groupId: 'g', generationId: 1, memberId: 'm' }
    await runUntil(clock, client.request(apis.heartbeat, body, { to: 'any', check }))
    const pauses = times.slice(1).map((time, index) => time - times[index]!)
    for (const [index, pause] of pauses.entries()) {
      const term = Math.min(1_000, 100 * 2 ** index)
      assert.ok(pause >= term * 0.8 && pause <= Math.min(1_000, term * 1.2) + 2, `${pause} at ${index}`)
    }
    client.close()
  })

  test('a broker that breaks off is connected to anew', async () => {
    const { clock, cluster, client } = setup([1])
    let broken = false
    cluster.on(apis.heartbeat, () => {
      if (broken) return { errorCode: 0 }
      broken = true
      return 'close'
    })
    const body = { groupId: 'g', generationId: 1, memberId: 'm' }
    await runUntil(clock, client.request(apis.heartbeat, body, { to: { nodeId: 1 }, check }))
    assert.equal(cluster.connections, 2)
    client.close()
  })

  test('a closed client refuses, and leaves no timer', async () => {
    const { clock, client } = setup()
    await runUntil(clock, client.refreshMetadata())
    client.close()
    await assert.rejects(client.refreshMetadata(), { name: 'CLIENT_CLOSED' })
    assert.equal(clock.pendingTimers, 0)
  })
})

describe('coordinators', () => {
  test('are asked for once, and again when they say that they are none', async () => {
    const { clock, cluster, client } = setup()
    let coordinator = 1
    cluster.withCoordinator(() => coordinator)
    cluster.on(apis.heartbeat, (_request, { nodeId }) => ({
      errorCode: nodeId === coordinator ? 0 : Errors.NOT_COORDINATOR.code,
    }))
    const beat = () =>
      runUntil(
        clock,
        client.request(
          apis.heartbeat,
          { groupId: 'g', generationId: 1, memberId: 'm' },
          { to: { groupId: 'g' }, check },
        ),
      )
    await beat()
    await beat()
    assert.equal(cluster.requests(apis.findCoordinator).length, 1)
    coordinator = 3
    await beat()
    assert.equal(cluster.requests(apis.findCoordinator).length, 2)
    assert.equal(cluster.requests(apis.heartbeat).at(-1)!.nodeId, 3)
    client.close()
  })

  test('brokers before version 4 are asked one key at a time', async () => {
    const { clock, cluster, client } = setup()
    cluster.on(
      apis.findCoordinator,
      ({ key }) => ({ errorCode: key === 'bad' ? 24 : 0, errorMessage: null, nodeId: 2, host: 'broker-2', port: 9092 }),
      { max: 3 },
    )
    const found = await runUntil(clock, client.coordinators.findAll('group', ['a', 'bad']))
    assert.equal(cluster.requests(apis.findCoordinator).length, 2)
    assert.deepEqual(
      Array.from(found, ([key, outcome]) => [key, outcome.ok ? outcome.value.nodeId : outcome.error.name]),
      [
        ['a', 2],
        ['bad', 'INVALID_GROUP_ID'],
      ],
    )
    client.close()
  })
})

describe('metadata', () => {
  test('an answer of a broker that lags does not take a newer leader back', async () => {
    const { clock, cluster, client } = setup()
    let leaderEpoch = 5
    let leaderId = 2
    cluster.on(apis.metadata, () => ({
      brokers: [{ nodeId: 1, host: 'broker-1', port: 9092, rack: null }],
      clusterId: 'fake',
      controllerId: 1,
      topics: [
        {
          name: 't',
          topicId: 'BBBBBBBBBBBBBBBBBBBBBA',
          errorCode: 0,
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 0,
              leaderId,
              leaderEpoch,
              replicaNodes: [],
              isrNodes: [],
              offlineReplicas: [],
            },
          ],
        },
      ],
    }))
    await runUntil(clock, client.refreshMetadata({ topics: ['t'] }))
    leaderEpoch = 4
    leaderId = 1
    const metadata = await runUntil(clock, client.refreshMetadata({ topics: ['t'] }))
    assert.equal(metadata.partition({ topic: 't', partition: 0 })?.leaderId, 2)
    client.close()
  })
})
