// What clients are told of partitions whose disk or log failed, and what comes back when it does.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  Errors,
  ListOffsetsRequest,
  ListOffsetsResponse,
  MetadataRequest,
  MetadataResponse,
} from '@milena/protocol'
import { ManualClock, MemoryFileSystem } from '@milena/runtime'
import { FailingFileSystem } from '../testing/failing-file-system.ts'
import { commitOffset, fetchOffset, findCoordinator } from '../testing/offsets.ts'
import { TestBroker } from '../testing/test-broker.ts'
import { batchOf, createTopic, fetchFrom, produceTo, valuesIn } from '../testing/topics.ts'
import type { WireClient } from '../testing/wire-client.ts'

const CHANGES: ReadonlySet<string> = new Set(['writev', 'writeFile', 'mkdir', 'rename', 'sync', 'truncate'])

async function describePartition(client: WireClient, name: string) {
  const { topics } = await client.send(MetadataRequest, MetadataResponse, 9, {
    topics: [{ name }],
    allowAutoTopicCreation: false,
  })
  const { errorCode, leaderId, offlineReplicas } = topics[0]!.partitions[0]!
  return { errorCode, leaderId, offlineReplicas }
}

/** Lets so much time go by that the disk is tried again, and everything behind it happens. */
async function untilBack(clock: ManualClock): Promise<void> {
  for (let seconds = 0; seconds < 5; seconds++) {
    await clock.advanceAsync(1000)
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  }
}

async function produceError(client: WireClient, topic: string, value: string): Promise<number> {
  return (await produceTo(client, topic, batchOf([value]))).errorCode
}

