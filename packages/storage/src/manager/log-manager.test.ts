import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { FileSystemError, MemoryFileSystem } from '@milena/runtime'
import type { LogManager } from './log-manager.ts'
import { ObservedFileSystem } from '../testing/observed-file-system.ts'
import {
  StorageHarness,
  batchOf,
  copyFolder,
  logDir,
  onBothFileSystems,
  readValues,
  topicId,
  topicPartition,
  write,
} from '../testing/harness.ts'

const otherId = 'AAAAAAAAAAAAAAAAAAAAAw'

async function textOf(harness: StorageHarness, name: string): Promise<string> {
  return Buffer.from(await harness.fs.readFile(path.join(harness.logDir, name))).toString()
}

describe('LogManager', () => {
  const lifecycle = onBothFileSystems(async (make) => {
    const harness = make({ config: { fileDeleteDelayMs: 1000 } })
    await harness.start()
    const log = await harness.openLog()
    await write(log, batchOf(['a']))
    assert.equal(await harness.openLog(), log)
    assert.deepEqual([...harness.manager.logs()], [log])
    assert.equal(harness.manager.logDirOf(topicPartition), harness.logDir)
    await harness.restart()
    await harness.manager.deleteLog(topicPartition)
    const names = await harness.fs.readdir(harness.logDir)
    assert.equal(names.filter((name) => /^topic-0\.[0-9a-f]{32}-delete$/.test(name)).length, 1)
    const anew = await harness.manager.getOrCreateLog(topicPartition, otherId)
    assert.deepEqual([anew.logEndOffset, anew.topicId], [0, otherId])
    await harness.clock.advanceAsync(1000)
    await harness.manager.close()
    assert.equal(
      (await harness.fs.readdir(harness.logDir)).some((name) => name.endsWith('-delete')),
      false,
    )
    assert.equal(harness.clock.pendingTimers, 0)
  })
  test('makes, finds, deletes and makes a log anew', lifecycle.memory)
  test('the same on a real disk', lifecycle.disk)

  test('writes the papers of a folder as Kafka does', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    await write(log, batchOf(['a', 'b', 'c']))
    log.deleteRecordsTo(1)
    // Small ones have no file of leader epochs.
    await log.roll()
    await harness.manager.close()
    assert.match(
      await textOf(harness, 'meta.properties'),
      /^version=1\ncluster\.id=\S{22}\nnode\.id=1\ndirectory\.id=\S{22}\n$/,
    )
    assert.equal(await textOf(harness, 'recovery-point-offset-checkpoint'), '0\n1\ntopic 0 3\n')
    assert.equal(await textOf(harness, 'log-start-offset-checkpoint'), '0\n1\ntopic 0 1\n')
    assert.equal(await textOf(harness, 'replication-offset-checkpoint'), '0\n1\ntopic 0 3\n')
    assert.match(
      await textOf(harness, '.kafka_cleanshutdown'),
      /^\{"version":0,"brokerEpoch":-1,"logStatesChecksum":\d+\}$/,
    )
    assert.equal(await textOf(harness, 'topic-0/partition.metadata'), `version: 0\ntopic_id: ${topicId}`)
    assert.equal(await textOf(harness, 'topic-0/leader-epoch-checkpoint'), '0\n1\n0 1\n')
    const cluster = harness.manager.clusterId
    await harness.start()
    assert.equal(harness.manager.clusterId, cluster)
    assert.equal(await harness.fs.exists(path.join(logDir, '.kafka_cleanshutdown')), false, 'good for one start')
  })

  test('what the checkpoints said of a deleted log does not befall one with its name', async () => {
    const harness = new StorageHarness()
    const log = await harness.openLog()
    await write(log, batchOf(['a', 'b', 'c']))
    log.deleteRecordsTo(2)
    await log.flushed(3)
    await harness.manager.checkpointOffsets()
    await harness.manager.checkpointHighWatermarks()
    const crash = async (): Promise<StorageHarness> => {
      const fs = new MemoryFileSystem()
      await copyFolder(harness.fs, logDir, fs, logDir)
      return new StorageHarness({ fs })
    }
    await harness.manager.deleteLog(topicPartition)
    const between = await crash()
    for (const broker of [harness, between]) {
      await write(await broker.openLog(), batchOf(['x']))
      const fs = new MemoryFileSystem()
      await copyFolder(broker.fs, logDir, fs, logDir)
      const after = new StorageHarness({ fs })
      const anew = await after.openLog()
      assert.deepEqual([anew.logStartOffset, anew.logEndOffset], [0, 1])
      assert.deepEqual(await readValues(anew), ['x'])
      assert.deepEqual(after.warnings(), [])
    }
  })

  test('a log that is deleted while checkpoints are written does not fail its folder', async () => {
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir)
    const harness = new StorageHarness({ fs })
    const log = await harness.openLog()
    await write(log, batchOf(['a'.repeat(70_000)]))
    await log.flushed(1)
    const other = await harness.manager.getOrCreateLog({ topic: 'zoo', partition: 0 }, otherId, harness.config)
    await write(other, batchOf(['z']))
    await other.flushed(1)
    // The deletion comes between the list of logs and the turn of this one.
    let deletion: Promise<void> | undefined
    fs.observer = async ({ path: file }) => {
      if (deletion !== undefined || !file.startsWith('topic-0/')) return
      deletion = harness.manager.deleteLog({ topic: 'zoo', partition: 0 })
      await deletion
    }
    await harness.manager.checkpointOffsets()
    await deletion
    assert.deepEqual(
      harness.manager.logDirs.map(({ failure }) => failure),
      [undefined],
    )
    assert.notEqual(deletion, undefined)
    assert.equal(await textOf(harness, 'recovery-point-offset-checkpoint'), '0\n1\ntopic 0 1\n')
  })

  test('refuses a folder that is in use, or of another cluster or node', async () => {
    const harness = new StorageHarness()
    await harness.start()
    const again = (o: object) => new StorageHarness({ fs: harness.fs, options: o }).start()
    await assert.rejects(again({}), { message: /in use by another broker/ })
    const meta = harness.manager.logDirs[0]!.meta
    await harness.manager.close()
    await assert.rejects(again({ nodeId: 2 }), { message: /belongs to node 1, and this is node 2/ })
    await assert.rejects(again({ clusterId: 'other' }), { error: 'INCONSISTENT_CLUSTER_ID' })
    const manager = await again({ clusterId: meta.clusterId })
    assert.deepEqual(manager.logDirs[0]!.meta, meta)
    await manager.close()
  })

  test('refuses another topic of the same name, and names that are no topic', async () => {
    const harness = new StorageHarness()
    await harness.openLog()
    await assert.rejects(harness.manager.getOrCreateLog(topicPartition, otherId), { error: 'INCONSISTENT_TOPIC_ID' })
    for (const topic of ['../../etc', '', 'a/b', 'a b']) {
      await assert.rejects(harness.manager.getOrCreateLog({ topic, partition: 0 }, otherId), {
        error: 'INVALID_TOPIC_EXCEPTION',
      })
    }
  })

  test('a log that lost its topic id takes the one that it is asked for by', async () => {
    const harness = new StorageHarness()
    await write(await harness.openLog(), batchOf(['a']))
    await harness.manager.close()
    await harness.fs.writeFile(path.join(harness.partitionDir, 'partition.metadata'), '')
    await harness.start()
    assert.deepEqual(await readValues(await harness.openLog()), ['a'])
    assert.equal((await harness.restart()).topicId, topicId)
  })

  test('writes checkpoints in the background, and only what is new', async () => {
    const writes: string[] = []
    const fs = new ObservedFileSystem(new MemoryFileSystem(), logDir, ({ operation, path: file, detail }) => {
      if (operation === 'writeFile' && detail === 'atomic') writes.push(file)
    })
    const harness = new StorageHarness({ fs })
    const log = await harness.openLog()
    harness.manager.startBackground()
    await harness.clock.advanceAsync(5000)
    assert.deepEqual(writes.splice(0), ['meta.properties', 'replication-offset-checkpoint'])
    await write(log, batchOf(['a'.repeat(70_000)]))
    await log.flushed(1)
    await harness.clock.advanceAsync(5000)
    assert.deepEqual(writes.splice(0), ['replication-offset-checkpoint'])
    await harness.clock.advanceAsync(50_000)
    assert.deepEqual(writes.splice(0), [
      'topic-0/leader-epoch-checkpoint',
      'recovery-point-offset-checkpoint',
      'log-start-offset-checkpoint',
    ])
    await harness.clock.advanceAsync(120_000)
    assert.deepEqual(writes, [])
    await harness.manager.close()
    assert.equal(harness.clock.pendingTimers, 0)
  })

  test('applies retention and forgets idle producers in the background', async () => {
    const harness = new StorageHarness({
      config: { retentionMs: 1000, fileDeleteDelayMs: 0 },
      options: { producerIdExpirationMs: 400_000 },
    })
    const log = await harness.openLog()
    harness.manager.startBackground()
    await write(log, batchOf(['a'], { producerId: 1, producerEpoch: 0, baseSequence: 0 }))
    await harness.clock.advanceAsync(30_000)
    assert.equal(log.logStartOffset, 1)
    assert.equal(log.activeProducers().length, 1)
    await harness.clock.advanceAsync(600_000)
    assert.equal(log.activeProducers().length, 0)
    await harness.manager.close()
  })

  test('forgets idle producers at the interval, and after the time, that it is told', async () => {
    const harness = new StorageHarness({
      options: { producerIdExpirationMs: 400_000, producerIdExpirationCheckIntervalMs: 100 },
    })
    const log = await harness.openLog()
    harness.manager.startBackground()
    await write(log, batchOf(['a'], { producerId: 1, producerEpoch: 0, baseSequence: 0 }))
    await harness.clock.advanceAsync(1000)
    assert.equal(log.activeProducers().length, 1)
    harness.manager.updateProducerIdExpiration(500)
    await harness.clock.advanceAsync(100)
    assert.equal(log.activeProducers().length, 0)
    await harness.manager.close()
  })

  test('spreads logs over the folders, and goes on when one of them fails', async () => {
    const inner = new MemoryFileSystem()
    const failed: string[] = []
    const fs = new ObservedFileSystem(inner, '/')
    const options = { logDirs: ['/one', '/two'], onLogDirFailure: (dir: string) => failed.push(dir) }
    const harness = new StorageHarness({ fs, options })
    const manager = await harness.start()
    for (let partition = 0; partition < 4; partition++) {
      const log = await manager.getOrCreateLog({ topic: 'topic', partition }, topicId)
      await write(log, batchOf([`${partition}`]))
    }
    const dirs = [0, 1, 2, 3].map((partition) => manager.logDirOf({ topic: 'topic', partition }))
    assert.deepEqual(dirs, ['/one', '/two', '/one', '/two'])
    await manager.close()
    fs.observer = ({ path: file }) => {
      if (file.startsWith('one')) throw new FileSystemError('EIO', 'the disk is broken', file)
    }
    const rest = await harness.start()
    assert.deepEqual(failed, ['/one'])
    assert.deepEqual(
      [...rest.logs()].map((log) => log.topicPartition.partition % 2),
      [1, 1],
    )
    await rest.close()
  })

  test('a log that cannot be opened stays offline, and no empty one takes its place', async () => {
    const harness = new StorageHarness()
    await write(await harness.openLog(), batchOf(['a']))
    await harness.manager.getOrCreateLog({ topic: 'healthy', partition: 0 }, topicId)
    await harness.manager.close()
    const file = path.join(harness.partitionDir, 'partition.metadata')
    const content = await harness.fs.readFile(file)
    await harness.fs.writeFile(file, 'nonsense')
    await harness.fs.remove(path.join(logDir, 'milena-log-states'))
    await harness.start()
    await assert.rejects(harness.openLog(), { error: 'KAFKA_STORAGE_ERROR' })
    assert.equal([...harness.manager.logs()].length, 1)
    assert.ok(harness.warnings().includes('The log of a partition cannot be opened; the partition stays offline'))
    await harness.manager.close()
    assert.equal(await harness.fs.exists(path.join(logDir, '.kafka_cleanshutdown')), false)
    await harness.fs.writeFile(file, content)
    await harness.start()
    assert.deepEqual(await readValues(await harness.openLog()), ['a'])
  })

  test('many logs open, close and come back', async () => {
    const harness = new StorageHarness({ options: { openFilesMax: 20 } })
    const manager = await harness.start()
    for (let partition = 0; partition < 200; partition++) {
      const log = await manager.getOrCreateLog({ topic: 'many', partition }, topicId)
      if (partition % 2 === 0) await write(log, batchOf([`${partition}`]))
    }
    await manager.close()
    const crashed = new MemoryFileSystem()
    await copyFolder(harness.fs, logDir, crashed, logDir)
    await crashed.remove(path.join(logDir, '.kafka_cleanshutdown'))
    for (const fs of [harness.fs, crashed]) {
      const again: LogManager = await new StorageHarness({ fs }).start()
      const logs = [...again.logs()]
      assert.equal(logs.length, 200)
      for (const log of logs) {
        const { partition } = log.topicPartition
        assert.deepEqual(await readValues(log), partition % 2 === 0 ? [`${partition}`] : [])
      }
      await again.close()
    }
  })
})
