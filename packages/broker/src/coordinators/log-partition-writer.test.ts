import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CoordinatorError, type LoadedRecord } from '@milena/coordinator'
import type { PartitionImage } from '@milena/metadata'
import { Errors } from '@milena/protocol/messages'
import { buildBatch, endTransactionMarker } from '@milena/records'
import type { FileSystem } from '@milena/runtime'
import { ManualClock, MemoryFileSystem, silentLogger, systemRandom } from '@milena/runtime'
import { defaultLogConfig, LogManager } from '@milena/storage'
import { Partition } from '../replica/partition.ts'
import { FailingFileSystem } from '../testing/failing-file-system.ts'
import { LogCoordinatorLoader } from './log-coordinator-loader.ts'
import { LogPartitionWriter } from './log-partition-writer.ts'

const TOPIC = '__consumer_offsets'
const TOPIC_ID = '3iD8vypfSu2RX31yJvf6-A'
const NODE_ID = 1

const image: PartitionImage = {
  partition: 0,
  replicas: [NODE_ID],
  directories: [],
  isr: [NODE_ID],
  removingReplicas: [],
  addingReplicas: [],
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  leader: NODE_ID,
  leaderRecoveryState: 0,
  leaderEpoch: 5,
  partitionEpoch: 0,
}

/** One partition, a writer and a loader on it. */
async function onePartition(
  config = {},
  partitionImage: PartitionImage = image,
  fs: FileSystem = new MemoryFileSystem(),
) {
  const clock = new ManualClock()
  // Everything is read from files.
  const ports = { fs, tailCacheBytes: 0, clock, random: systemRandom, logger: silentLogger }
  const logs = await LogManager.open({ ...ports, logDirs: ['/data'], nodeId: NODE_ID })
  const topicPartition = { topic: TOPIC, partition: 0 }
  const partition = new Partition({
    topicPartition,
    topicId: TOPIC_ID,
    image: partitionImage,
    nodeId: NODE_ID,
    log: undefined,
    createLog: () => logs.getOrCreateLog(topicPartition, TOPIC_ID, { ...defaultLogConfig, ...config }),
    whenMoved: () => logs.moveOf(topicPartition)?.done ?? Promise.resolve(),
  })
  const partitions = { partition: (_: string, index: number) => (index === 0 ? partition : undefined) }
  const writer = new LogPartitionWriter({
    topic: TOPIC,
    partitions,
    clock,
    compression: 'none',
    whenCommitted: (_, { written }) => written,
  })
  const loader = new LogCoordinatorLoader({
    topic: TOPIC,
    partitions,
    bufferBytes: 100,
    clock,
    whenCommitted: ({ log }, { lastOffset }) => log!.flushed(lastOffset + 1),
  })
  const load = async (): Promise<{ keys: string[]; offsets: number[]; nextOffset: number }> => {
    const loaded: LoadedRecord[] = []
    const { nextOffset } = await loader.load(
      0,
      (record) => loaded.push(record),
      () => undefined,
    )
    const keys = loaded.map(({ key }) => Buffer.from(key ?? []).toString())
    return { keys, offsets: loaded.map(({ offset }) => offset), nextOffset }
  }
  return { partition, writer, load, clock, clean: () => logs.cleaner.cleanNow(), close: () => logs.close() }
}

const record = (key: string) => ({ key: Buffer.from(key), value: Buffer.from('value') })

function refusedWith(error: { readonly code: number }) {
  return (thrown: unknown): boolean => thrown instanceof CoordinatorError && thrown.code === error.code
}