describe('partitions whose disk failed', () => {
  test('a full disk refuses writes, lets reads go on, and takes writes again without a restart', async () => {
    const clock = new ManualClock(Date.now())
    const fs = new FailingFileSystem()
    await using broker = await TestBroker.start({ fs, clock })
    const client = await broker.connect()
    await createTopic(client, 'events')
    assert.equal(await produceError(client, 'events', 'a'), 0)
    fs.fails = (operation) => CHANGES.has(operation)
    assert.equal(await produceError(client, 'events', 'b'), Errors.KAFKA_STORAGE_ERROR.code)
    assert.equal(await produceError(client, 'events', 'c'), Errors.KAFKA_STORAGE_ERROR.code)
    assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['a'])
    assert.deepEqual(await describePartition(client, 'events'), { errorCode: 0, leaderId: 1, offlineReplicas: [] })
    fs.fails = () => false
    await untilBack(clock)
    assert.equal(await produceError(client, 'events', 'd'), 0)
    assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['a', 'd'])
  })

  test('what groups commit, and topics that are made: refused while the disk is full, taken when it is not', async () => {
    const clock = new ManualClock(Date.now())
    const fs = new FailingFileSystem()
    await using broker = await TestBroker.start({ fs, clock })
    const client = await broker.connect()
    await createTopic(client, 'events')
    const place = { groupId: 'group', topic: { name: 'events', id: '' }, partition: 0 }
    const commit = (offset: number): Promise<number> =>
      commitOffset(client, 8, { ...place, memberId: '', generationId: -1, offset })
    assert.equal(await findCoordinator(client, 'group'), 0)
    assert.equal(await commit(1), 0)
    for (const operation of ['writev', 'sync']) {
      fs.fails = (each) => each === operation || each === 'writeFile'
      assert.equal(await commit(2), Errors.NOT_COORDINATOR.code)
      assert.equal(await commit(3), Errors.NOT_COORDINATOR.code)
      await assert.rejects(createTopic(client, `refused-${operation}`), /: 56 /)
      fs.fails = () => false
      await untilBack(clock)
      // What was written and could not be synced was refused, and may be found all the same; nothing older may.
      assert.equal(await fetchOffset(client, 7, place), operation === 'writev' ? 1 : 2)
      await createTopic(client, `taken-${operation}`)
    }
    assert.equal(await commit(4), 0)
    assert.equal(await fetchOffset(client, 7, place), 4)
    await broker.close()
    await using second = await TestBroker.start({ fs })
    const again = await second.connect()
    assert.equal(await fetchOffset(again, 7, place), 4)
    const names = ['taken-writev', 'taken-sync']
    for (const name of names) assert.equal((await describePartition(again, name)).errorCode, 0)
  })

  test('a partition whose log is damaged is offline: no leader, no empty log in its place', async () => {
    const memory = new MemoryFileSystem()
    const first = await TestBroker.start({ fs: memory })
    const before = await first.connect()
    for (const topic of ['events', 'others']) {
      await createTopic(before, topic)
      for (const value of ['a', 'b', 'c']) await produceTo(before, topic, batchOf([value]))
    }
    await first.close()
    const file = '/data/events-0/00000000000000000000.log'
    const bytes = await memory.readFile(file)
    bytes[80]! ^= 1
    await memory.writeFile(file, bytes)
    await memory.remove('/data/.kafka_cleanshutdown')
    await memory.writeFile('/data/recovery-point-offset-checkpoint', '0\n0\n')
    await using second = await TestBroker.start({ fs: memory })
    const client = await second.connect()
    assert.deepEqual(await describePartition(client, 'events'), {
      errorCode: Errors.LEADER_NOT_AVAILABLE.code,
      leaderId: -1,
      offlineReplicas: [1],
    })
    const refused = Errors.KAFKA_STORAGE_ERROR.code
    assert.equal(await produceError(client, 'events', 'x'), refused)
    assert.equal((await fetchFrom(client, 'events', 0)).errorCode, refused)
    const { topics } = await client.send(ListOffsetsRequest, ListOffsetsResponse, 7, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: 'events', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
    })
    assert.equal(topics[0]!.partitions[0]!.errorCode, refused)
    assert.equal(await produceError(client, 'others', 'd'), 0)
    assert.deepEqual(valuesIn((await fetchFrom(client, 'others', 0)).records), ['a', 'b', 'c', 'd'])
  })

  test('what a start on a full disk could not open is led again when there is room, also by coordinators', async () => {
    const fs = new FailingFileSystem()
    const properties = { 'offsets.topic.num.partitions': '1' }
    const first = await TestBroker.start({ fs, properties })
    const before = await first.connect()
    await createTopic(before, 'events')
    assert.equal(await produceError(before, 'events', 'a'), 0)
    const place = { groupId: 'group', topic: { name: 'events', id: '' }, partition: 0 }
    assert.equal(await findCoordinator(before, 'group'), 0)
    assert.equal(await commitOffset(before, 8, { ...place, memberId: '', generationId: -1, offset: 1 }), 0)
    await first.close()
    await fs.remove('/data/.kafka_cleanshutdown')
    for (const name of ['events-0', '__consumer_offsets-0']) {
      // A write that broke off, which a start cuts off.
      const file = await fs.open(`/data/${name}/00000000000000000000.log`, 'readwrite')
      await file.writev([Buffer.from('half')], await file.size())
      await file.close()
    }
    fs.fails = (operation, path) => CHANGES.has(operation) && /events-0|__consumer_offsets-0/.test(path)
    const clock = new ManualClock(Date.now())
    await using second = await TestBroker.start({ fs, clock, properties })
    const client = await second.connect()
    const { leaderId, offlineReplicas } = await describePartition(client, 'events')
    assert.deepEqual([leaderId, offlineReplicas], [-1, [1]])
    assert.equal(await produceError(client, 'events', 'b'), Errors.KAFKA_STORAGE_ERROR.code)
    const commit = (offset: number): Promise<number> =>
      commitOffset(client, 8, { ...place, memberId: '', generationId: -1, offset })
    assert.equal(await commit(2), Errors.NOT_COORDINATOR.code)

    fs.fails = () => false
    await untilBack(clock)
    assert.deepEqual(await describePartition(client, 'events'), { errorCode: 0, leaderId: 1, offlineReplicas: [] })
    assert.equal(await produceError(client, 'events', 'b'), 0)
    assert.deepEqual(valuesIn((await fetchFrom(client, 'events', 0)).records), ['a', 'b'])
    assert.equal(await fetchOffset(client, 7, place), 1)
    assert.equal(await commit(2), 0)
  })

  test('of two folders one fails: what lies in it is offline, also after a restart, the rest serves', async () => {
    const fs = new FailingFileSystem()
    const clock = new ManualClock(Date.now())
    const properties = { 'log.dirs': '/one,/two', 'metadata.log.dir': '/one' }
    const first = await TestBroker.start({ fs, clock, properties })
    const client = await first.connect()
    for (const topic of ['a', 'b']) {
      await createTopic(client, topic)
      assert.equal(await produceError(client, topic, 'x'), 0)
    }
    const lost = (await fs.exists('/two/a-0')) ? 'a' : 'b'
    const kept = lost === 'a' ? 'b' : 'a'
    assert.ok(await fs.exists(`/one/${kept}-0`))
    fs.fails = (_, path) => path.startsWith('/two')
    assert.equal(await produceError(client, lost, 'y'), Errors.KAFKA_STORAGE_ERROR.code)
    await clock.advanceAsync(1000)
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    const check = async (each: WireClient): Promise<void> => {
      const offline = await describePartition(each, lost)
      assert.deepEqual([offline.leaderId, offline.offlineReplicas], [-1, [1]])
      assert.equal((await fetchFrom(each, lost, 0)).errorCode, Errors.KAFKA_STORAGE_ERROR.code)
      assert.equal(await produceError(each, kept, 'y'), 0)
      const { results } = await each.send(DescribeLogDirsRequest, DescribeLogDirsResponse, 4, { topics: null })
      assert.deepEqual(
        results.map(({ logDir, errorCode, topics }) => [logDir, errorCode, topics.map(({ name }) => name)]),
        [
          ['/one', 0, [kept]],
          ['/two', Errors.KAFKA_STORAGE_ERROR.code, []],
        ],
      )
    }
    await check(client)
    await first.close()
    await using second = await TestBroker.start({ fs, properties })
    const again = await second.connect()
    await check(again)
    assert.equal(await produceError(again, lost, 'z'), Errors.KAFKA_STORAGE_ERROR.code)
    await createTopic(again, 'new')
    assert.equal(await produceError(again, 'new', 'x'), 0, 'what is new finds a place')
    assert.equal(await fs.exists(`/one/${lost}-0`), false)
  })
})