describe('a coordinator on its log', () => {
  test('reads what it wrote, in the order of the calls, also while the log is being opened', async () => {
    const { partition, writer, load, close } = await onePartition()
    assert.deepEqual(await load(), { keys: [], offsets: [], nextOffset: 0 })
    const first = writer.append(0, [record('a'), record('b')])
    const second = writer.append(0, [record('c')])
    // The moment at which the log is there is the moment at which a late comer could overtake those who waited.
    const overtaking = partition.openLog().then(() => writer.append(0, [record('d')]))
    assert.deepEqual(await Promise.all([first, second, overtaking]), [1, 2, 3])
    assert.equal(await writer.append(0, [record('e')]), 4)
    assert.deepEqual(await load(), { keys: ['a', 'b', 'c', 'd', 'e'], offsets: [0, 1, 2, 3, 4], nextOffset: 5 })
    await close()
  })

  test('knows nothing of what the disk has not taken: nobody was told of it', async () => {
    const fs = new FailingFileSystem()
    const { partition, writer, load, close } = await onePartition({}, image, fs)
    await writer.append(0, [record('a')])
    assert.deepEqual(await load(), { keys: ['a'], offsets: [0], nextOffset: 1 })
    assert.equal(partition.log!.recoveryPoint, 1, 'what is read is brought to the disk first')
    await writer.append(0, [record('b')])
    fs.fails = (operation) => operation === 'sync'
    assert.deepEqual(await load(), { keys: ['a'], offsets: [0], nextOffset: 1 })
    assert.deepEqual(await load(), { keys: ['a'], offsets: [0], nextOffset: 1 })
    assert.equal(partition.log!.logEndOffset, 2)
    fs.fails = () => false
    await close()
  })

  test('tries again where the disk cannot be read, from where it was, until the log is closed', async () => {
    const fs = new FailingFileSystem()
    const { partition, writer, load, clock, close } = await onePartition({}, image, fs)
    for (const key of ['a', 'b', 'c']) await writer.append(0, [record(key)])
    await partition.log!.flushed(3)
    let refusals = 0
    const refuse = (operation: string): boolean => operation === 'read' && ++refusals > 0
    fs.fails = refuse
    const loading = load()
    const passTime = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        await clock.advanceAsync(1000)
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      }
    }
    await passTime(10)
    assert.ok(refusals > 2, `${refusals} refusals`)
    fs.fails = () => false
    await passTime(10)
    assert.deepEqual(await loading, { keys: ['a', 'b', 'c'], offsets: [0, 1, 2], nextOffset: 3 })
    fs.fails = refuse
    const rejected = assert.rejects(load(), { error: 'KAFKA_STORAGE_ERROR' })
    await passTime(1)
    fs.fails = () => false
    await close()
    await passTime(2)
    await rejected
    assert.equal(clock.pendingTimers, 0)
  })

  test('passes over control batches', async () => {
    const { partition, writer, load, close } = await onePartition()
    await writer.append(0, [record('a')])
    const marker = endTransactionMarker({
      producerId: 1,
      producerEpoch: 0,
      committed: true,
      coordinatorEpoch: 0,
      timestamp: 1,
    })
    partition.append(marker, { origin: 'coordinator' })
    await writer.append(0, [record('b')])
    assert.deepEqual(await load(), { keys: ['a', 'b'], offsets: [0, 2], nextOffset: 3 })
    await close()
  })

  test('reads what compaction has left of it, and goes on where it ended', async () => {
    const { partition, writer, load, clean, close } = await onePartition({
      cleanupPolicy: ['compact'],
      segmentBytes: 150,
    })
    for (const key of ['a', 'b', 'a', 'c', 'b', 'b', 'd', 'a']) await writer.append(0, [record(key)])
    assert.equal(await clean(), 1)
    const log = partition.log!
    assert.deepEqual(await load(), { keys: ['a', 'c', 'b', 'd', 'a'], offsets: [2, 3, 5, 6, 7], nextOffset: 8 })
    assert.equal(log.logStartOffset, 0)
    assert.equal(await writer.append(0, [record('e')]), 8)
    assert.deepEqual((await load()).offsets, [2, 3, 5, 6, 7, 8])
    await close()
  })

  test('is told at once what the log does not take, and nothing of it is there', async () => {
    const { writer, load, close } = await onePartition({ maxMessageBytes: 200 })
    await writer.append(0, [record('a')])
    assert.throws(() => void writer.append(0, [record('x'.repeat(500))]), refusedWith(Errors.MESSAGE_TOO_LARGE))
    assert.equal(await writer.append(0, [record('b')]), 1)
    assert.deepEqual((await load()).keys, ['a', 'b'])
    await close()
  })

  test('writes only where it leads, and only with enough replicas in sync', async () => {
    const led = await onePartition()
    await led.writer.append(0, [record('a')])
    led.partition.update({ ...image, leader: 2, leaderEpoch: 6 })
    assert.throws(() => void led.writer.append(0, [record('b')]), refusedWith(Errors.NOT_LEADER_OR_FOLLOWER))
    await assert.rejects(led.load(), refusedWith(Errors.NOT_LEADER_OR_FOLLOWER))
    assert.throws(() => void led.writer.append(7, [record('b')]), refusedWith(Errors.NOT_LEADER_OR_FOLLOWER))
    await led.close()

    const lonely = await onePartition({ minInsyncReplicas: 2 }, { ...image, replicas: [1, 2] })
    await assert.rejects(lonely.writer.append(0, [record('a')]), refusedWith(Errors.NOT_ENOUGH_REPLICAS))
    assert.throws(() => void lonely.writer.append(0, [record('a')]), refusedWith(Errors.NOT_ENOUGH_REPLICAS))
    await lonely.close()
  })

  test('goes on after a batch of a hundred records that is larger than its buffer', async () => {
    const { partition, load, close } = await onePartition()
    await partition.openLog()
    const records = Array.from({ length: 100 }, (_, index) => ({ timestamp: 1, ...record(`${index}`) }))
    for (let batch = 0; batch < 3; batch++) {
      const result = partition.append(buildBatch({ records }), { origin: 'coordinator' })
      assert.ok(result.ok)
      await result.written
    }
    const { offsets, nextOffset } = await load()
    assert.deepEqual(
      offsets,
      Array.from({ length: 300 }, (_, index) => index),
    )
    assert.equal(nextOffset, 300)
    await close()
  })
})
